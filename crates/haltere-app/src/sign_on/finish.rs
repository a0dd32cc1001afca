//! `GET /api/sign-on/oidc/callback`

use std::sync::Arc;

use haltere_core::quota::{QuotaExceeded, QuotaHolder};
use haltere_core::{Origin, Secret};
use haltere_oidc::{
    AuthorizationResponse, Claims, Expected, IdToken, ProviderMetadata, ResponseFault, TokenFault,
};

use super::account::{Account, Identified};
use super::error::SignOnError;
use super::failures::Failures;
use super::provider::{Known, ProviderError};
use super::settings::OidcSettings;
use super::{Oidc, SignOn};
use crate::audit;
use crate::error::ErrorContext;
use crate::now::now;
use crate::sessions::LoggedIn;
use crate::tasks::to_completion;

/// The browser's request after the provider has sent it back.
#[derive(Debug, Clone)]
pub struct Finish {
    /// The values of all cookies in which the begun login was remembered.
    pub pending: Vec<Secret<String>>,
    pub state: Option<String>,
    pub code: Option<String>,
    /// RFC 9207.
    pub issuer: Option<String>,
    pub error: Option<String>,
    pub origin: Origin,
    pub user_agent: Option<String>,
}

impl SignOn {
    /// Finishes a login: always a new session. Success, and refusals of users that the provider knows, are audited.
    pub async fn finish(self: &Arc<Self>, finish: Finish) -> Result<LoggedIn, SignOnError> {
        let sign_on = Arc::clone(self);
        // To completion, because a code can be used only once.
        to_completion(&self.tasks, async move { sign_on.try_finish(finish).await }).await
    }

    async fn try_finish(&self, finish: Finish) -> Result<LoggedIn, SignOnError> {
        let oidc = self.oidc()?;
        let failures = &oidc.failed_logins;
        let is_allowed = failures.check(&finish.origin);
        is_allowed.map_err(|_wait| SignOnError::Busy(QuotaExceeded::Network))?;
        let origin = finish.origin.clone();
        let outcome = self.identify(oidc, finish).await;
        if matches!(outcome, Err(SignOnError::Refused | SignOnError::Invalid)) {
            failures.count(&origin);
        }
        outcome
    }

    async fn identify(&self, oidc: &Oidc, finish: Finish) -> Result<LoggedIn, SignOnError> {
        let failures = &oidc.failed_logins;
        let mut pending = finish.pending.iter().filter_map(|it| oidc.pending.open(it.expose()));
        let login = pending.find(|login| finish.state.as_deref() == Some(&*login.state));
        // Before the provider is asked anything: otherwise anybody could make us ask.
        let login = login.filter(|login| oidc.pending.finish(login)).ok_or(SignOnError::Expired)?;
        let holder = QuotaHolder { user: None, address: finish.origin.address };
        let _exchange = oidc.exchanges.take(holder, 1).map_err(SignOnError::Busy)?;
        let logouts_before = oidc.logouts.count();
        let known = oidc.provider.known().await.map_err(|error| failures.unavailable(error))?;
        let response = AuthorizationResponse {
            state: finish.state.as_deref(),
            code: finish.code.as_deref(),
            issuer: finish.issuer.as_deref(),
            error: finish.error.as_deref(),
        };
        let code = response.code(&login.state, &known.metadata).map_err(|fault| match fault {
            ResponseFault::Refused(_) => failures.refused(fault),
            fault => failures.invalid(fault),
        })?;
        let tokens = oidc
            .provider
            .exchange(&known.metadata, &oidc.settings, code, &login.verifier)
            .await
            .map_err(|error| failures.unavailable(error))?;
        let access_token = tokens.access_token.as_ref();
        let expected = |now| Expected {
            client_id: &oidc.settings.client_id,
            nonce: &login.nonce,
            access_token: access_token.map(|token| token.expose().as_str()),
            now,
        };
        let verify = |known: &Known| {
            let expected = expected(self.clock.now());
            IdToken::verify(tokens.id_token.expose(), &known.metadata, &known.keys, expected)
        };
        let IdToken { subject, provider_session, mut claims } =
            oidc.verified(failures, known.clone(), verify).await?;
        oidc.complete(&mut claims, &subject, &known.metadata, access_token).await?;
        let identified = Identified {
            issuer: &known.metadata.issuer,
            subject: &subject,
            provider_session: provider_session.as_deref(),
            logouts_before,
        };
        let account = Account {
            name: oidc.name(&claims).unwrap_or_default(),
            groups: claims.texts(&oidc.settings.role_claim),
            memberships: Some(claims.texts(&oidc.settings.membership_claim)),
            identified,
            rules: &oidc.settings.accounts,
            origin: &finish.origin,
            user_agent: finish.user_agent.as_deref(),
        };
        self.log_in(account).await
    }

    /// Begins a session, or writes down why not.
    pub(super) async fn log_in(&self, account: Account<'_>) -> Result<LoggedIn, SignOnError> {
        let (name, origin) = (account.name, account.origin);
        let outcome = self.begin(account).await;
        if let Err(error) = &outcome
            && let Some(detail) = error.audited_as()
        {
            let entry = audit::login_denied(now(&*self.clock), name, origin, detail);
            self.audit.append_failed_login(entry).await.context("log in")?;
        }
        outcome
    }
}

impl Oidc {
    /// Verifies a token with the keys there are, and, if it may be about the keys, with newer ones.
    pub(super) async fn verified<T>(
        &self,
        failures: &Failures,
        known: Known,
        verify: impl Fn(&Known) -> Result<T, TokenFault>,
    ) -> Result<T, SignOnError> {
        let fault = match verify(&known) {
            Err(fault) if fault.is_about_keys() => fault,
            outcome => return outcome.map_err(|fault| failures.invalid(fault)),
        };
        let newer = self.provider.with_newer_keys(&known).await;
        match newer.map_err(|error| failures.unavailable(error))? {
            Some(newer) => verify(&newer).map_err(|fault| failures.invalid(fault)),
            None => Err(failures.invalid(fault)),
        }
    }

    /// Asks the provider for the claims that are needed and not in the ID token.
    async fn complete(
        &self,
        claims: &mut Claims,
        subject: &str,
        metadata: &ProviderMetadata,
        access_token: Option<&Secret<String>>,
    ) -> Result<(), SignOnError> {
        let OidcSettings { name_claim, role_claim, membership_claim, accounts, .. } =
            &self.settings;
        let is_mapped = !accounts.memberships.is_empty();
        let needed = [name_claim, role_claim].into_iter();
        let mut needed = needed.chain(is_mapped.then_some(membership_claim));
        let Some(access_token) = access_token.filter(|_| needed.any(|it| !claims.has(it))) else {
            return Ok(());
        };
        let more = self.provider.user_info(metadata, access_token, subject).await;
        if let Some(more) = more.map_err(|error| match error {
            ProviderError::OtherUser => self.failed_logins.invalid(error),
            error => self.failed_logins.unavailable(error),
        })? {
            claims.complete_with(more);
        }
        Ok(())
    }

    /// The user name. A mail address that the provider has not verified is whatever its user has typed.
    fn name<'a>(&self, claims: &'a Claims) -> Option<&'a str> {
        let claim = &self.settings.name_claim;
        let is_trustworthy = claim != "email" || claims.is_true("email_verified");
        claims.text(claim).filter(|_| is_trustworthy)
    }
}
