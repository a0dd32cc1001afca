//! `/api/profile/sessions`: seeing and ending one's own sessions.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::Arc;

use haltere_core::{AuditAction, SessionHandle, SessionId, Timestamp, UserName};
use haltere_store::SessionRecord;
use haltere_store::failpoint::Step;

use super::Sessions;
use super::live::{Live, is_over};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;
use crate::users::not_own_of_token;

/// The most sessions listed. A user with more (a program that logs in for each request, say) sees those
/// used last, and can end the others only all at once.
const MAX_LISTED: u32 = 100;

/// One of the caller's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// To end it by.
    pub handle: SessionHandle,
    /// Whether it is the one that asks.
    pub is_current: bool,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// When it ends however busy it is.
    pub expires_at: Timestamp,
    /// The address of its login; `None` for sessions from before it was stored.
    pub address: Option<IpAddr>,
    /// The `User-Agent` of its login: hostile text without control characters.
    pub user_agent: Option<String>,
}

/// Why one's own sessions were not listed, or not ended.
#[derive(Debug, thiserror::Error)]
pub enum OwnSessionError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("session not found")]
    NotFound,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Sessions {
    /// The caller's sessions, the one used last first; the 100 used last.
    pub async fn list_own(&self, ctx: &Ctx) -> Result<Vec<OwnSession>, OwnSessionError> {
        ctx.authorize(Action::ListOwnSessions)?;
        self.list_sessions(ctx.user(), ctx).await
    }

    /// The sessions of any user, for an administrator.
    pub async fn list_of(
        &self,
        ctx: &Ctx,
        user: &UserName,
    ) -> Result<Vec<OwnSession>, OwnSessionError> {
        ctx.authorize(Action::ListUsers)?;
        // As `GET /api/profile/sessions`.
        not_own_of_token(ctx, user)?;
        self.list_sessions(user, ctx).await
    }

    async fn list_sessions(
        &self,
        user: &UserName,
        ctx: &Ctx,
    ) -> Result<Vec<OwnSession>, OwnSessionError> {
        const OPERATION: &str = "list the sessions of a user";
        let current = ctx.session().copied().filter(|_| ctx.user() == user);
        let _no_shift = self.clock_shift.read().await;
        let mut read = self.store.read().await.context(OPERATION)?;
        let mut records = read.sessions().list_of(user, MAX_LISTED).await.context(OPERATION)?;
        // Use is written down later: among many, the one that asks may not look like the last one.
        if let Some(current) = current.filter(|id| records.iter().all(|record| record.id != *id)) {
            records.extend(read.sessions().find(&current).await.context(OPERATION)?);
        }
        let (idle, now) = (self.settings.idle, self.timeline.now());
        let mut sessions: Vec<_> = {
            let live = self.live();
            let shown = records.into_iter().map(|record| shown(record, current, &live));
            shown.filter(|it| !is_over(idle, it.last_used_at, it.expires_at, now)).collect()
        };
        sessions.sort_by_key(|session| Reverse(session.last_used_at));
        Ok(sessions)
    }

    /// Ends one of the caller's sessions, audited; the remaining ones.
    pub async fn end_own(
        self: &Arc<Self>,
        ctx: &Ctx,
        handle: SessionHandle,
    ) -> Result<Vec<OwnSession>, OwnSessionError> {
        self.authorizer
            .authorize(ctx, Action::EndOwnSessions, Resource::Session(&handle.to_string()))
            .await?;
        let (sessions, by) = (Arc::clone(self), ctx.clone());
        to_completion(&self.tasks, async move { sessions.remove_one(&by, handle).await }).await?;
        self.list_own(ctx).await
    }

    /// Ends all of the caller's sessions but the one that asks, audited; the remaining one.
    pub async fn end_others(
        self: &Arc<Self>,
        ctx: &Ctx,
    ) -> Result<Vec<OwnSession>, OwnSessionError> {
        self.authorizer.authorize(ctx, Action::EndOwnSessions, Resource::Instance).await?;
        let (sessions, by) = (Arc::clone(self), ctx.clone());
        to_completion(&self.tasks, async move { sessions.remove_others(&by).await }).await?;
        self.list_own(ctx).await
    }

    async fn remove_one(&self, ctx: &Ctx, handle: SessionHandle) -> Result<(), OwnSessionError> {
        const OPERATION: &str = "end one of one's own sessions";
        let mut tx = self.store.write().await.context(OPERATION)?;
        let found = tx.sessions().find_by_handle(&handle).await.context(OPERATION)?;
        let own = found.filter(|record| record.user == *ctx.user());
        let SessionRecord { id, .. } = own.ok_or(OwnSessionError::NotFound)?;
        tx.sessions().delete(&id).await.context(OPERATION)?;
        let object = handle.to_string();
        let entry = audit::done(self.wall_clock(), ctx, AuditAction::SessionEnd, &object, "");
        let audited = self.audit.account_entry(ctx.user(), "one", entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        Step::Notify.around(|| self.end_in_memory(&id));
        Ok(())
    }

    async fn remove_others(&self, ctx: &Ctx) -> Result<(), OwnSessionError> {
        const OPERATION: &str = "end one's other sessions";
        let mut tx = self.store.write().await.context(OPERATION)?;
        let ended = tx.sessions().delete_of(ctx.user(), ctx.session()).await.context(OPERATION)?;
        if ended == 0 {
            return Ok(());
        }
        let detail = format!("all others: {ended}");
        let entry = audit::done(self.wall_clock(), ctx, AuditAction::SessionEnd, "", detail);
        let audited = self.audit.account_entry(ctx.user(), "all others", entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        // They have ended when the answer arrives. Should this fail, the reconciler does it within a second.
        self.check_or_log().await;
        Ok(())
    }
}

fn shown(record: SessionRecord, current: Option<SessionId>, live: &Live) -> OwnSession {
    let SessionRecord {
        id,
        handle,
        user: _,
        created_at,
        last_used_at,
        expires_at,
        address,
        user_agent,
    } = record;
    let last_used_at = live.last_used_at(&id).unwrap_or(last_used_at);
    OwnSession {
        handle,
        is_current: current == Some(id),
        created_at,
        last_used_at,
        expires_at,
        address,
        user_agent,
    }
}
