//! Changes under a condition: only of the version of a connection that the caller has seen.
//!
//! A tag names a stored version, not a representation (RFC 9110, 8.8.3): how the link is, and whether
//! secrets are shown, does not change it.

use std::fmt::Write as _;

use haltere_core::{Revision, Timestamp};
use haltere_store::ConnectionRecord;
use sha2::{Digest, Sha256};

use super::entry::{Entry, Unreadable};
use super::view::Secrets;

/// Names one stored version of a connection; opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTag(String);

impl VersionTag {
    /// The creation time distinguishes a connection from a deleted one with the same id.
    fn new(id: &str, revision: Revision, created_at: Timestamp, updated_at: Timestamp) -> Self {
        let mut hash = Sha256::new();
        hash.update(revision.0.to_be_bytes());
        // As they are stored.
        hash.update(created_at.as_millisecond().to_be_bytes());
        hash.update(updated_at.as_millisecond().to_be_bytes());
        hash.update(id.as_bytes());
        let mut text = String::new();
        for byte in &hash.finalize()[..8] {
            write!(text, "{byte:02x}").expect("a String takes everything");
        }
        Self(text)
    }

    fn of_row(row: &ConnectionRecord) -> Self {
        Self::new(&row.id, row.revision, row.created_at, row.updated_at)
    }

    /// Hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Entry {
    /// Names the version that is stored.
    pub fn tag(&self) -> VersionTag {
        match self.connection() {
            Ok(it) => VersionTag::new(it.id.as_str(), it.revision, it.created_at, it.updated_at),
            Err(Unreadable { row, .. }) => {
                VersionTag::new(&row.id, row.revision, row.created_at, row.updated_at)
            }
        }
    }
}

/// Which stored version a change is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// Whichever there is.
    #[default]
    Any,
    /// One of those with these tags.
    OneOf(Vec<String>),
}

/// Another version is stored than the change is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was changed meanwhile")]
pub struct Outdated;

impl Condition {
    pub(super) fn is_bound(&self) -> bool {
        matches!(self, Self::OneOf(_))
    }

    /// To be asked in the transaction that makes the change.
    pub(super) fn check(&self, row: &ConnectionRecord) -> Result<(), Outdated> {
        match self {
            Self::Any => Ok(()),
            Self::OneOf(tags) => {
                let stored = VersionTag::of_row(row);
                tags.iter().any(|tag| tag == stored.as_str()).then_some(()).ok_or(Outdated)
            }
        }
    }
}

/// How a caller wants a change to be made and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whether the answer may hold secrets.
    pub secrets: Secrets,
    /// Which version it is meant for.
    pub condition: Condition,
}

impl From<Secrets> for Terms {
    fn from(secrets: Secrets) -> Self {
        Self { secrets, condition: Condition::Any }
    }
}

#[cfg(test)]
mod tests;
