//! Secrets of tokens and their ids.

use haltere_core::{TokenId, TokenSecret};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A new secret and the id that its token is stored under.
pub(super) fn generate() -> (TokenSecret, TokenId) {
    let bits = Zeroizing::new(rand::random::<[u8; 32]>());
    let secret = TokenSecret::of_random(&bits);
    let id = id_of(&secret);
    (secret, id)
}

/// A fast hash is enough: 256 random bits can't be guessed.
pub(super) fn id_of(secret: &TokenSecret) -> TokenId {
    TokenId(Sha256::digest(secret.expose().as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_leads_to_its_token_and_no_two_are_alike() {
        let (secret, id) = generate();
        let read = TokenSecret::parse(secret.expose()).expect("a token");
        assert_eq!(id_of(&read), id);
        assert_ne!(generate().1, id);
    }
}
