//! `DELETE /api/user-management/groups/{groupName}`, `haltere groups remove`

use haltere_core::{AuditAction, AuditEntry, GroupName};

use super::group::audit_changes;
use super::{Group, GroupError, Groups};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "remove a group";

impl Groups {
    /// Removes a group; the remaining groups.
    pub async fn remove(&self, ctx: &Ctx, name: &GroupName) -> Result<Vec<Group>, GroupError> {
        ctx.authorize(Action::DeleteGroup)?;
        let (groups, job_ctx, removed) = (self.clone(), ctx.clone(), name.clone());
        let job = async move { groups.delete(&job_ctx, &removed).await };
        Ok(Self::of_change(ctx, self.to_completion(job).await?, name))
    }

    async fn delete(&self, ctx: &Ctx, name: &GroupName) -> Result<Vec<Group>, GroupError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let former = tx.groups().find(name).await.context(OPERATION)?;
        let former = former.ok_or(GroupError::NotFound)?;
        self.count_change(ctx)?;
        if !tx.groups().delete(name).await.context(OPERATION)? {
            return Err(GroupError::NotFound);
        }
        let now = now(&*self.clock);
        let entry = audit::done(now, ctx, AuditAction::GroupDelete, name.as_str(), "");
        let entry = AuditEntry { changes: audit_changes(Some(&former), None), ..entry };
        tx.audit().append(&entry).await.context(OPERATION)?;
        let remaining = Group::all(tx.groups()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(self.shown_after_change(ctx, remaining).await)
    }
}
