//! Users who come by single sign-on.

use haltere_core::{Roles, Timestamp, UserName};
use haltere_store::{StoreError, UserRecord, WriteTx};

use super::{UserError, names, rules};
use crate::error::{ErrorContext, Internal};

pub(crate) use super::audited::{audit_changes, role_names};

const OPERATION: &str = "add a user who comes by single sign-on";

/// The user of a name.
pub(crate) async fn find(
    tx: &mut dyn WriteTx,
    name: &str,
) -> Result<Option<UserRecord>, StoreError> {
    names::find(tx.users(), name).await
}

/// Fails if there would be no administrator any more who can log in.
pub(crate) async fn keep_an_admin(
    tx: &mut dyn WriteTx,
    name: &UserName,
    local_login: bool,
) -> Result<(), UserError> {
    rules::keep_an_admin(tx, name, local_login).await
}

/// Adds a user without a password.
pub(crate) async fn insert(
    tx: &mut dyn WriteTx,
    name: &UserName,
    roles: Roles,
    now: Timestamp,
) -> Result<UserRecord, UserError> {
    let name = names::new(name)?;
    rules::check_name(&name)?;
    rules::check_roles(roles)?;
    rules::check_count(tx.users()).await?;
    // Providers and proxies may take names in any case: a disabled user would come back with another spelling.
    if names::is_taken_in_any_case(tx.users(), &name).await.context(OPERATION)? {
        return Err(UserError::Exists);
    }
    let user = UserRecord {
        name,
        password_hash: None,
        initial_password: false,
        roles,
        disabled: false,
        must_change_password: false,
        last_login_at: None,
        invitation: None,
        has_second_factor: false,
        created_at: now,
        updated_at: now,
    };
    tx.users().insert(&user).await.map_err(|error| match error {
        StoreError::Taken(_) => UserError::Exists,
        error => Internal::new(OPERATION, error).into(),
    })?;
    Ok(user)
}
