//! Changing what a user may do.

use haltere_core::{AuditAction, Role, Roles, UserName};

use super::add::role_names;
use super::{UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

impl Users {
    /// Replaces a user's roles and ends all of their sessions. The last administrator stays one.
    pub async fn set_roles(
        &self,
        ctx: &Ctx,
        name: &UserName,
        roles: Roles,
    ) -> Result<(), UserError> {
        const OPERATION: &str = "change a user's roles";
        ctx.authorize(Action::ManageUsers)?;
        rules::check_roles(roles)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        let name = &user.name.clone();
        if !roles.contains(Role::Admin) {
            rules::keep_an_admin(tx.users(), name).await?;
        }
        user.roles = roles;
        user.updated_at = self.clock.now();
        tx.users().update(&user).await.context(OPERATION)?;
        tx.sessions().delete_of(name, None).await.context(OPERATION)?;
        let (action, detail) = (AuditAction::UserUpdate, role_names(roles));
        let entry = audit::done(user.updated_at, ctx, action, name.as_str(), detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(())
    }
}
