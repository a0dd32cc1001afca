//! `GET /api/sign-on/oidc/start`

use std::sync::Arc;

use haltere_core::quota::QuotaHolder;
use haltere_core::{Origin, Secret};
use haltere_oidc::{AuthorizationRequest, code_challenge};

use super::error::SignOnError;
use super::pending::{PendingLogin, VALID};
use super::{Oidc, SignOn};
use crate::tasks::to_completion;

/// A login that has begun.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser.
    pub location: String,
    /// For the browser to remember, and to bring along when it comes back.
    pub pending: Secret<String>,
    /// For how long, in seconds.
    pub valid_for: u64,
}

impl SignOn {
    /// Begins a login at the provider. Keeps nothing.
    pub async fn start(self: &Arc<Self>, origin: Origin) -> Result<Started, SignOnError> {
        let sign_on = Arc::clone(self);
        // To completion, so that disconnecting does not avoid the pause after a failure.
        to_completion(&self.tasks, async move { sign_on.try_start(&origin).await }).await
    }

    async fn try_start(&self, origin: &Origin) -> Result<Started, SignOnError> {
        let Oidc { settings, provider, pending, exchanges, failed_logins, .. } = self.oidc()?;
        let holder = QuotaHolder { user: None, address: origin.address };
        let _exchange = exchanges.take(holder, 1).map_err(SignOnError::Busy)?;
        let known = provider.known().await;
        let metadata = known.map_err(|error| failed_logins.unavailable(error))?.metadata;
        let login = PendingLogin::new();
        let request = AuthorizationRequest {
            client_id: &settings.client_id,
            redirect_uri: &settings.redirect_uri(),
            scopes: &settings.scopes,
            state: &login.state,
            nonce: &login.nonce,
            challenge: &code_challenge(&login.verifier),
        };
        Ok(Started {
            location: request.url(&metadata).as_str().to_owned(),
            pending: pending.seal(&login),
            valid_for: VALID.as_secs(),
        })
    }

    pub(super) fn oidc(&self) -> Result<&Oidc, SignOnError> {
        self.oidc.as_ref().ok_or(SignOnError::Off)
    }
}
