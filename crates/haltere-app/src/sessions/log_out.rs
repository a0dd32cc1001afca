//! `GET /logout`

use haltere_core::{AuditAction, SessionId};
use haltere_store::failpoint::Step;

use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Context, Internal};

impl App {
    /// Ends the caller's session, audited; nothing happens when it has ended already.
    pub async fn log_out(&self, ctx: &Ctx) -> Result<(), Internal> {
        let Some(session) = ctx.session().copied() else { return Ok(()) };
        let (app, ctx) = (self.clone(), ctx.clone());
        self.to_completion(async move { app.end_session(&ctx, &session).await }).await
    }

    async fn end_session(&self, ctx: &Ctx, session: &SessionId) -> Result<(), Internal> {
        const OPERATION: &str = "log out";
        let mut tx = self.0.store.write().await.context(OPERATION)?;
        if tx.sessions().delete(session).await.context(OPERATION)? {
            let entry = audit::done(self.now(), ctx, AuditAction::SessionLogout, "", "");
            let audited = self.0.audit.account_entry(ctx.user(), "", entry);
            audited.write(&mut *tx).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
            audited.committed();
        }
        Step::Notify.around(|| self.end_in_memory(session));
        Ok(())
    }
}
