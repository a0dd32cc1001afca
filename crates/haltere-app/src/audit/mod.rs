//! The audit trail: entries ([`entry`]) and the writer of those that belong to no transaction ([`AuditWriter`]).
//!
//! Changes append their entries in their own transaction. The trail is kept for long, so no caller may make it
//! grow without limit. Entries that repeat an earlier one within a short time are summed up: see [`repeats`],
//! [`reads`], [`refusals`], [`account`] and [`test_windows`]. Entries that all differ have a rate per user:
//! see [`user_rate_limit`].

mod account;
mod entry;
mod reads;
mod refusals;
mod repeats;
mod test_windows;
mod user_rate_limit;
mod writer;

pub(crate) use entry::{cut, denied, done, login_denied};
pub(crate) use reads::Content;
pub(crate) use writer::{AuditWriter, NotWritten};

#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod tests;
