//! The master key: the one secret that is kept outside the database.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use haltere_core::Secret;
use zeroize::Zeroizing;

use super::sealing::{self, KEY_BYTES, KeyId, SealingKey};

/// 256 bits that seal the vault's data key.
#[derive(Debug)]
pub struct MasterKey(Secret<[u8; KEY_BYTES]>);

/// The text is not a master key. The text itself is never part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// Nothing was left after trimming.
    #[error("the master key is empty")]
    Empty,
    /// Neither 64 hexadecimal digits nor base64 of 32 bytes.
    #[error("the master key must be 32 bytes, written as 64 hexadecimal digits or as base64")]
    Form,
}

impl MasterKey {
    /// Makes a new key out of the operating system's randomness.
    pub fn generate() -> Self {
        Self(sealing::random_key())
    }

    /// Reads a key written as 64 hexadecimal digits or as base64 (padded or not), blanks around it ignored.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(MasterKeyError::Empty);
        }
        // 32 bytes in base64 have 43 or 44 characters, so the two forms can't be confused.
        let bytes = if text.len() == 2 * KEY_BYTES { from_hex(text) } else { from_base64(text) };
        bytes.map(Self).ok_or(MasterKeyError::Form)
    }

    /// The key as text that [`MasterKey::parse`] reads: base64.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.0.expose()))
    }

    /// Names the key without revealing it.
    pub fn id(&self) -> KeyId {
        KeyId::new(&self.0)
    }

    pub(super) fn sealing_key(&self) -> SealingKey {
        SealingKey::new(&self.0)
    }
}

fn from_hex(text: &str) -> Option<Secret<[u8; KEY_BYTES]>> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(Secret::new(*bytes))
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn from_base64(text: &str) -> Option<Secret<[u8; KEY_BYTES]>> {
    let engine = if text.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
    let bytes = Zeroizing::new(engine.decode(text).ok()?);
    Some(Secret::new(bytes.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(text: &str) -> Result<[u8; KEY_BYTES], MasterKeyError> {
        MasterKey::parse(text).map(|key| *key.0.expose())
    }

    #[test]
    fn a_key_is_read_in_each_of_its_forms() {
        let bytes = *b"\x00\x01\x7f\x80\xff Keys are 32 bytes long ...";
        let hex = "00017f80ff204b65797320617265203332206279746573206c6f6e67202e2e2e";
        for text in [
            hex.to_owned(),
            hex.to_uppercase(),
            format!("  {hex}\n"),
            STANDARD.encode(bytes),
            STANDARD_NO_PAD.encode(bytes),
        ] {
            assert_eq!(bytes_of(&text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn a_new_key_reads_back_and_no_two_are_the_same() {
        let key = MasterKey::generate();
        let text = key.to_text();
        assert_eq!(bytes_of(text.expose()), Ok(*key.0.expose()));
        assert_ne!(text, MasterKey::generate().to_text());
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(bytes_of(" \n"), Err(MasterKeyError::Empty));
        for bad in [
            "secret".to_owned(),
            "0".repeat(63),
            "0".repeat(66),
            "g".repeat(64),
            "ü".repeat(32),
            STANDARD.encode([1; 31]),
            STANDARD.encode([1; 33]),
            format!("{}==", STANDARD_NO_PAD.encode([1; 32])),
        ] {
            assert_eq!(bytes_of(&bad), Err(MasterKeyError::Form), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", MasterKey::generate()), "MasterKey([secret])");
    }
}
