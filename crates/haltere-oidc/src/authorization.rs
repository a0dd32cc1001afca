//! Sending a browser to the provider, and what it comes back with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::metadata::ProviderMetadata;
use crate::provider_url::ProviderUrl;

/// The longest code or state, in bytes.
const MAX_BYTES: usize = 4_096;
/// The longest error code that is shown.
const MAX_ERROR: usize = 64;

/// The request that a browser takes to the provider.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    /// Separated by spaces.
    pub scopes: &'a str,
    pub state: &'a str,
    pub nonce: &'a str,
    /// Of the verifier: see [`code_challenge`].
    pub challenge: &'a str,
}

impl AuthorizationRequest<'_> {
    /// The address to send the browser to.
    pub fn url(&self, metadata: &ProviderMetadata) -> ProviderUrl {
        metadata.authorization_endpoint.with_parameters(&[
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scopes),
            ("state", self.state),
            ("nonce", self.nonce),
            ("code_challenge", self.challenge),
            ("code_challenge_method", "S256"),
        ])
    }
}

/// The challenge of a verifier (RFC 7636 §4.2, S256).
pub fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// What the browser comes back with, as it is in the query.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuthorizationResponse<'a> {
    pub state: Option<&'a str>,
    pub code: Option<&'a str>,
    pub issuer: Option<&'a str>,
    pub error: Option<&'a str>,
}

/// Why a response leads to no login.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseFault {
    #[error("the response belongs to another login")]
    State,
    #[error("the response is that of another provider")]
    Issuer,
    #[error("the provider refused: {0}")]
    Refused(String),
    #[error("the response has no code")]
    NoCode,
}

impl<'a> AuthorizationResponse<'a> {
    /// The code, if the response belongs to the login with this `state` and comes from this provider (RFC 9207: a
    /// response of another one could be mixed in).
    pub fn code(&self, state: &str, metadata: &ProviderMetadata) -> Result<&'a str, ResponseFault> {
        if state.is_empty() || self.state != Some(state) {
            return Err(ResponseFault::State);
        }
        match self.issuer {
            Some(issuer) if issuer != metadata.issuer => return Err(ResponseFault::Issuer),
            None if metadata.names_issuer => return Err(ResponseFault::Issuer),
            _ => {}
        }
        if let Some(error) = self.error {
            return Err(ResponseFault::Refused(printable(error)));
        }
        let code = self.code.filter(|code| (1..=MAX_BYTES).contains(&code.len()));
        code.ok_or(ResponseFault::NoCode)
    }
}

/// An error code of a provider, for the log.
pub(crate) fn printable(error: &str) -> String {
    let printable = |c: &char| c.is_ascii_alphanumeric() || "_-. ".contains(*c);
    error.chars().filter(printable).take(MAX_ERROR).collect()
}
