//! ID tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::Timestamp;
use jsonwebtoken::Algorithm;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::claims::Claims;
use crate::jws::{self, LEEWAY, Signed, TokenFault};
use crate::key_set::KeySet;
use crate::metadata::ProviderMetadata;

/// The oldest ID token of a login, in seconds. It comes straight from the provider.
const MAX_AGE: i64 = 10 * 60;

/// What has to be in an ID token.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub client_id: &'a str,
    /// The one that was sent with this login.
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
    pub now: Timestamp,
}

/// An ID token that was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct IdToken {
    /// The user's permanent id at the provider (`sub`).
    pub subject: String,
    /// Identifies the session at the provider, for back-channel logout.
    pub provider_session: Option<String>,
    pub claims: Claims,
}

impl IdToken {
    /// Verifies a token (OpenID Connect Core §3.1.3.7). Its own header and claims decide nothing about how.
    pub fn verify(
        token: &str,
        metadata: &ProviderMetadata,
        keys: &KeySet,
        expected: Expected<'_>,
    ) -> Result<Self, TokenFault> {
        let Expected { client_id, nonce, access_token, now } = expected;
        let Signed { algorithm, claims } =
            jws::open(token, keys, &metadata.algorithms, &["jwt", "id_token+jwt"])?;
        jws::check_frame(&claims, &metadata.issuer, client_id, now)?;
        let expires = claims.seconds("exp").ok_or(TokenFault::Time)?;
        let issued = claims.seconds("iat").ok_or(TokenFault::Time)?;
        if expires.saturating_add(LEEWAY) <= now.as_second()
            || issued.saturating_add(MAX_AGE) <= now.as_second()
        {
            return Err(TokenFault::Time);
        }
        let is_of_this_login = claims.value("nonce").and_then(|it| it.as_str()) == Some(nonce);
        if nonce.is_empty() || !is_of_this_login {
            return Err(TokenFault::Nonce);
        }
        if let Some(hash) = claims.value("at_hash") {
            let right = access_token.map(|token| half_hash(token, algorithm));
            if right.is_none() || hash.as_str() != right.as_deref() {
                return Err(TokenFault::AccessToken);
            }
        }
        let subject = jws::subject(&claims).ok_or(TokenFault::Subject)?;
        Ok(Self { subject, provider_session: jws::provider_session(&claims), claims })
    }
}

/// The left half of the hash that belongs to the algorithm (OpenID Connect Core §3.1.3.6).
fn half_hash(token: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => Sha384::digest(token).to_vec(),
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => Sha512::digest(token).to_vec(),
        _ => Sha256::digest(token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}
