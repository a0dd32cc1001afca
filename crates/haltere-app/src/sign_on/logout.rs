//! Logging out at the provider, too (RP-Initiated Logout 1.0).

use haltere_core::SessionId;

use super::{Oidc, SignOn};
use crate::error::{ErrorContext, Internal};

impl SignOn {
    /// Where to send the browser after the session has ended, so that the session at the provider ends as well; `None`
    /// if the session did not begin there, or the provider has no such address. Asks before the session ends, and asks
    /// only us.
    pub async fn logout_location(&self, session: &SessionId) -> Result<Option<String>, Internal> {
        const OPERATION: &str = "look up how a session began";
        let Some(Oidc { settings, provider, .. }) = &self.oidc else { return Ok(None) };
        let latest = provider.latest();
        let Some(url) = latest.as_ref().and_then(|it| it.end_session_endpoint.as_ref()) else {
            return Ok(None);
        };
        let mut read = self.store.read().await.context(OPERATION)?;
        let signed_on = read.sign_ons().session(session).await.context(OPERATION)?;
        let Some(signed_on) = signed_on.filter(|it| it.issuer == settings.issuer) else {
            return Ok(None);
        };
        let back = settings.post_logout_redirect_uri();
        let mut parameters =
            vec![("client_id", &*settings.client_id), ("post_logout_redirect_uri", &*back)];
        if let Some(session) = &signed_on.provider_session {
            parameters.push(("logout_hint", session));
        }
        Ok(Some(url.with_parameters(&parameters).as_str().to_owned()))
    }
}
