//! The store on embedded SQLite: one file, no set-up.
//!
//! One connection writes, a few read. The database is in WAL mode, so readers never wait for the
//! writer, and `synchronous` is `FULL`: a committed change survives a crash of process and machine.
//! Other processes may open the same file; writers take turns across processes too.

mod audit;
mod backup;
mod condition;
mod connections;
mod error;
mod many;
mod meta;
mod migrations;
mod open;
mod plugins;
mod probe;
mod row;
mod sessions;
mod tx;
mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use condition::Condition;
use haltere_core::StorageTrouble;
use haltere_store::{Backups, NoBackups, ReadTx, Store, StoreError, WriteTx};
use sqlx::SqlitePool;

pub use backup::{BackupError, SqliteBackup};

/// The store on one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// Exactly one connection: whoever holds it writes, the others wait in line.
    writer: SqlitePool,
    /// A few connections that refuse to write, opened when needed, closed when idle.
    readers: SqlitePool,
    /// Whether the disk takes what is written.
    condition: Arc<Condition>,
}

impl SqliteStore {
    /// Opens the database at `path`; creates it (readable by its owner only) when it is not there,
    /// and brings an older one up to date.
    ///
    /// Several processes may do so at the same time.
    /// [`StoreError::TooNew`] when the database was made by a newer haltere.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        open::create_file(path)?;
        let writer = open::writer(path).await?;
        migrations::run(&writer).await?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            readers: open::readers(path),
            condition: Arc::default(),
        })
    }

    /// Whether opening the database at `path` would bring it forward: a haltere of an older version
    /// made it and could no longer work with it.
    pub async fn is_behind(path: &Path) -> Result<bool, StoreError> {
        migrations::are_missing(path).await
    }

    /// Opens the database at `path` as it stands: nothing in it or beside it is changed, and whoever
    /// tries to write is refused. Nobody else may be writing to it.
    async fn open_unchanging(path: &Path) -> Result<Self, StoreError> {
        let pool = open::unchanging(path).await?;
        Ok(Self {
            path: path.to_owned(),
            writer: pool.clone(),
            readers: pool,
            condition: Arc::default(),
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&self) -> Result<Box<dyn ReadTx>, StoreError> {
        Ok(Box::new(tx::Tx::read(&self.readers).await?))
    }

    async fn write(&self) -> Result<Box<dyn WriteTx>, StoreError> {
        Ok(Box::new(tx::Tx::write(&self.writer, &self.condition).await?))
    }

    fn trouble(&self) -> Option<StorageTrouble> {
        self.condition.trouble()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        probe::run(&self.writer, &self.condition).await?;
        self.condition.is_well();
        Ok(())
    }

    fn backups(&self) -> Result<&dyn Backups, NoBackups> {
        Ok(self)
    }

    async fn close(&self) {
        // The writer goes last: the last connection to close folds the WAL into the database.
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests;
