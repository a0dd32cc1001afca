//! What has to hold for users.

use haltere_core::{Role, Roles, UserName};
use haltere_store::UserReads;

use super::UserError;
use crate::error::{ErrorContext, Invalid};
use crate::policy::Principal;

/// A user has to have a role.
pub(super) fn check_roles(roles: Roles) -> Result<(), Invalid> {
    if roles.is_empty() {
        return Err(Invalid::new("roles", "there must be at least one"));
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
    let is_admin = |name_is: bool| {
        users.iter().any(|user| (user.name == *name) == name_is && user.roles.contains(Role::Admin))
    };
    if is_admin(true) && !is_admin(false) { Err(UserError::LastAdmin) } else { Ok(()) }
}
