//! Sessions that begin with single sign-on.

use std::sync::atomic::Ordering;

use haltere_core::{AuditAction, Caller, Origin, SessionHandle, SessionId};
use haltere_store::failpoint::Step;
use haltere_store::{SessionRecord, SignedOnRecord, UserRecord, WriteTx};
use tokio::sync::RwLockReadGuard;

use super::log_in::{LoggedIn, later, shown, to_the_minute};
use super::{Sessions, token};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};

impl Sessions {
    /// While the guard is held, sessions are not shifted with the wall clock. Taken before a transaction, never in one.
    pub(crate) async fn block_clock_shift(&self) -> RwLockReadGuard<'_, ()> {
        self.clock_shift.read().await
    }

    /// While the guard is held, logins wait, as during a shift of the sessions.
    #[cfg(test)]
    pub(crate) async fn hold_clock_shift(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.clock_shift.write().await
    }

    /// Begins a session of `user` in `tx`, which it commits: what belongs to the login is in it, too. The caller holds the
    /// guard of [`Self::block_clock_shift`].
    pub(crate) async fn begin_signed_on(
        &self,
        mut tx: Box<dyn WriteTx>,
        user: &UserRecord,
        origin: &Origin,
        user_agent: Option<&str>,
        signed_on: impl FnOnce(SessionId) -> SignedOnRecord,
    ) -> Result<LoggedIn, Internal> {
        const OPERATION: &str = "log in with single sign-on";
        let now = self.timeline.now();
        let (token, id) = token::generate();
        let record = SessionRecord {
            id,
            handle: SessionHandle(rand::random()),
            user: user.name.clone(),
            created_at: now,
            last_used_at: now,
            expires_at: later(now, self.settings.absolute),
            address: origin.address,
            user_agent: user_agent.and_then(shown),
        };
        let expires_at = record.expires_at;
        let caller = Caller { user: user.name.clone(), roles: user.roles, session: Some(id) };
        let ctx = Ctx::new(caller.clone(), origin.clone());
        let at = to_the_minute(self.wall_clock());
        tx.users().set_last_login(&record.user, at).await.context(OPERATION)?;
        let ended = self.evict_for_new(tx.sessions(), &record.user).await?;
        tx.sessions().insert(&record).await.context(OPERATION)?;
        tx.sign_ons().insert_session(&signed_on(id)).await.context(OPERATION)?;
        let detail = match ended.audited_as() {
            detail if detail.is_empty() => "single sign-on".to_owned(),
            detail => format!("single sign-on; {detail}"),
        };
        let entry = audit::done(self.wall_clock(), &ctx, AuditAction::SessionLogin, "", detail);
        let variant = format!("single sign-on\n{}", ended.variant());
        let audited = self.audit.account_entry(&record.user, variant, entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        self.evicted.fetch_add(ended.evicted() as u64, Ordering::Relaxed);
        if !ended.ids.is_empty() {
            Step::Notify.around(|| ended.ids.iter().for_each(|id| self.end_in_memory(id)));
        }
        Ok(LoggedIn { token, caller, expires_at })
    }
}
