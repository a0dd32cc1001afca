//! Changes under a condition: only of the version of a connection that the caller has seen.
//!
//! A tag names a stored version, not a representation (RFC 9110, 8.8.3): how the link is, and whether
//! secrets are shown, does not change it.

use data_encoding::HEXLOWER;

use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Revision, Timestamp};
use haltere_store::{AuditFilter, AuditReads, ConnectionRecord, StoreError};
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
        Self(HEXLOWER.encode(&hash.finalize()[..8]))
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the connection was changed meanwhile")]
pub struct Outdated {
    /// The change that made the stored version, unless the audit trail has too many entries since.
    pub last_change: Option<LastChange>,
}

/// A change of a connection, from the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastChange {
    /// When.
    pub at: Timestamp,
    /// The name of the user, or of what else made it.
    pub actor: String,
    /// The names on the wire of the fields that an edit changed; empty for other changes.
    pub fields: Vec<String>,
}

/// How many entries about a connection are searched for its last change: reads of its secrets are among them.
const SEARCHED: u32 = 50;

impl Outdated {
    /// Looks up the last change of the connection `id`, in the transaction that saw the other version.
    pub(super) async fn find(
        audit: &mut (impl AuditReads + ?Sized),
        id: &str,
    ) -> Result<Self, StoreError> {
        let filter =
            AuditFilter { object: Some(id.to_owned()), limit: SEARCHED, ..AuditFilter::default() };
        let entries = audit.list(&filter).await?;
        let last_change = entries.into_iter().find_map(|record| LastChange::of(record.entry));
        Ok(Self { last_change })
    }
}

impl LastChange {
    fn of(entry: AuditEntry) -> Option<Self> {
        let AuditEntry { at, actor, action, outcome, detail, .. } = entry;
        let is_edit = action == AuditAction::ConnectionUpdate;
        let is_change = is_edit
            || matches!(
                action,
                AuditAction::ConnectionCreate
                    | AuditAction::ConnectionOverwrite
                    | AuditAction::ConnectionConnect
                    | AuditAction::ConnectionDisconnect
            );
        let fields = detail.split(", ").filter(|_| is_edit).map(str::to_owned).collect();
        (is_change && outcome == AuditOutcome::Success).then_some(Self { at, actor, fields })
    }
}

impl Condition {
    pub(super) fn is_bound(&self) -> bool {
        matches!(self, Self::OneOf(_))
    }

    /// Whether the stored version is meant. To be asked in the transaction that makes the change.
    pub(super) fn allows(&self, row: &ConnectionRecord) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => {
                let stored = VersionTag::of_row(row);
                tags.iter().any(|tag| tag == stored.as_str())
            }
        }
    }
}

/// How a caller wants a change to be made and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOptions {
    pub secrets: Secrets,
    pub condition: Condition,
}

impl From<Secrets> for ChangeOptions {
    fn from(secrets: Secrets) -> Self {
        Self { secrets, condition: Condition::Any }
    }
}

#[cfg(test)]
mod tests;
