//! What a file holds, before it is taken for the database.

use std::fs;
use std::path::Path;

use haltere_store::StoreError;

use crate::{error, open};

/// Tables of the first schema. Each one since has them, too.
const OURS: [&str; 4] = ["connections", "users", "meta", "revisions"];

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// There is no file.
    Missing,
    /// It has no tables: it is empty, or was left by a first start that was cut short.
    Nothing,
    /// It has tables, but not those of haltere.
    Foreign,
    /// It is a database of haltere, of whatever version.
    Haltere,
}

/// Looks into the file at `path`.
pub(crate) async fn of(path: &Path) -> Result<Contents, StoreError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Contents::Missing);
        }
        Err(error) => return Err(error::io(error)),
        // Not opened: SQLite removes the log beside an empty file.
        Ok(facts) if facts.len() == 0 => return Ok(Contents::Nothing),
        Ok(_) => {}
    }
    let reader = open::readers(path, None);
    let tables: Result<Vec<String>, _> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&reader)
            .await
            .map_err(error::store);
    reader.close().await;
    let tables = tables?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    Ok(if tables.is_empty() {
        Contents::Nothing
    } else if OURS.into_iter().all(has) {
        Contents::Haltere
    } else {
        Contents::Foreign
    })
}
