//! `/api/connections`

pub(crate) mod advice;
pub(crate) mod certificates;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod described;
pub(crate) mod disconnect;
pub(crate) mod errors;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod pieces;
pub(crate) mod rendered;
pub(crate) mod replace;
pub(crate) mod secrets;
mod single;

#[cfg(test)]
mod budget_tests;
#[cfg(test)]
mod hidden_tests;
