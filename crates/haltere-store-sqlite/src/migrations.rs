//! Bringing the schema up to date: forward only, each step in a transaction of its own.
//!
//! To change the schema, add a file to `migrations/` and to the list below. A file that has been
//! released is never edited. The number of steps taken is kept in SQLite's `user_version`.

use haltere_store::StoreError;
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::error;

const STEPS: &[&str] = &[include_str!("../migrations/0001_init.sql")];

/// Takes the steps that are missing.
pub(crate) async fn run(writer: &SqlitePool) -> Result<(), StoreError> {
    while step(writer, STEPS).await? {}
    Ok(())
}

/// Takes the next step, if one is missing; whether it did.
///
/// Asks for the version inside the write transaction, because another process may be at it too.
async fn step(writer: &SqlitePool, steps: &'static [&'static str]) -> Result<bool, StoreError> {
    let known = i64::try_from(steps.len()).map_err(error::backend)?;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(error::store)?;
    let found = version(&mut tx).await?;
    let Ok(next) = usize::try_from(found) else {
        return Err(StoreError::Corrupt {
            table: "(header)",
            column: "user_version",
            row: found.to_string(),
        });
    };
    let Some(sql) = steps.get(next) else {
        return if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(false) };
    };
    sqlx::raw_sql(*sql).execute(&mut *tx).await.map_err(error::store)?;
    let set_version = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {}", next + 1));
    sqlx::raw_sql(set_version).execute(&mut *tx).await.map_err(error::store)?;
    tx.commit().await.map_err(error::store)?;
    Ok(true)
}

async fn version(tx: &mut Transaction<'_, Sqlite>) -> Result<i64, StoreError> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut **tx).await.map_err(error::store)
}
