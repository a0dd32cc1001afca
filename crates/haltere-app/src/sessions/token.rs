//! Session tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::{Secret, SessionId};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 256 random bits in base64 without padding.
const CHARS: usize = 43;

/// A new token and the id its session is stored under.
pub(super) fn generate() -> (Secret<String>, SessionId) {
    let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
    let token = URL_SAFE_NO_PAD.encode(*bytes);
    let id = hash(&token);
    (Secret::new(token), id)
}

/// Whether `token` has the form of a session's token.
pub fn is_token(token: &str) -> bool {
    token.len() == CHARS
}

/// The id of the session that has this token, if it can be a token at all.
pub(super) fn session_id(token: &str) -> Option<SessionId> {
    is_token(token).then(|| hash(token))
}

/// A fast hash is enough: 256 random bits can't be guessed.
fn hash(token: &str) -> SessionId {
    SessionId(Sha256::digest(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_its_session_and_no_two_are_alike() {
        let (token, id) = generate();
        assert_eq!(session_id(token.expose()), Some(id));
        assert_ne!(generate().1, id);
        assert_eq!(session_id(""), None);
        assert_eq!(session_id(&"x".repeat(44)), None);
    }
}
