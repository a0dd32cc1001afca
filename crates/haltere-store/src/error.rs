//! One error type for every backend.

use haltere_core::StorageTrouble;

/// The errors of the store. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The change would break a rule of uniqueness.
    #[error("{0} is taken")]
    Taken(UniqueRule),
    /// The row to change does not exist.
    #[error("the row does not exist")]
    NotFound,
    /// A row holds what no version of haltere writes.
    #[error("table {table}, column {column}, row {row}: unreadable value")]
    Corrupt {
        table: &'static str,
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// The disk, or the quota, is full.
    #[error("no space left for the database")]
    Full,
    /// The database can't be written: read-only file system or file permissions.
    #[error("the database is read-only")]
    ReadOnly,
    /// The disk takes nothing, or gives nothing back: an I/O error.
    #[error("the disk fails")]
    Disk(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the database is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The files were removed, or others put in their place: what is written to them would be lost.
    #[error("the database's files were removed or replaced")]
    Replaced,
    /// Another writer held the database longer than we were willing to wait.
    #[error("the database is busy")]
    Busy,
    /// The database was made by a newer haltere.
    #[error("the database has schema version {found}, this haltere knows {known}")]
    TooNew {
        found: i64,
        /// The newest version this binary knows.
        known: i64,
    },
    /// Anything else the backend said.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The trouble of the disk, if that is the cause.
    pub const fn trouble(&self) -> Option<StorageTrouble> {
        match self {
            Self::Full => Some(StorageTrouble::Full),
            Self::ReadOnly => Some(StorageTrouble::ReadOnly),
            Self::Disk(_) => Some(StorageTrouble::Failing),
            Self::Damaged(_) => Some(StorageTrouble::Damaged),
            Self::Replaced => Some(StorageTrouble::Replaced),
            Self::Taken(_)
            | Self::NotFound
            | Self::Corrupt { .. }
            | Self::Busy
            | Self::TooNew { .. }
            | Self::Backend(_) => None,
        }
    }
}

/// The rules of uniqueness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueRule {
    ConnectionId,
    ConnectionName,
    UserName,
    GroupName,
    TokenName,
}

impl std::fmt::Display for UniqueRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ConnectionId => "the connection id",
            Self::ConnectionName => "the connection name",
            Self::UserName => "the user name",
            Self::GroupName => "the group name",
            Self::TokenName => "the name of the token",
        })
    }
}
