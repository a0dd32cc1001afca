//! The keys that a provider signs with.

use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde_json::Value;

use crate::json;

/// The most keys that are read.
const MAX_KEYS: usize = 64;
/// The most keys that are tried if a token names none.
const MAX_TRIED: usize = 8;

/// The public keys of a provider. Shared secrets among them are ignored, and so are keys for encryption and those
/// that can't be read: a provider may have keys for others, too.
#[derive(Debug, Clone)]
pub struct KeySet(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    /// The only one that it is for, if it says so.
    algorithm: Option<Algorithm>,
    decoding: DecodingKey,
}

/// Why a key set can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    #[error("the provider's key set can't be read")]
    Unreadable,
    #[error("the provider's key set has more than {MAX_KEYS} keys")]
    TooMany,
    #[error("the provider's key set has no key for signatures")]
    Empty,
}

impl KeySet {
    /// Reads a key set (RFC 7517 §5).
    pub fn parse(body: &[u8]) -> Result<Self, KeySetFault> {
        let mut members = json::object(body).map_err(|_| KeySetFault::Unreadable)?;
        let Some(Value::Array(keys)) = members.remove("keys") else {
            return Err(KeySetFault::Unreadable);
        };
        if keys.len() > MAX_KEYS {
            return Err(KeySetFault::TooMany);
        }
        let keys: Vec<_> = keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() { Err(KeySetFault::Empty) } else { Ok(Self(keys)) }
    }

    /// How many keys it has.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The keys that may have signed a token with this key id and algorithm.
    pub(crate) fn candidates(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &DecodingKey> {
        let may_be = move |key: &&Key| {
            key.decoding.family() == algorithm.family()
                && key.algorithm.is_none_or(|only| only == algorithm)
                && id.is_none_or(|id| key.id.as_deref() == Some(id))
        };
        self.0.iter().filter(may_be).take(MAX_TRIED).map(|key| &key.decoding)
    }
}

impl Key {
    fn read(value: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        let common = &jwk.common;
        let is_for_signatures =
            common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature);
        let may_verify = common
            .key_operations
            .as_ref()
            .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let algorithm = match common.key_algorithm {
            // One that is not for signatures, or unknown.
            Some(named) => Some(named.to_string().parse().ok()?),
            None => None,
        };
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        let is_public = decoding.family() != AlgorithmFamily::Hmac;
        let id = common.key_id.clone();
        (is_for_signatures && may_verify && is_public).then_some(Self { id, algorithm, decoding })
    }
}
