//! Groups of users, for administrators: a file per operation.
//!
//! - `/api/user-management/groups`: [`list`], [`create`]
//! - `/api/user-management/groups/{groupName}`: [`get`], [`change`], [`delete`]
//! - `/api/user-management/groups/user/{userName}`: [`of_user`]

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
mod errors;
pub(crate) mod get;
mod group;
mod input;
pub(crate) mod list;
pub(crate) mod of_user;

pub(crate) use group::WireMembership;

#[cfg(test)]
mod tests;
