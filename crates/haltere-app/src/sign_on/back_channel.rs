//! `POST /api/sign-on/oidc/back-channel-logout`: the provider says that a session has ended there.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::{QuotaExceeded, QuotaHolder};
use haltere_core::{AuditAction, Origin};
use haltere_oidc::LogoutToken;
use haltere_store::failpoint::Step;

use super::error::SignOnError;
use super::logouts::Logout;
use super::provider::Known;
use super::{Oidc, SignOn};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::tasks::to_completion;

/// Why a logout of the provider did nothing.
#[derive(Debug, thiserror::Error)]
pub enum BackChannelError {
    #[error("single sign-on is off")]
    Off,
    #[error("too many at once")]
    Busy(QuotaExceeded),
    /// Too many tokens from this address were not valid.
    #[error("too many tokens were not valid")]
    TooMany {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
    },
    /// The token is none, or not one of the provider, or was used.
    #[error("the logout token is not valid")]
    Invalid,
    /// The provider's keys can't be read now.
    #[error("the provider is not available")]
    Unavailable,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<SignOnError> for BackChannelError {
    fn from(error: SignOnError) -> Self {
        match error {
            SignOnError::Off => Self::Off,
            SignOnError::Busy(exceeded) => Self::Busy(exceeded),
            SignOnError::Unavailable => Self::Unavailable,
            SignOnError::Internal(error) => Self::Internal(error),
            _ => Self::Invalid,
        }
    }
}

impl SignOn {
    /// Ends the sessions that a logout token names, and what was begun with them; how many.
    pub async fn back_channel_logout(
        self: &Arc<Self>,
        token: String,
        origin: Origin,
    ) -> Result<usize, BackChannelError> {
        let sign_on = Arc::clone(self);
        to_completion(&self.tasks, async move { sign_on.try_end_named(&token, &origin).await })
            .await
    }

    async fn try_end_named(&self, token: &str, origin: &Origin) -> Result<usize, BackChannelError> {
        let oidc = self.oidc()?;
        let is_allowed = oidc.refused_logouts.check(origin);
        is_allowed.map_err(|retry_after| BackChannelError::TooMany { retry_after })?;
        let outcome = self.end_named(oidc, token, origin).await;
        if let Err(BackChannelError::Invalid) = outcome {
            oidc.refused_logouts.count(origin);
        }
        outcome
    }

    async fn end_named(
        &self,
        oidc: &Oidc,
        token: &str,
        origin: &Origin,
    ) -> Result<usize, BackChannelError> {
        const OPERATION: &str = "end sessions that the provider has ended";
        let Oidc { settings, provider, exchanges, logouts, refused_logouts, .. } = oidc;
        let holder = QuotaHolder { user: None, address: origin.address };
        let _exchange = exchanges.take(holder, 1).map_err(BackChannelError::Busy)?;
        let known = provider.known().await.map_err(|error| refused_logouts.unavailable(error))?;
        let verify = |Known { metadata, keys, .. }: &Known| {
            LogoutToken::verify(token, metadata, keys, &settings.client_id, self.clock.now())
        };
        let LogoutToken { id, subject, provider_session, begun_by } =
            oidc.verified(refused_logouts, known, verify).await?;
        if logouts.was_used(&id) {
            return Err(BackChannelError::Invalid);
        }
        let mut tx = self.store.write().await.context(OPERATION)?;
        let (issuer, logout) = (&settings.issuer, Logout { subject, provider_session });
        let (subject, session) = (logout.subject.as_deref(), logout.provider_session.as_deref());
        let found = tx.sign_ons().sessions(issuer, subject, session, begun_by).await;
        let found = found.context(OPERATION)?;
        logouts.note(logout);
        let mut users: Vec<_> = found.iter().map(|(_, user)| user.clone()).collect();
        users.sort_unstable();
        users.dedup();
        for (id, _) in &found {
            tx.sessions().delete(id).await.context(OPERATION)?;
        }
        let ctx = Ctx { origin: origin.clone(), ..Ctx::system(&*origin.request_id) };
        for user in &users {
            let ended = found.iter().filter(|(_, of)| of == user).count();
            let (at, action) = (now(&*self.clock), AuditAction::UserEndSessions);
            let detail = format!("the provider has logged them out: {ended}");
            let entry = audit::done(at, &ctx, action, user.as_str(), detail);
            tx.audit().append(&entry).await.context(OPERATION)?;
        }
        if !found.is_empty() {
            tx.commit().await.context(OPERATION)?;
        }
        logouts.use_up(id);
        // Streams end with them, before the provider gets its answer.
        Step::Notify.around(|| found.iter().for_each(|(id, _)| self.sessions.end_in_memory(id)));
        Ok(found.len())
    }
}
