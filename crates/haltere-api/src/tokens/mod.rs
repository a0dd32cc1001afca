//! Application tokens, for administrators: a file per operation. Those of one's own are in [`crate::profile::tokens`].
//!
//! - `/api/tokens`: [`list`], [`create`]
//! - `/api/tokens/{tokenHash}`: [`get`], [`revoke`]
//!
//! Shapes and statuses are those of the management center for Mosquitto.

pub(crate) mod create;
pub(crate) mod errors;
pub(crate) mod get;
mod input;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod token;

#[cfg(test)]
mod tests;
