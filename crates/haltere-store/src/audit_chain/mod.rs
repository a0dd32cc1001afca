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

use data_encoding::HEXLOWER;

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
        Self::from_slice(&HEXLOWER.decode(text.as_bytes()).ok()?)
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(f)
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
