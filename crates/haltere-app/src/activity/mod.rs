//! The activity of an installation: one list, read from the histories of links and the audit trail.

mod cursor;
mod list;

use std::num::NonZeroUsize;
use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, ConnectionId, LabelSelector, StatusChange, Timestamp};
use haltere_store::Store;

use crate::connections::Fleet;

pub use cursor::ActivityCursor;

/// The latest changes of links, and what users did.
pub struct Activity {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) fleet: Arc<Fleet>,
}

/// Which entries to list.
#[derive(Debug, Clone)]
pub struct ActivityQuery {
    /// Only entries of this kind.
    pub kind: Option<ActivityKind>,
    /// Only what this user did.
    pub user: Option<String>,
    /// Only entries about this connection.
    pub connection: Option<String>,
    /// Only entries about connections with these labels.
    pub labels: LabelSelector,
    /// Only entries of this time or later.
    pub since: Option<Timestamp>,
    /// Only entries of this time or earlier.
    pub until: Option<Timestamp>,
    /// At most this many.
    pub limit: NonZeroUsize,
    /// Only entries after this position.
    pub after: Option<ActivityCursor>,
}

/// A kind of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// Links came up, failed or were disconnected.
    Status,
    /// Links failed.
    Failures,
    /// Users changed connections, or connected and disconnected them.
    Connections,
    /// Logins, changes of users and groups, tests, exports and reads of secrets.
    Access,
    /// Plugins, backups and keys.
    System,
}

/// Entries, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityPage {
    /// The entries.
    pub entries: Vec<ActivityEntry>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ActivityCursor>,
}

/// Something that has changed, or that a user has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityEntry {
    /// The status of a link changed.
    Status {
        /// The connection.
        connection: ConnectionId,
        /// Its name.
        name: String,
        /// What changed.
        change: StatusChange,
    },
    /// An entry of the audit trail.
    Audit {
        /// The entry.
        entry: AuditEntry,
        /// The name of the connection that it is about, if there still is one.
        name: Option<String>,
    },
}

impl ActivityKind {
    /// The kind of an audit entry.
    fn of(action: AuditAction) -> Self {
        match action {
            AuditAction::ConnectionCreate
            | AuditAction::ConnectionOverwrite
            | AuditAction::ConnectionUpdate
            | AuditAction::ConnectionDelete
            | AuditAction::ConnectionConnect
            | AuditAction::ConnectionDisconnect
            | AuditAction::ConnectionImport => Self::Connections,
            AuditAction::ConnectionExport
            | AuditAction::ConnectionTest
            | AuditAction::ConnectionReadSecrets
            | AuditAction::SessionLogin
            | AuditAction::SessionLogout
            | AuditAction::SessionEnd
            | AuditAction::UserCreate
            | AuditAction::UserUpdate
            | AuditAction::UserPassword
            | AuditAction::UserSecondFactor
            | AuditAction::UserInvite
            | AuditAction::UserEndSessions
            | AuditAction::UserViewAs
            | AuditAction::UserResetSecondFactor
            | AuditAction::UserDelete
            | AuditAction::GroupCreate
            | AuditAction::GroupUpdate
            | AuditAction::GroupDelete
            | AuditAction::TokenCreate
            | AuditAction::TokenRevoke => Self::Access,
            AuditAction::PluginSwitch
            | AuditAction::SignOnTest
            | AuditAction::BackupCreate
            | AuditAction::BackupRestore
            | AuditAction::AuditRemove
            | AuditAction::AuditCheckpoint
            | AuditAction::SecretsRotate => Self::System,
        }
    }

    /// The actions of audit entries of this kind.
    fn actions(self) -> Vec<AuditAction> {
        AuditAction::ALL.into_iter().filter(|action| Self::of(*action) == self).collect()
    }
}
