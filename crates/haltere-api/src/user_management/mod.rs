//! User management, for administrators: a file per operation.
//!
//! - `/api/user-management/roles`: [`roles`]
//! - `/api/user-management/users`: [`list`], [`create`]
//! - `/api/user-management/users/{userName}`: [`get`], [`change`], [`delete`]
//! - below it: [`sessions`], [`invite`], [`reset_second_factor`]
//! - `/api/user-management/groups…`: [`groups`]
//! - `/api/invitation`, for invited users: [`accept`]
//!
//! Statuses and messages are those of the management center for Mosquitto, because clients match on them; `longError`
//! names the field.

pub(crate) mod accept;
pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
mod errors;
pub(crate) mod get;
pub(crate) mod groups;
mod input;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod reset_second_factor;
pub(crate) mod roles;
pub(crate) mod sessions;
mod user;

#[cfg(test)]
mod tests;
