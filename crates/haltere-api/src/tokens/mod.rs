//! Application tokens, for administrators: a file per operation.
//!
//! - `/api/tokens`: [`list`], [`create`]
//! - `/api/tokens/{tokenHash}`: [`get`], [`revoke`]
//!
//! Shapes and statuses are those of the management center for Mosquitto.

pub(crate) mod create;
mod errors;
pub(crate) mod get;
mod input;
pub(crate) mod list;
pub(crate) mod revoke;
mod token;

#[cfg(test)]
mod tests;
