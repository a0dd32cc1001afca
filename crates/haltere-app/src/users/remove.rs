//! `DELETE /api/user-management/users/{userName}`, `haltere users remove`

use haltere_core::{AuditAction, UserName};

use super::{User, UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

const OPERATION: &str = "remove a user";

impl Users {
    /// Removes a user and ends all of their sessions; the remaining users. The last administrator stays.
    pub async fn remove(&self, ctx: &Ctx, name: &UserName) -> Result<Vec<User>, UserError> {
        ctx.authorize(Action::DeleteUser)?;
        let (users, ctx, name) = (self.clone(), ctx.clone(), name.clone());
        self.to_completion(async move { users.delete(&ctx, &name).await }).await
    }

    async fn delete(&self, ctx: &Ctx, name: &UserName) -> Result<Vec<User>, UserError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let name = &user.ok_or(UserError::NotFound)?.name;
        rules::keep_an_admin(tx.users(), name).await?;
        self.count_change(ctx)?;
        tx.sessions().delete_of(name, None).await.context(OPERATION)?;
        if !tx.users().delete(name).await.context(OPERATION)? {
            return Err(UserError::NotFound);
        }
        let now = self.clock.now();
        let entry = audit::done(now, ctx, AuditAction::UserDelete, name.as_str(), "");
        tx.audit().append(&entry).await.context(OPERATION)?;
        let remaining = User::all(tx.users()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(remaining)
    }
}
