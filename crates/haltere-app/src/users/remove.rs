//! `haltere users remove`

use haltere_core::{AuditAction, UserName};

use super::{UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

impl Users {
    /// Removes a user and ends all of their sessions. The last administrator stays.
    pub async fn remove(&self, ctx: &Ctx, name: &UserName) -> Result<(), UserError> {
        const OPERATION: &str = "remove a user";
        ctx.authorize(Action::ManageUsers)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let name = &user.ok_or(UserError::NotFound)?.name;
        rules::keep_an_admin(tx.users(), name).await?;
        tx.sessions().delete_of(name, None).await.context(OPERATION)?;
        if !tx.users().delete(name).await.context(OPERATION)? {
            return Err(UserError::NotFound);
        }
        let now = self.clock.now();
        let entry = audit::done(now, ctx, AuditAction::UserDelete, name.as_str(), "");
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(())
    }
}
