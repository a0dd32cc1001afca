//! Copying everything into one file, for backends that can.

use std::path::Path;

use async_trait::async_trait;
use haltere_core::Timestamp;

use crate::StoreError;

/// Making backups. Not every backend does: a database server has tools of its own for that.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Writes everything but the sessions and the history of links, as of one moment, into the file at
    /// `path`, which is there and empty. Neither readers nor writers wait meanwhile.
    ///
    /// Sessions are left out because they are credentials, and a backup must not log its reader in.
    /// Histories are left out because they are observations of this machine.
    /// Once this returns `Ok`, the file is complete, has been checked, and survives a crash of the machine.
    async fn write_backup(&self, path: &Path, at: Timestamp) -> Result<BackupFacts, StoreError>;
}

/// What a backup says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupFacts {
    /// When it was begun: what was committed before is in it.
    pub made_at: Timestamp,
    /// The version of the database's schema.
    pub schema: u32,
    pub connections: u64,
    pub users: u64,
    pub bytes: u64,
}

/// The backend makes no backups; the text says what does: `pg_dump`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this store is not backed up by haltere; use {0}")]
pub struct NoBackups(pub &'static str);
