//! Checks what a file contains before it is opened as the database.

use std::fs;
use std::path::Path;

use haltere_store::{DatabaseContents, StoreError};
use sqlx::SqlitePool;

use crate::{error, open};

/// Tables of the first schema. Each one since has them, too.
const OURS: [&str; 4] = ["connections", "users", "meta", "revisions"];

/// Looks into the file at `path`.
pub(crate) async fn of(path: &Path) -> Result<DatabaseContents, StoreError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(DatabaseContents::Missing);
        }
        Err(error) => return Err(error::io(error)),
        // Not opened: SQLite removes the log of an empty file.
        Ok(facts) if facts.len() == 0 => return Ok(DatabaseContents::Nothing),
        Ok(_) => {}
    }
    let reader = open::readers(path, None);
    let found = read_marks(&reader).await.map_err(error::store);
    reader.close().await;
    let DatabaseMarks { names, version, mark } = found?;
    let has = |name: &str| names.iter().any(|found| found == name);
    Ok(if names.is_empty() && version == 0 && mark == 0 {
        DatabaseContents::Nothing
    } else if OURS.into_iter().all(has) && version > 0 && mark == 0 {
        DatabaseContents::Haltere
    } else {
        DatabaseContents::Foreign
    })
}

/// Whether there is a user in the database at `path`.
pub(crate) async fn has_users(path: &Path) -> Result<bool, StoreError> {
    let reader = open::readers(path, None);
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&reader).await;
    reader.close().await;
    found.map_err(error::store)
}

/// What identifies the database.
struct DatabaseMarks {
    /// Of tables, views, indexes and triggers.
    names: Vec<String>,
    /// `user_version`: our schema's, from the first step on.
    version: i64,
    /// `application_id`, which we leave at 0.
    mark: i64,
}

async fn read_marks(reader: &SqlitePool) -> Result<DatabaseMarks, sqlx::Error> {
    Ok(DatabaseMarks {
        names: sqlx::query_scalar("SELECT name FROM sqlite_schema").fetch_all(reader).await?,
        version: sqlx::query_scalar("PRAGMA user_version").fetch_one(reader).await?,
        mark: sqlx::query_scalar("PRAGMA application_id").fetch_one(reader).await?,
    })
}
