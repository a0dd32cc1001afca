//! Connections: a file or folder per operation.
//!
//! - `/api/connections`: [`list`], [`create`]
//! - `/api/connections/{connectionId}`: [`get`], [`replace`], [`patch`], [`delete`]
//! - below it: [`connect`], [`disconnect`], [`history`], [`certificates`], [`advice`]
//! - `/api/connection-labels`: [`change_labels`]
//! - `/api/connection-test`: [`mod@test`]; `/api/connection-import`: [`import`]; `/api/connection-export`: [`export`]

pub(crate) mod advice;
pub(crate) mod certificates;
pub(crate) mod change_labels;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod disconnect;
pub(crate) mod errors;
pub(crate) mod export;
pub mod files;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod list_cache;
pub(crate) mod openapi_parts;
pub(crate) mod patch;
pub(crate) mod pieces;
pub(crate) mod replace;
pub(crate) mod secrets;
mod single;
pub(crate) mod test;

#[cfg(test)]
mod budget_tests;
#[cfg(test)]
mod hidden_tests;
