//! `GET /logout`

use std::sync::Arc;

use haltere_core::{AuditAction, SessionId};
use haltere_store::failpoint::Step;

use super::Sessions;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::tasks::to_completion;

impl Sessions {
    /// Ends the caller's session, audited; nothing happens when it has ended already.
    pub async fn log_out(self: &Arc<Self>, ctx: &Ctx) -> Result<(), Internal> {
        let Some(session) = ctx.session().copied() else { return Ok(()) };
        let (sessions, ctx) = (Arc::clone(self), ctx.clone());
        to_completion(&self.tasks, async move { sessions.remove(&ctx, &session).await }).await
    }

    async fn remove(&self, ctx: &Ctx, session: &SessionId) -> Result<(), Internal> {
        const OPERATION: &str = "log out";
        let mut tx = self.store.write().await.context(OPERATION)?;
        if tx.sessions().delete(session).await.context(OPERATION)? {
            let entry = audit::done(self.wall_clock(), ctx, AuditAction::SessionLogout, "", "");
            let audited = self.audit.account_entry(ctx.answerable(), "", entry);
            audited.write(&mut *tx).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
            audited.committed();
        }
        Step::Notify.around(|| self.end_in_memory(session));
        Ok(())
    }
}
