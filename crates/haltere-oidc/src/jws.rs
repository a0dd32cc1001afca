//! Signed tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::Timestamp;
use jsonwebtoken::{Algorithm, crypto};
use serde::Deserialize;
use serde_json::Value;

use crate::claims::Claims;
use crate::json;
use crate::key_set::KeySet;

/// The accepted algorithms: signatures with a public key. Not `none`, and nothing with a shared secret: with it, a
/// public key could be taken for the secret.
pub(crate) const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The longest token, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// By how much clocks may differ, in seconds.
pub(crate) const LEEWAY: i64 = 60;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("the token can't be read")]
    Unreadable,
    #[error("the token is too long")]
    TooLong,
    #[error("the token is signed with an algorithm that is not accepted, or not at all")]
    Algorithm,
    #[error("the token has a header that has to be understood and is not")]
    Critical,
    #[error("the token is of another type")]
    Type,
    #[error("the token is signed with a key that is not in the provider's key set")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token is that of another issuer")]
    Issuer,
    #[error("the token is for another client")]
    Audience,
    #[error("the token has expired, or is not valid yet")]
    Time,
    #[error("the token belongs to another login")]
    Nonce,
    #[error("the token belongs to another access token")]
    AccessToken,
    #[error("the token names no user, or in a wrong way")]
    Subject,
    #[error("the token is not about a logout")]
    Event,
}

impl TokenFault {
    /// Whether newer keys may help.
    pub fn is_about_keys(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Signature)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

/// A token whose signature is right.
pub(crate) struct Signed {
    pub(crate) algorithm: Algorithm,
    pub(crate) claims: Claims,
}

/// Opens a token (RFC 7515, compact) signed by one of `keys` with one of `algorithms`, whose `typ` is one of `types` or
/// missing.
pub(crate) fn open(
    token: &str,
    keys: &KeySet,
    algorithms: &[Algorithm],
    types: &[&str],
) -> Result<Signed, TokenFault> {
    if token.len() > MAX_BYTES {
        return Err(TokenFault::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenFault::Unreadable)?;
    let (header, payload) = message.split_once('.').ok_or(TokenFault::Unreadable)?;
    // Five parts are an encrypted token; one more than three is nothing.
    if payload.contains('.') {
        return Err(TokenFault::Unreadable);
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Unreadable);
    let header: Header =
        serde_json::from_slice(&decode(header)?).map_err(|_| TokenFault::Unreadable)?;
    let algorithm: Algorithm = header.alg.parse().map_err(|_| TokenFault::Algorithm)?;
    if !algorithms.contains(&algorithm) {
        return Err(TokenFault::Algorithm);
    }
    if header.crit.is_some() || header.b64.is_some() {
        return Err(TokenFault::Critical);
    }
    if let Some(typ) = &header.typ {
        let name = typ.to_ascii_lowercase();
        let name = name.strip_prefix("application/").unwrap_or(&name);
        if !types.contains(&name) {
            return Err(TokenFault::Type);
        }
    }
    let mut candidates = keys.candidates(header.kid.as_deref(), algorithm).peekable();
    candidates.peek().ok_or(TokenFault::UnknownKey)?;
    let is_signed_by =
        |key| crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false);
    if !candidates.any(is_signed_by) {
        return Err(TokenFault::Signature);
    }
    let claims = json::object(&decode(payload)?).map_err(|_| TokenFault::Unreadable)?;
    Ok(Signed { algorithm, claims: Claims::of(claims) })
}

/// The claims that all tokens have in common: who made it, for whom, and when.
pub(crate) fn check_frame(
    claims: &Claims,
    issuer: &str,
    client_id: &str,
    now: Timestamp,
) -> Result<(), TokenFault> {
    if claims.value("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(TokenFault::Issuer);
    }
    check_audience(claims, client_id)?;
    let now = now.as_second();
    let made_at = claims.seconds("iat").ok_or(TokenFault::Time)?;
    let is_early =
        made_at > now + LEEWAY || claims.seconds("nbf").is_some_and(|from| from > now + LEEWAY);
    if is_early { Err(TokenFault::Time) } else { Ok(()) }
}

/// OpenID Connect Core §3.1.3.7, 3 to 5. Other audiences are accepted only if the token was made for us.
fn check_audience(claims: &Claims, client_id: &str) -> Result<(), TokenFault> {
    let audiences = match claims.value("aud") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => {
            let texts: Option<Vec<_>> = many.iter().map(Value::as_str).collect();
            texts.ok_or(TokenFault::Audience)?
        }
        _ => return Err(TokenFault::Audience),
    };
    let party = claims.value("azp");
    let is_ours = |party: &Value| party.as_str() == Some(client_id);
    let is_party = party.map_or(audiences.len() == 1, is_ours);
    if audiences.contains(&client_id) && is_party { Ok(()) } else { Err(TokenFault::Audience) }
}

/// The subject: 1 to 255 visible ASCII characters (OpenID Connect Core §2).
pub(crate) fn subject(claims: &Claims) -> Option<String> {
    let subject = claims.value("sub")?.as_str()?;
    let is_good = (1..=255).contains(&subject.len())
        && subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    is_good.then(|| subject.to_owned())
}

/// The session at the provider, in the same form.
pub(crate) fn provider_session(claims: &Claims) -> Option<String> {
    let session = claims.value("sid")?.as_str()?;
    let is_good =
        (1..=255).contains(&session.len()) && session.bytes().all(|byte| byte.is_ascii_graphic());
    is_good.then(|| session.to_owned())
}
