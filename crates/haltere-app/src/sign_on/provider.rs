//! What the provider says about itself, its keys, and its other answers.
//!
//! The discovery document and the key set are read when they are needed, and kept for an hour (for a day if they can't be read
//! again). They are read again if a token is signed with an unknown key, because providers replace keys. A client that is not
//! logged in can bring tokens, so reading again has a least interval, and so has trying again after a failure. One request
//! reads, others wait for it.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, LogLimit, Secret, TlsSettings, error_chain};
use haltere_link::{
    HttpAnswer, HttpBody, HttpClient, HttpFailure, HttpMethod, HttpRequest, Supervisor,
};
use haltere_oidc::{
    Claims, ClientAuthentication, KeySet, KeySetFault, MetadataFault, NotJson, ProviderMetadata,
    ProviderUrl, TokenResponse, TokenResponseFault, UrlFault, basic_authorization, discovery_url,
    token_request,
};
use tokio::sync::Mutex;

use super::settings::OidcSettings;

/// How long what the provider has said is believed.
const FRESH: Duration = Duration::from_hours(1);
/// How long it is believed if it can't be read again.
const KEPT: Duration = Duration::from_hours(24);
/// The least time between two reads of the key set because of unknown keys.
const KEY_INTERVAL: Duration = Duration::from_secs(10);
/// The least time between a failure and the next try.
const RETRY: Duration = Duration::from_secs(3);

/// Why the provider's answer is of no use.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("failed to reach {url}")]
    Http {
        url: String,
        #[source]
        source: Arc<HttpFailure>,
    },
    #[error("{url} was answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("the issuer {0}")]
    Issuer(UrlFault),
    #[error(transparent)]
    Metadata(#[from] MetadataFault),
    #[error(transparent)]
    Keys(#[from] KeySetFault),
    #[error(transparent)]
    Tokens(#[from] TokenResponseFault),
    #[error("the answer about the user is {0}")]
    UserInfo(#[from] NotJson),
    #[error("the answer about the user is about another user")]
    OtherUser,
}

/// What the provider says about itself.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) metadata: Arc<ProviderMetadata>,
    pub(super) keys: Arc<KeySet>,
    /// When the keys were read.
    pub(super) keys_read_at: Duration,
}

enum State {
    Unknown,
    /// `failed_at`: when it could not be read again.
    Known {
        known: Known,
        read_at: Duration,
        failed_at: Option<Duration>,
    },
    Failed {
        error: ProviderError,
        at: Duration,
    },
}

/// The provider, as far as it was asked.
pub(super) struct Provider {
    issuer: String,
    client: HttpClient,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Limits the log lines that say that an older document is kept because it could not be read again.
    kept: parking_lot::Mutex<LogLimit<Duration>>,
    /// The latest document, for what must not wait.
    latest: parking_lot::Mutex<Option<Arc<ProviderMetadata>>>,
}

impl Provider {
    pub(super) fn new(
        settings: &OidcSettings,
        supervisor: &Supervisor,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let tls = TlsSettings { ca: settings.ca.clone(), ..TlsSettings::default() };
        Self {
            issuer: settings.issuer.clone(),
            client: supervisor.http_client(tls),
            clock,
            state: Mutex::new(State::Unknown),
            kept: parking_lot::Mutex::default(),
            latest: parking_lot::Mutex::default(),
        }
    }

    /// The discovery document and the keys, read within the last hour, or within the last day if reading them again fails.
    pub(super) async fn known(&self) -> Result<Known, ProviderError> {
        let mut state = self.state.lock().await;
        let now = self.clock.steady();
        let is_within = |at: Duration, span| now.saturating_sub(at) < span;
        match &*state {
            State::Known { known, read_at, failed_at }
                if is_within(*read_at, FRESH)
                    || (is_within(*read_at, KEPT)
                        && failed_at.is_some_and(|at| is_within(at, RETRY))) =>
            {
                return Ok(known.clone());
            }
            State::Failed { error, at } if is_within(*at, RETRY) => {
                return Err(error.clone());
            }
            _ => {}
        }
        let read = self.read().await;
        let at = self.clock.steady();
        match read {
            Ok(known) => {
                *self.latest.lock() = Some(Arc::clone(&known.metadata));
                *state = State::Known { known: known.clone(), read_at: at, failed_at: None };
                Ok(known)
            }
            Err(error) => {
                if let State::Known { known, read_at, failed_at } = &mut *state
                    && is_within(*read_at, KEPT)
                {
                    *failed_at = Some(at);
                    self.log_kept(&error);
                    return Ok(known.clone());
                }
                *state = State::Failed { error: error.clone(), at };
                Err(error)
            }
        }
    }

    /// The same with newer keys than those of `old`, if that is possible now.
    pub(super) async fn with_newer_keys(
        &self,
        old: &Known,
    ) -> Result<Option<Known>, ProviderError> {
        let mut state = self.state.lock().await;
        let State::Known { known, .. } = &mut *state else { return Ok(None) };
        if known.keys_read_at > old.keys_read_at {
            return Ok(Some(known.clone()));
        }
        let now = self.clock.steady();
        if now.saturating_sub(known.keys_read_at) < KEY_INTERVAL {
            return Ok(None);
        }
        // Counts even if it fails.
        known.keys_read_at = now;
        let keys = self.read_keys(&known.metadata).await?;
        known.keys = Arc::new(keys);
        Ok(Some(known.clone()))
    }

    fn log_kept(&self, error: &ProviderError) {
        if let Some(count) = self.kept.lock().count(self.clock.steady()) {
            let error = error_chain(error);
            tracing::warn!(
                error,
                count,
                "what the provider said before is used, for a day at most"
            );
        }
    }

    /// What the provider said last about itself, without asking it.
    pub(super) fn latest(&self) -> Option<Arc<ProviderMetadata>> {
        self.latest.lock().clone()
    }

    /// Reads the discovery document; its address, and what is there.
    pub(super) async fn read_document(&self) -> (Option<String>, Result<Vec<u8>, ProviderError>) {
        match discovery_url(&self.issuer) {
            Ok(url) => (Some(url.as_str().to_owned()), self.get(&url, None).await),
            Err(fault) => (None, Err(ProviderError::Issuer(fault))),
        }
    }

    async fn read(&self) -> Result<Known, ProviderError> {
        let (_, document) = self.read_document().await;
        let metadata = ProviderMetadata::parse(&document?, &self.issuer)?;
        let keys = self.read_keys(&metadata).await?;
        Ok(Known {
            metadata: Arc::new(metadata),
            keys: Arc::new(keys),
            keys_read_at: self.clock.steady(),
        })
    }

    /// Reads the key set.
    pub(super) async fn read_keys(
        &self,
        metadata: &ProviderMetadata,
    ) -> Result<KeySet, ProviderError> {
        Ok(KeySet::parse(&self.get(&metadata.jwks_uri, None).await?)?)
    }

    /// Exchanges a code for tokens.
    pub(super) async fn exchange(
        &self,
        metadata: &ProviderMetadata,
        settings: &OidcSettings,
        code: &str,
        verifier: &str,
    ) -> Result<TokenResponse, ProviderError> {
        let OidcSettings { client_id, client_secret, .. } = settings;
        let secret = client_secret.as_ref().map(|secret| secret.expose().as_str());
        let (basic, in_form) = match metadata.client_authentication {
            ClientAuthentication::Basic => {
                (secret.map(|secret| basic_authorization(client_id, secret)), None)
            }
            ClientAuthentication::Post => (None, secret),
        };
        let form = token_request(code, verifier, &settings.redirect_uri(), client_id, in_form);
        let url = &metadata.token_endpoint;
        let HttpAnswer { status, body, .. } = self.send(url, basic, Some(form)).await?;
        Ok(TokenResponse::parse(status, &body)?)
    }

    /// What the provider says about a user, if it has such an endpoint.
    pub(super) async fn user_info(
        &self,
        metadata: &ProviderMetadata,
        access_token: &Secret<String>,
        subject: &str,
    ) -> Result<Option<Claims>, ProviderError> {
        let Some(url) = &metadata.userinfo_endpoint else { return Ok(None) };
        let bearer = Secret::new(format!("Bearer {}", access_token.expose()));
        let body = self.get(url, Some(bearer)).await?;
        let claims = Claims::of_userinfo(&body, subject)?;
        claims.map(Some).ok_or(ProviderError::OtherUser)
    }

    async fn get(
        &self,
        url: &ProviderUrl,
        authorization: Option<Secret<String>>,
    ) -> Result<Vec<u8>, ProviderError> {
        let HttpAnswer { status, body, .. } = self.send(url, authorization, None).await?;
        if status != 200 {
            return Err(ProviderError::Status { url: url.as_str().to_owned(), status });
        }
        Ok(body.to_vec())
    }

    async fn send(
        &self,
        url: &ProviderUrl,
        authorization: Option<Secret<String>>,
        form: Option<Secret<String>>,
    ) -> Result<HttpAnswer, ProviderError> {
        let method = if form.is_some() { HttpMethod::POST } else { HttpMethod::GET };
        let request = HttpRequest {
            method,
            host: url.host(),
            port: url.port(),
            is_tls: url.is_tls(),
            authority: url.authority(),
            path: url.path_and_query(),
            authorization,
            cookie: None,
            body: form.as_ref().map(HttpBody::form),
        };
        let answer = self.client.send(&request).await;
        answer.map_err(|source| ProviderError::Http {
            url: url.as_str().to_owned(),
            source: Arc::new(source),
        })
    }
}
