//! `haltere users add`

use haltere_core::{AuditAction, Role, Roles, Secret, UserName};
use haltere_store::{StoreError, UserRecord};

use super::{UserError, Users, check_password, hash_password, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, Invalid};
use crate::policy::Action;

const OPERATION: &str = "add a user";

impl Users {
    /// Adds a user.
    pub async fn add(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
        roles: Roles,
    ) -> Result<(), UserError> {
        ctx.authorize(Action::ManageUsers)?;
        let record = self.prepare(name, password, roles).await?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        if names::is_taken(tx.users(), &record.name).await.context(OPERATION)? {
            return Err(UserError::Exists);
        }
        tx.users().insert(&record).await.map_err(|error| match error {
            StoreError::Taken(_) => UserError::Exists,
            error => Internal::new(OPERATION, error).into(),
        })?;
        let detail = role_names(roles);
        let (at, name) = (record.created_at, record.name.as_str());
        let entry = audit::done(at, ctx, AuditAction::UserCreate, name, detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(())
    }

    /// Says why a new user could not be added, as far as it has nothing to do with those who are there.
    pub fn check_new(
        name: &UserName,
        password: &Secret<String>,
        roles: Roles,
    ) -> Result<UserName, Invalid> {
        let name = names::new(name)?;
        rules::check_name(&name)?;
        rules::check_roles(roles)?;
        check_password(&name, password)?;
        Ok(name)
    }

    /// Checks what was given and does the slow part, before there is a transaction others wait for.
    pub(super) async fn prepare(
        &self,
        name: &UserName,
        password: Secret<String>,
        roles: Roles,
    ) -> Result<UserRecord, UserError> {
        let name = Self::check_new(name, &password, roles)?;
        let password_hash = hash_password(self.hashing, password).await?;
        let now = self.clock.now();
        Ok(UserRecord {
            name,
            password_hash,
            initial_password: false,
            roles,
            created_at: now,
            updated_at: now,
        })
    }
}

/// For the audit trail.
pub(super) fn role_names(roles: Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(", ")
}
