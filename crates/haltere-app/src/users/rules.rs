//! What has to hold for users.

use haltere_core::{Role, Roles, UserName};
use haltere_store::{UserReads, UserRecord};

use super::UserError;
use crate::error::{ErrorContext, FieldFault, Invalid};
use crate::policy::Principal;

/// The most users there are. Each login and each list reads all of them at worst.
const MAX_USERS: usize = 10_000;

/// There has to be room for one more.
pub(super) async fn check_count(users: &mut dyn UserReads) -> Result<(), UserError> {
    let users = users.list().await.context("count users")?;
    if users.len() < MAX_USERS { Ok(()) } else { Err(UserError::TooMany) }
}

/// A user has to have a role.
pub(super) fn check_roles(roles: Roles) -> Result<(), Invalid> {
    if roles.is_empty() {
        return Err(Invalid::of("roles", &FieldFault::NoRole));
    }
    Ok(())
}

/// The name of haltere itself in the audit trail is reserved.
pub(super) fn check_name(name: &UserName) -> Result<(), Invalid> {
    if name.as_str() == Principal::SYSTEM_NAME {
        return Err(Invalid::new("username", "is reserved for haltere itself"));
    }
    Ok(())
}

/// There has to be an administrator other than `name`.
pub(super) async fn keep_an_admin(
    users: &mut dyn UserReads,
    name: &UserName,
) -> Result<(), UserError> {
    let users = users.list().await.context("look for another administrator")?;
    // Who can't log in is none.
    let is_able = |user: &UserRecord| {
        user.roles.contains(Role::Admin) && !user.disabled && user.password_hash.is_some()
    };
    let is_admin =
        |name_is: bool| users.iter().any(|user| (user.name == *name) == name_is && is_able(user));
    if is_admin(true) && !is_admin(false) { Err(UserError::LastAdmin) } else { Ok(()) }
}
