//! Looks for damage at the start, before anything relies on what is stored.

use std::path::Path;
use std::time::{Duration, Instant};

use haltere_store::StoreError;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use crate::{error, open};

/// How many of SQLite's instructions, or pages it looks at, pass between two looks at the watch.
const INSTRUCTIONS: i32 = 500;

/// The tables, the ones without which nothing works first, the ones that grow last.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
    ORDER BY name IN ('sessions', 'link_changes', 'audit'), name = 'audit', name";

/// What a check of the pages has found.
#[derive(Debug)]
pub(crate) enum CheckResult {
    Sound,
    /// Nothing wrong up to the table named, where the time was over.
    SoundUpTo(String),
    Damage(StoreError),
}

/// Looks at the pages of one table after the other, for `limit` at most, on a connection of its own.
pub(crate) async fn run(path: &Path, limit: Duration) -> Result<CheckResult, StoreError> {
    let deadline = Instant::now() + limit;
    let options = open::options(path).pragma("query_only", "ON");
    let mut connection = options.connect().await.map_err(error::store)?;
    let found = check_pages(&mut connection, deadline).await;
    // It has only read.
    let _ = connection.close().await;
    match found {
        Err(damage @ StoreError::Damaged(_)) => Ok(CheckResult::Damage(damage)),
        found => found,
    }
}

async fn check_pages(
    connection: &mut SqliteConnection,
    deadline: Instant,
) -> Result<CheckResult, StoreError> {
    // Before there is a limit: it is short, and without it there is nothing to say.
    let tables: Vec<String> =
        sqlx::query_scalar(TABLES).fetch_all(&mut *connection).await.map_err(error::store)?;
    connection
        .lock_handle()
        .await
        .map_err(error::store)?
        .set_progress_handler(INSTRUCTIONS, move || Instant::now() < deadline);
    for table in tables {
        // Names of our own migrations; quoted in case they are from elsewhere.
        let quoted = table.replace('"', "\"\"");
        let check = sqlx::AssertSqlSafe(format!("PRAGMA quick_check(\"{quoted}\")"));
        let first: Result<Option<String>, _> =
            sqlx::query_scalar(check).fetch_optional(&mut *connection).await;
        match first {
            Ok(None) => {}
            Ok(Some(ok)) if ok == "ok" => {}
            Ok(Some(fault)) => {
                let fault = format!("table {table}: {fault}");
                return Ok(CheckResult::Damage(StoreError::Damaged(fault.into())));
            }
            Err(error) if error::is_interrupt(&error) => return Ok(CheckResult::SoundUpTo(table)),
            Err(error) => return Err(error::store(error)),
        }
    }
    Ok(CheckResult::Sound)
}
