//! Watches the database's files while the store writes.

use std::sync::Arc;

use haltere_store::StoreError;
use sqlx::SqlitePool;

use crate::error;
use crate::files::Files;
use crate::log::{LogCheck, WalWatch};

/// Whether the files are the ones that have the names, and whether what was written is in them.
#[derive(Debug, Clone)]
pub(crate) struct FileWatch {
    pub(crate) files: Arc<Files>,
    pub(crate) log: Arc<WalWatch>,
    writer: SqlitePool,
}

impl FileWatch {
    pub(crate) fn new(files: Arc<Files>, writer: &SqlitePool) -> Self {
        let log = Arc::new(WalWatch::new(files.database(), files.log()));
        Self { files, log, writer: writer.clone() }
    }

    /// Makes sure of both, outside of a transaction.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        if !self.files.are_in_place(self.writer.size() > 0) {
            return Err(StoreError::Replaced);
        }
        let check = self.log.check();
        if check == LogCheck::Intact && !self.log.is_touched() {
            return Ok(());
        }
        let mut writer = self.writer.acquire().await.map_err(error::store)?;
        if check != LogCheck::Intact {
            self.log.compare(&mut writer).await?;
        }
        self.log.check_age(&mut writer).await
    }
}
