//! The store on embedded SQLite: one file, no set-up.
//!
//! One connection writes, a few read. The database is in WAL mode, so readers never wait for the
//! writer, and `synchronous` is `FULL`: a committed change survives a crash of process and machine.
//! Other processes may open the same file; writers take turns across processes too.

mod age;
mod audit;
mod audit_chain;
mod audit_writer;
mod backup;
mod check;
mod condition;
mod connections;
mod contents;
mod error;
mod files;
mod groups;
mod link_history;
mod log;
mod many;
mod material;
mod meta;
mod migrations;
mod open;
mod plugins;
mod probe;
mod row;
mod second_factors;
mod sessions;
mod sign_ons;
mod tokens;
mod tx;
mod users;
mod wal;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use audit_writer::KnownWriter;
use condition::Condition;
use files::Files;
use haltere_core::StorageTrouble;
use haltere_store::{
    Backups, DatabaseContents, NoBackups, ReadTx, Store, StoreError, StoreHealth, Transactions,
    WriteTx,
};
use log::{LogCheck, WalWatch};
use sqlx::SqlitePool;
use watch::FileWatch;

pub use backup::{BackupError, SqliteBackup};

/// How often a write begins again because others have written meanwhile.
const TRIES: usize = 50;
/// How long to wait in between.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// The store on one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// Exactly one connection: its holder writes, the others wait in line.
    writer: SqlitePool,
    /// A few connections that refuse to write, opened when needed, closed when idle.
    readers: SqlitePool,
    /// Whether the disk takes what is written.
    condition: Arc<Condition>,
    /// Watches the files; `None` for a database that is only read.
    watch: Option<FileWatch>,
    /// Who has appended to the audit trail last.
    audit_writer: Arc<KnownWriter>,
    /// The log has lost its name, and was checkpointed for that reason.
    folded: AtomicBool,
}

impl SqliteStore {
    /// Opens the database at `path`; creates it (readable by its owner only) when it is not there,
    /// and brings an older one up to date.
    ///
    /// Several processes may do so at the same time.
    /// [`StoreError::TooNew`] when the database was made by a newer haltere.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        open::create_file(path)?;
        let files = Arc::new(Files::of(path).map_err(error::io)?);
        let writer = open::writer(path, &files).await?;
        let is_new = migrations::run(&writer).await?;
        let store = Self {
            path: path.to_owned(),
            readers: open::readers(path, Some(&files)),
            condition: Arc::default(),
            watch: Some(FileWatch::new(files, &writer)),
            writer,
            audit_writer: Arc::default(),
            folded: AtomicBool::new(false),
        };
        if is_new {
            // A database without pages of its own is not noticed when it is cut.
            store.checkpoint().await;
        }
        if let Some(watch) = &store.watch {
            watch.check().await?;
        }
        Ok(store)
    }

    /// Makes an empty file for the database at `path`, readable by its owner only, when there is none.
    pub fn create(path: &Path) -> Result<(), StoreError> {
        open::create_file(path)
    }

    /// What is in the file at `path`. [`open`](Self::open) makes a new database of one without tables.
    pub async fn contents(path: &Path) -> Result<DatabaseContents, StoreError> {
        contents::of(path).await
    }

    /// Whether opening the database at `path` would bring it forward: a haltere of an older version
    /// made it and could no longer work with it.
    pub async fn is_behind(path: &Path) -> Result<bool, StoreError> {
        migrations::are_missing(path).await
    }

    /// Whether the database at `path` has a user.
    pub async fn has_users(path: &Path) -> Result<bool, StoreError> {
        contents::has_users(path).await
    }

    /// Opens the database at `path` without changing it or any other file. Writes are refused. No other
    /// process may be writing to it.
    async fn open_unchanging(path: &Path) -> Result<Self, StoreError> {
        let pool = open::unchanging(path).await?;
        Ok(Self {
            path: path.to_owned(),
            writer: pool.clone(),
            readers: pool,
            condition: Arc::default(),
            watch: None,
            audit_writer: Arc::default(),
            folded: AtomicBool::new(false),
        })
    }

    /// Looks for damage, for `limit` at most. Damage is reported as if a read or a change had met it:
    /// by [`StoreHealth::trouble`], and in the log.
    pub async fn look_for_damage(&self, limit: Duration) -> Result<(), StoreError> {
        match check::run(&self.path, limit).await? {
            check::CheckResult::Sound => tracing::debug!("no damage in the database"),
            check::CheckResult::SoundUpTo(table) => {
                tracing::info!(table, "the database is large, and was looked at up to this table");
            }
            check::CheckResult::Damage(damage) => self.condition.failed(&damage),
        }
        Ok(())
    }

    /// Checks that the files that SQLite has open still have their names. Reports a fault.
    fn check_files(&self) -> Result<(), StoreError> {
        let is_open = self.writer.size() > 0;
        if self.watch.as_ref().is_none_or(|watch| watch.files.are_in_place(is_open)) {
            return Ok(());
        }
        self.condition.failed(&StoreError::Replaced);
        Err(StoreError::Replaced)
    }

    /// Checks that the files still contain all that was written. Reports a fault.
    async fn check_content(&self) -> Result<(), StoreError> {
        let Some(watch) = &self.watch else { return Ok(()) };
        watch.check().await.inspect_err(|error| self.condition.failed(error))
    }

    /// Begins a read that sees what this store has written, whatever has the name of its database now.
    async fn begin_read(&self) -> Result<tx::Tx, StoreError> {
        // The check has reported it; reads continue.
        if self.check_files().is_ok() {
            self.look_at_content().await;
        }
        let strayed = || self.watch.as_ref().is_some_and(|watch| watch.files.have_strayed());
        if !strayed() {
            let tx = tx::Tx::read(&self.readers, &self.condition).await?;
            // The connection may have been opened just now.
            let _ = self.check_files();
            if !strayed() {
                return Ok(tx);
            }
        }
        let tx = tx::Tx::read(&self.writer, &self.condition).await?;
        if self.watch.as_ref().is_some_and(|watch| watch.files.are_lost()) {
            return Err(StoreError::Replaced);
        }
        Ok(tx)
    }

    /// Checks the files between writes. A write checks them itself.
    async fn look_at_content(&self) {
        let Some(watch) = self.watch.as_ref().filter(|watch| !watch.log.is_broken()) else {
            return;
        };
        let check = watch.log.check();
        if check == LogCheck::Intact && !watch.log.is_touched() {
            return;
        }
        let Some(mut writer) = self.writer.try_acquire() else { return };
        let mut found = Ok(());
        if check != LogCheck::Intact {
            found = watch.log.compare(&mut writer).await;
        }
        if found.is_ok() {
            found = watch.log.check_age(&mut writer).await;
        }
        if let Err(damage) = found {
            self.condition.failed_to_read(&damage);
        }
    }

    /// Checkpoints a log that has lost its name, if the database still has its own: the next start would not find
    /// the log.
    async fn fold_log(&self) {
        let can_be_saved =
            |watch: &FileWatch| watch.files.database_can_be_found() && !watch.log.is_broken();
        let is_there = self.watch.as_ref().is_some_and(can_be_saved);
        if !is_there || self.folded.swap(true, Ordering::Relaxed) {
            return;
        }
        match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.writer).await {
            Ok(_) => {
                tracing::warn!("what was in the write-ahead log was brought into the database");
            }
            Err(error) => tracing::error!(%error, "the write-ahead log can't be saved"),
        }
    }
}

#[async_trait]
impl Transactions for SqliteStore {
    async fn read(&self) -> Result<Box<dyn ReadTx>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn WriteTx>, StoreError> {
        self.condition.check()?;
        for _ in 0..TRIES {
            let mut tx = tx::Tx::write(&self.writer, &self.condition).await?;
            // By now SQLite has its files open.
            self.check_files()?;
            tx.append_as(Arc::clone(&self.audit_writer));
            let Some(watch) = &self.watch else { return Ok(Box::new(tx)) };
            if watch.log.check() == LogCheck::Intact {
                let checked = watch.log.check_age(tx.connection()).await;
                checked.inspect_err(|damage| self.condition.failed(damage))?;
                tx.watch(watch.clone());
                return Ok(Box::new(tx));
            }
            // SQLite can be asked only outside of a transaction.
            drop(tx);
            self.check_content().await?;
            // Others may be writing or checkpointing.
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
        Err(StoreError::Busy)
    }
}

#[async_trait]
impl StoreHealth for SqliteStore {
    fn trouble(&self) -> Option<StorageTrouble> {
        self.condition.trouble()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.condition.check()?;
        if let Err(replaced) = self.check_files() {
            self.fold_log().await;
            return Err(replaced);
        }
        self.check_content().await?;
        probe::run(&self.writer, &self.condition).await?;
        self.condition.is_well();
        Ok(())
    }

    async fn checkpoint(&self) {
        if let Err(error) =
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await
        {
            tracing::warn!(%error, "the write-ahead log was not written to the database; done later");
        }
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        // VACUUM rewrites the database without its free pages; the checkpoint then empties the log of that.
        for statement in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            sqlx::raw_sql(statement).execute(&self.writer).await.map_err(error::store)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn backups(&self) -> Result<&dyn Backups, NoBackups> {
        Ok(self)
    }

    async fn close(&self) {
        // Damage is logged. No request is left that could report it.
        let _ = self.check_content().await;
        if self.watch.as_ref().is_some_and(|watch| watch.log.is_broken()) {
            WalWatch::keep_open(&self.writer).await;
        }
        // The writer goes last: the last connection to close folds the WAL into the database.
        self.readers.close().await;
        self.writer.close().await;
        if let Some(watch) = &self.watch {
            watch.log.set_aside();
        }
    }
}

#[cfg(test)]
mod tests;
