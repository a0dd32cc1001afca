//! `haltere users remove`

use haltere_core::{AuditAction, UserName};

use super::{UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::Doing;
use crate::policy::Action;

impl Users {
    /// Removes a user and ends all of their sessions. The last administrator stays.
    pub async fn remove(&self, ctx: &Ctx, name: &UserName) -> Result<(), UserError> {
        const DOING: &str = "remove a user";
        ctx.authorize(Action::ManageUsers)?;
        let mut tx = self.store.write().await.doing(DOING)?;
        let user = names::find(&mut *tx, name.as_str()).await.doing(DOING)?;
        let name = &user.ok_or(UserError::NotFound)?.name;
        rules::keep_an_admin(&mut *tx, name).await?;
        tx.delete_sessions_of(name, None).await.doing(DOING)?;
        if !tx.delete_user(name).await.doing(DOING)? {
            return Err(UserError::NotFound);
        }
        let now = self.clock.now();
        let entry = audit::done(now, ctx, AuditAction::UserDelete, name.as_str(), "");
        tx.append_audit(&entry).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        self.changed.notify_one();
        Ok(())
    }
}
