//! A key that seals and opens values. The only module that knows the form of a sealed value.
//!
//! ```text
//! version (1 byte) · key id (8) · nonce (24) · XChaCha20-Poly1305 ciphertext and tag (n + 16)
//! ```
//!
//! The version says how the nonce was made: 0x01 at random; 0x02 from the plaintext and its context, so that equal
//! values have equal ciphertexts. That nonce is a keyed hash (NMAC, with keys derived from the data key), so without
//! the key a nonce repeats only together with the whole value.
//!
//! The associated data is the [`SealContext`], as `table/column/row`.

use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use haltere_core::{Secret, sentences};
use haltere_store::Sealed;
use sha2::{Digest, Sha256};

use super::SealContext;

/// The length of a key.
pub(super) const KEY_BYTES: usize = 32;
const RANDOM: u8 = 1;
const DETERMINISTIC: u8 = 2;
const KEY_ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;

/// Names a key without revealing it: the start of a hash over it, enough to distinguish keys, and no
/// help in finding 256 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; KEY_ID_BYTES]);

impl KeyId {
    pub(super) fn new(key: &Secret<[u8; KEY_BYTES]>) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(b"haltere vault key id\0")
            .chain_update(key.expose())
            .finalize()
            .into();
        Self(std::array::from_fn(|index| hash[index]))
    }

    /// The key a value was sealed with; `None` when it is not of a form we know.
    pub(super) fn of(Sealed(sealed): &Sealed) -> Option<Self> {
        let (version, rest) = sealed.split_first()?;
        let id = rest.first_chunk::<KEY_ID_BYTES>()?;
        [RANDOM, DETERMINISTIC].contains(version).then_some(Self(*id))
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(f)
    }
}

sentences! {
    /// Why a sealed value can't be opened: it is cut short, is sealed by a newer haltere or with another key than the
    /// one at hand, or is not what was sealed for this context.
    #[derive(Copy)]
    pub enum UnsealError {
        SealedTooShort => "it is too short",
        SealedInUnknownForm { form: u64 } => "it has the unknown form {form}",
        SealedWithOtherKey => "it was sealed with another key",
        SealTampered => "it was changed or moved",
    }
}

/// A key, ready for use.
pub(super) struct SealingKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
    /// For nonces, inner and outer.
    nonce_keys: [Secret<[u8; KEY_BYTES]>; 2],
}

/// Whether the nonce comes from what is sealed.
pub(super) fn is_sealed_alike(Sealed(sealed): &Sealed) -> bool {
    sealed.first() == Some(&DETERMINISTIC)
}

fn derived(key: &Secret<[u8; KEY_BYTES]>, name: &[u8]) -> Secret<[u8; KEY_BYTES]> {
    let hash = Sha256::new()
        .chain_update(b"haltere vault nonce key\0")
        .chain_update(name)
        .chain_update(key.expose())
        .finalize();
    Secret::new(hash.into())
}

/// A new key out of the operating system's randomness.
pub(super) fn random_key() -> Secret<[u8; KEY_BYTES]> {
    Secret::new(Key::generate().into())
}

impl SealingKey {
    pub(super) fn new(bytes: &Secret<[u8; KEY_BYTES]>) -> Self {
        Self {
            id: KeyId::new(bytes),
            cipher: XChaCha20Poly1305::new(bytes.expose().into()),
            nonce_keys: [b"inner", b"outer"].map(|name| derived(bytes, name)),
        }
    }

    /// Random nonces of 24 bytes don't repeat in practice, so they need no counter.
    pub(super) fn seal(&self, context: &SealContext<'_>, plain: &[u8]) -> Sealed {
        self.seal_with(RANDOM, &XNonce::generate(), context, plain)
    }

    pub(super) fn seal_deterministic(&self, context: &SealContext<'_>, plain: &[u8]) -> Sealed {
        let [inner, outer] = self.nonce_keys.each_ref().map(Secret::expose);
        let context_text = context.to_string();
        let hash = Sha256::new()
            .chain_update(inner)
            .chain_update((context_text.len() as u64).to_be_bytes())
            .chain_update(context_text)
            .chain_update(plain)
            .finalize();
        let hash: [u8; 32] = Sha256::new().chain_update(outer).chain_update(hash).finalize().into();
        let nonce = XNonce::from(std::array::from_fn(|index| hash[index]));
        self.seal_with(DETERMINISTIC, &nonce, context, plain)
    }

    fn seal_with(
        &self,
        version: u8,
        nonce: &XNonce,
        context: &SealContext<'_>,
        plain: &[u8],
    ) -> Sealed {
        let context = context.to_string();
        let ciphertext = self
            .cipher
            .encrypt(nonce, Payload { msg: plain, aad: context.as_bytes() })
            .expect("what fits into memory is below the cipher's limit of 256 GiB");
        Sealed([&[version][..], &self.id.0, nonce, &ciphertext].concat())
    }

    pub(super) fn unseal(
        &self,
        context: &SealContext<'_>,
        Sealed(sealed): &Sealed,
    ) -> Result<Secret<Vec<u8>>, UnsealError> {
        let (version, rest) = sealed.split_first().ok_or(UnsealError::SealedTooShort)?;
        if ![RANDOM, DETERMINISTIC].contains(version) {
            return Err(UnsealError::SealedInUnknownForm { form: (*version).into() });
        }
        let (id, rest) =
            rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(UnsealError::SealedTooShort)?;
        if *id != self.id.0 {
            return Err(UnsealError::SealedWithOtherKey);
        }
        let (nonce, ciphertext) =
            rest.split_first_chunk::<NONCE_BYTES>().ok_or(UnsealError::SealedTooShort)?;
        let context = context.to_string();
        self.cipher
            .decrypt(nonce.into(), Payload { msg: ciphertext, aad: context.as_bytes() })
            .map(Secret::new)
            .map_err(|_| UnsealError::SealTampered)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: SealContext<'static> =
        SealContext { table: "connections", column: "password", row: "mosquitto/dev" };

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&Secret::new([byte; KEY_BYTES]))
    }

    #[test]
    fn a_moved_value_is_refused() {
        let sealed = key(1).seal(&HERE, b"hunter2");
        for elsewhere in [
            SealContext { row: "mosquitto", ..HERE },
            SealContext { column: "key", ..HERE },
            SealContext { table: "users", ..HERE },
        ] {
            assert_eq!(key(1).unseal(&elsewhere, &sealed), Err(UnsealError::SealTampered));
        }
    }

    #[test]
    fn another_key_is_named_as_such() {
        let sealed = key(1).seal(&HERE, b"hunter2");
        assert_eq!(key(2).unseal(&HERE, &sealed), Err(UnsealError::SealedWithOtherKey));
    }

    #[test]
    fn an_unknown_form_is_named_as_such() {
        let mut sealed = key(1).seal(&HERE, b"hunter2");
        sealed.0[0] = 3;
        assert_eq!(
            key(1).unseal(&HERE, &sealed),
            Err(UnsealError::SealedInUnknownForm { form: 3 })
        );
    }

    #[test]
    fn equal_values_can_be_sealed_alike() {
        let sealed = key(1).seal_deterministic(&HERE, b"hunter2");
        assert_eq!(sealed, key(1).seal_deterministic(&HERE, b"hunter2"));
        assert!(is_sealed_alike(&sealed) && !is_sealed_alike(&key(1).seal(&HERE, b"hunter2")));
        assert_eq!(key(1).unseal(&HERE, &sealed), Ok(Secret::new(b"hunter2".to_vec())));
        let elsewhere = SealContext { row: "mosquitto", ..HERE };
        assert_eq!(key(1).unseal(&elsewhere, &sealed), Err(UnsealError::SealTampered));
        let nonce = |Sealed(sealed): Sealed| sealed[1 + KEY_ID_BYTES..][..NONCE_BYTES].to_vec();
        for other in [
            key(2).seal_deterministic(&HERE, b"hunter2"),
            key(1).seal_deterministic(&elsewhere, b"hunter2"),
            key(1).seal_deterministic(&HERE, b"hunter3"),
        ] {
            assert_ne!(nonce(other), nonce(sealed.clone()));
        }
    }

    #[test]
    fn sealing_twice_gives_two_values() {
        assert_ne!(key(1).seal(&HERE, b"hunter2"), key(1).seal(&HERE, b"hunter2"));
    }

    #[test]
    fn the_form_does_not_change_unnoticed() {
        let sealed = key(7).seal(&HERE, b"hunter2").0;
        assert_eq!(sealed.len(), 1 + KEY_ID_BYTES + NONCE_BYTES + b"hunter2".len() + 16);
        assert_eq!(sealed[0], 1);
        assert_eq!(sealed[1..=KEY_ID_BYTES], key(7).id.0);
    }

    proptest! {
        #[test]
        fn sealed_values_open(plain: Vec<u8>, row in ".{0,40}") {
            let context = SealContext { row: &row, ..HERE };
            let opened = key(1).unseal(&context, &key(1).seal(&context, &plain));
            prop_assert_eq!(opened, Ok(Secret::new(plain)));
        }

        #[test]
        fn a_flipped_bit_is_refused(plain: Vec<u8>, bit: prop::sample::Index) {
            let mut sealed = key(1).seal(&HERE, &plain);
            let bit = bit.index(sealed.0.len() * 8);
            sealed.0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(key(1).unseal(&HERE, &sealed).is_err());
        }

        #[test]
        fn a_shortened_value_is_refused(plain: Vec<u8>, length: prop::sample::Index) {
            let mut sealed = key(1).seal(&HERE, &plain);
            sealed.0.truncate(length.index(sealed.0.len()));
            prop_assert!(key(1).unseal(&HERE, &sealed).is_err());
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            prop_assert!(key(1).unseal(&HERE, &Sealed(bytes)).is_err());
        }
    }
}
