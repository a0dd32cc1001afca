//! Opening the file, and how each connection to it is set up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use haltere_store::StoreError;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{Connection as _, Sqlite, SqliteConnection, SqlitePool};

use crate::error;
use crate::files::Files;

/// How long a write waits for one of another process, and a caller for a connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait before trying to switch to WAL again.
const WAL_RETRY: Duration = Duration::from_millis(10);
/// Lists and statuses are read from memory, so few readers do.
const READERS: u32 = 3;
/// An idle reader costs a thread and its page cache.
const READER_IDLE: Duration = Duration::from_secs(30);
/// The page cache of a connection, in KiB, as SQLite wants it: negative.
const CACHE: &str = "-1024";
/// Rows that SQLite's thread may be ahead of us while we read a list.
const ROWS_AHEAD: usize = 256;
/// The size of the WAL, in bytes, after a checkpoint.
const WAL_KEPT: &str = "4194304";

/// Makes the file if it is not there, so that it is never readable by others, not even for a moment.
/// SQLite gives the log and its index the same permissions.
pub(crate) fn create_file(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error::io(error)),
    }
}

/// The pool with the one connection that writes.
pub(crate) async fn writer(path: &Path, files: &Arc<Files>) -> Result<SqlitePool, StoreError> {
    let opened = Arc::clone(files);
    let pool = pool(1, Some(files))
        .idle_timeout(None)
        .after_connect(move |_, _| {
            opened.writer_opened();
            Box::pin(async { Ok(()) })
        })
        .connect_with(options(path))
        .await
        .map_err(error::store)?;
    switch_to_wal(&pool).await?;
    Ok(pool)
}

/// The pool of connections that read. None is opened yet.
pub(crate) fn readers(path: &Path, files: Option<&Arc<Files>>) -> SqlitePool {
    pool(READERS, files)
        .idle_timeout(READER_IDLE)
        .connect_lazy_with(options(path).pragma("query_only", "ON"))
}

/// The one connection to a file that no process writes to, without locks and without a log.
pub(crate) async fn unchanging(path: &Path) -> Result<SqlitePool, StoreError> {
    pool(1, None).connect_with(unchanging_options(path)).await.map_err(error::store)
}

/// Reads the file alone, without its write-ahead log.
pub(crate) fn unchanging_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).immutable(true)
}

fn pool(size: u32, files: Option<&Arc<Files>>) -> PoolOptions<Sqlite> {
    let files = files.map(Arc::clone);
    PoolOptions::new()
        .max_connections(size)
        .acquire_timeout(BUSY_TIMEOUT)
        // sqlx logs each slow one: under a flood that is a line for each request.
        .acquire_slow_threshold(BUSY_TIMEOUT)
        .max_lifetime(None)
        // There is no server that could have gone away.
        .test_before_acquire(false)
        .after_release(move |connection: &mut SqliteConnection, _| {
            let files = files.clone();
            Box::pin(async move {
                // Dropped transactions are rolled back in the background; wait for that.
                if connection.is_in_transaction() {
                    connection.ping().await?;
                }
                // When SQLite has rolled back by itself (disk full, say), sqlx goes on counting a
                // transaction and refuses to begin another one, for ever. Such a connection is closed.
                let is_good = !connection.is_in_transaction();
                if let Some(files) = files.filter(|_| !is_good) {
                    files.closing();
                }
                Ok(is_good)
            })
        })
}

/// How a connection to a database in use is set up.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE)
        .pragma("journal_size_limit", WAL_KEPT)
        .row_buffer_size(ROWS_AHEAD)
        .thread_name(|index| format!("sqlite-{index}"))
}

/// WAL mode stays with the file, so this does something only on the first start. The switch needs
/// the file for itself, and SQLite doesn't wait for that when another process is opening it too.
async fn switch_to_wal(pool: &SqlitePool) -> Result<(), StoreError> {
    let switched = async {
        loop {
            match sqlx::query("PRAGMA journal_mode = WAL").execute(pool).await.map_err(error::store)
            {
                Err(StoreError::Busy) => tokio::time::sleep(WAL_RETRY).await,
                other => break other,
            }
        }
    };
    tokio::time::timeout(BUSY_TIMEOUT, switched).await.map_err(|_| StoreError::Busy)??;
    Ok(())
}
