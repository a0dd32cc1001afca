//! Users whom a proxy has authenticated.

use std::sync::Arc;

use haltere_core::{Origin, SessionId};

use super::SignOn;
use super::account::{Account, Identified};
use super::error::SignOnError;
use super::settings::HEADER_ISSUER;
use crate::error::{ErrorContext, Internal};
use crate::sessions::LoggedIn;
use crate::tasks::to_completion;
use crate::users::canonical_name;

/// What a trusted proxy says of a user.
#[derive(Debug, Clone)]
pub struct HeaderLogin {
    pub name: String,
    /// The groups of the user at the proxy.
    pub groups: Vec<String>,
    pub origin: Origin,
    pub user_agent: Option<String>,
}

impl SignOn {
    /// Whether a session began with the word of a proxy.
    pub async fn is_of_header(&self, session: &SessionId) -> Result<bool, Internal> {
        const OPERATION: &str = "look up how a session began";
        let mut read = self.store.read().await.context(OPERATION)?;
        let signed_on = read.sign_ons().session(session).await.context(OPERATION)?;
        Ok(signed_on.is_some_and(|it| it.issuer == HEADER_ISSUER))
    }

    /// Begins a session of a user whom a trusted proxy names.
    pub async fn log_in_by_header(
        self: &Arc<Self>,
        login: HeaderLogin,
    ) -> Result<LoggedIn, SignOnError> {
        let sign_on = Arc::clone(self);
        to_completion(&self.tasks, async move { sign_on.try_log_in_by_header(&login).await }).await
    }

    async fn try_log_in_by_header(&self, login: &HeaderLogin) -> Result<LoggedIn, SignOnError> {
        let header = self.header.as_ref().ok_or(SignOnError::Off)?;
        let account = Account {
            name: &login.name,
            groups: login.groups.iter().map(String::as_str).collect(),
            memberships: Some(login.groups.iter().map(String::as_str).collect()),
            identified: Identified {
                issuer: HEADER_ISSUER,
                subject: &canonical_name(&login.name),
                provider_session: None,
                logouts_before: 0,
            },
            rules: &header.accounts,
            origin: &login.origin,
            user_agent: login.user_agent.as_deref(),
        };
        self.log_in(account).await
    }
}
