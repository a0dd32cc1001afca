//! Asking the token endpoint, and what it answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haltere_core::Secret;
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::authorization::printable;

/// The form that exchanges a code (RFC 6749 §4.1.3, RFC 7636 §4.5). With `client_secret`, it proves who we are.
pub fn token_request(
    code: &str,
    verifier: &str,
    redirect_uri: &str,
    client_id: &str,
    client_secret: Option<&str>,
) -> Secret<String> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("client_id", client_id)
        .append_pair("code_verifier", verifier);
    if let Some(secret) = client_secret {
        form.append_pair("client_secret", secret);
    }
    Secret::new(form.finish())
}

/// The value of the header `Authorization` that proves who we are (RFC 6749 §2.3.1).
pub fn basic_authorization(client_id: &str, client_secret: &str) -> Secret<String> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(client_secret));
    Secret::new(format!("Basic {}", STANDARD.encode(pair)))
}

/// The tokens that a code was exchanged for.
#[derive(Debug, Clone)]
pub struct TokenResponse {
    pub id_token: Secret<String>,
    pub access_token: Option<Secret<String>>,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenResponseFault {
    #[error("the provider refused the code: {0}")]
    Refused(String),
    #[error("the answer of the provider's token endpoint (status {0}) can't be read")]
    Unreadable(u16),
    #[error("the provider sent no ID token")]
    NoIdToken,
}

#[derive(Deserialize)]
struct Answer {
    id_token: Option<String>,
    access_token: Option<String>,
    token_type: Option<String>,
    error: Option<String>,
}

impl TokenResponse {
    /// Reads an answer.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, TokenResponseFault> {
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| TokenResponseFault::Unreadable(status))?;
        if let Some(error) = answer.error {
            return Err(TokenResponseFault::Refused(printable(&error)));
        }
        if status != 200 {
            return Err(TokenResponseFault::Unreadable(status));
        }
        let is_bearer = answer.token_type.is_none_or(|it| it.eq_ignore_ascii_case("bearer"));
        // It goes into a header.
        let is_sendable = |token: &String| token.bytes().all(|byte| byte.is_ascii_graphic());
        let access_token = answer.access_token.filter(|token| is_bearer && is_sendable(token));
        Ok(Self {
            id_token: answer.id_token.map(Secret::new).ok_or(TokenResponseFault::NoIdToken)?,
            access_token: access_token.map(Secret::new),
        })
    }
}
