//! The hash chain of the audit trail. Changing, removing or reordering entries breaks it.
//!
//! Each entry has a position in the chain of its writer, and a SHA-256 over its content, its position and the hash of the
//! writer's entry before it. A database has one writer at a time; a restored backup begins with a new one. An entry also
//! names what it follows outside its own chain, where that has changed: the newest entries of the other writers, and the
//! last entries that retention removed.

mod content;
mod names;
mod verifier;

use std::fmt;

pub use content::ChainedEntry;
pub use names::{ChainHead, ChainName, names_from_text, names_to_text};
pub use verifier::{ChainPlace, ChainReport, ChainVerifier, ChainViolation, ViolationKind};

/// The SHA-256 of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What the first entry of a writer follows.
    pub const START: Self = Self([0; 32]);

    /// The hash of these bytes; `None` if there are not 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        let bytes = bytes.collect::<Option<Vec<_>>>()?;
        if rest.is_empty() { Self::from_slice(&bytes) } else { None }
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
