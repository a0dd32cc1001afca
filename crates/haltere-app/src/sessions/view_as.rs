//! `/api/view-as`: an administrator sees haltere as another user does.
//!
//! It is a state of the administrator's session, in memory only: it ends with the session, and when haltere restarts. The
//! policy allows nothing meanwhile that changes something.

use std::sync::Arc;

use haltere_core::{AuditAction, SessionId, UserName};
use haltere_store::UserRecord;
use haltere_store::failpoint::Step;

use super::Sessions;
use super::live::{Session, View};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, Invalid, NotAllowed, TokenRule};
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;
use crate::users::find_user;

/// Why a view as another user could not begin or end.
#[derive(Debug, thiserror::Error)]
pub enum ViewAsError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The user is the administrator, or is disabled; the field is `userName`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no user with that name")]
    NotFound,
    /// The session has ended meanwhile.
    #[error("the session has ended")]
    Ended,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Sessions {
    /// Begins a view: the session sees haltere as the user `name` does. Audited. Streams that the session has open end. Returns
    /// the session as it is from now on.
    pub async fn view_as(
        self: &Arc<Self>,
        ctx: &Ctx,
        name: &UserName,
    ) -> Result<Session, ViewAsError> {
        self.authorizer.authorize(ctx, Action::ViewAs, Resource::User(name.as_str())).await?;
        let session = session_of(ctx)?;
        let (sessions, ctx, name) = (Arc::clone(self), ctx.clone(), name.clone());
        to_completion(&self.tasks, async move { sessions.begin_view(&ctx, &session, &name).await })
            .await
    }

    /// Ends the view of the session, if there is one. Audited. Returns the session as it is from now on.
    pub async fn stop_viewing(self: &Arc<Self>, ctx: &Ctx) -> Result<Session, ViewAsError> {
        self.authorizer.authorize(ctx, Action::StopViewingAs, Resource::Instance).await?;
        let session = session_of(ctx)?;
        let (sessions, ctx) = (Arc::clone(self), ctx.clone());
        to_completion(&self.tasks, async move { sessions.end_view(&ctx, &session).await }).await
    }

    async fn begin_view(
        &self,
        ctx: &Ctx,
        session: &SessionId,
        name: &UserName,
    ) -> Result<Session, ViewAsError> {
        const OPERATION: &str = "see haltere as another user";
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = find_user(tx.users(), name.as_str()).await.context(OPERATION)?;
        let UserRecord { name: user, roles, disabled, .. } = user.ok_or(ViewAsError::NotFound)?;
        if user == *ctx.user() {
            return Err(Invalid::new("userName", "must be another user").into());
        }
        if disabled {
            return Err(Invalid::new("userName", "is disabled").into());
        }
        self.audit.count_change(ctx)?;
        let action = AuditAction::UserViewAs;
        let entry = audit::done(self.wall_clock(), ctx, action, user.as_str(), "begin");
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        let groups = self.fleet.group_roles_of(&user);
        let view = View { user, roles, groups };
        Step::Notify.around(|| self.live().set_view(session, Some(view)));
        // The user may have been changed since the commit.
        self.check_or_log().await;
        self.now_in_use(session)
    }

    async fn end_view(&self, ctx: &Ctx, session: &SessionId) -> Result<Session, ViewAsError> {
        const OPERATION: &str = "stop seeing haltere as another user";
        if ctx.principal.viewed_by().is_some() {
            // The view ends although it may be impossible to write that down.
            self.live().set_view(session, None);
            let mut tx = self.store.write().await.context(OPERATION)?;
            let action = AuditAction::UserViewAs;
            let user = ctx.user().as_str();
            let entry = audit::done(self.wall_clock(), ctx, action, user, "end");
            tx.audit().append(&entry).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
        }
        self.now_in_use(session)
    }

    fn now_in_use(&self, session: &SessionId) -> Result<Session, ViewAsError> {
        self.live().get(session).ok_or(ViewAsError::Ended)
    }
}

/// Only a session has such a state.
fn session_of(ctx: &Ctx) -> Result<SessionId, NotAllowed> {
    ctx.session().copied().ok_or(NotAllowed::Token(TokenRule::NeedsLogin))
}
