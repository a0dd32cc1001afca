//! `DELETE /api/user-management/users/{userName}`, `haltere users remove`

use haltere_core::{AuditAction, AuditEntry, UserName};

use super::audited::audit_changes;
use super::{User, UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::groups::audit_removed_member;
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "remove a user";

impl Users {
    /// Removes a user with their tokens, also from groups, and ends all of their sessions; the remaining users. The last
    /// administrator stays.
    pub async fn remove(&self, ctx: &Ctx, name: &UserName) -> Result<Vec<User>, UserError> {
        ctx.authorize(Action::DeleteUser)?;
        let (users, job_ctx, removed) = (self.clone(), ctx.clone(), name.clone());
        let job = async move { users.delete(&job_ctx, &removed).await };
        Ok(User::of_change(ctx, self.to_completion(job).await?, name))
    }

    async fn delete(&self, ctx: &Ctx, name: &UserName) -> Result<Vec<User>, UserError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let user = user.ok_or(UserError::NotFound)?;
        let name = &user.name;
        rules::not_own_of_token(ctx, name)?;
        rules::not_break_glass(&mut *tx, ctx, name).await?;
        rules::keep_an_admin(&mut *tx, name, self.local_login).await?;
        self.count_change(ctx)?;
        let now = now(&*self.clock);
        audit_removed_member(&mut *tx, ctx, now, name).await.context(OPERATION)?;
        tx.sessions().delete_of(name, None).await.context(OPERATION)?;
        let tokens = tx.tokens().delete_of(name).await.context(OPERATION)?;
        if !tx.users().delete(name).await.context(OPERATION)? {
            return Err(UserError::NotFound);
        }
        let detail = if tokens == 0 { String::new() } else { format!("tokens: {tokens}") };
        let entry = audit::done(now, ctx, AuditAction::UserDelete, name.as_str(), detail);
        let entry = AuditEntry { changes: audit_changes(Some(&user), None), ..entry };
        tx.audit().append(&entry).await.context(OPERATION)?;
        let remaining = User::all(tx.users()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(remaining)
    }
}
