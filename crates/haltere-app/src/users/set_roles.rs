//! Changing what a user may do.

use haltere_core::{AuditAction, Role, Roles, UserName};

use super::add::role_names;
use super::{UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::Doing;
use crate::policy::Action;

impl Users {
    /// Gives a user these roles in place of the ones they had and ends all of their sessions. The
    /// last administrator stays one.
    pub async fn set_roles(
        &self,
        ctx: &Ctx,
        name: &UserName,
        roles: Roles,
    ) -> Result<(), UserError> {
        const DOING: &str = "change a user's roles";
        ctx.authorize(Action::ManageUsers)?;
        rules::check_roles(roles)?;
        let mut tx = self.store.write().await.doing(DOING)?;
        let user = names::find(&mut *tx, name.as_str()).await.doing(DOING)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        let name = &user.name.clone();
        if !roles.contains(Role::Admin) {
            rules::keep_an_admin(&mut *tx, name).await?;
        }
        user.roles = roles;
        user.updated_at = self.clock.now();
        tx.update_user(&user).await.doing(DOING)?;
        tx.delete_sessions_of(name, None).await.doing(DOING)?;
        let (action, detail) = (AuditAction::UserUpdate, role_names(roles));
        let entry = audit::done(user.updated_at, ctx, action, name.as_str(), detail);
        tx.append_audit(&entry).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        self.changed.notify_one();
        Ok(())
    }
}
