//! How far the database's file has come, without its write-ahead log.
//!
//! A checkpoint only moves it forward, whichever process makes it, and even when it is cut short. So a file that goes
//! back was overwritten with an older copy.

use std::path::Path;

use sqlx::{ConnectOptions as _, Connection as _};

use crate::open;

/// All on one page, which is read and written as a whole.
const AGE: &str =
    "SELECT connections + sessions + plugins + audited FROM revisions WHERE only_row = 1";

/// Counts the changes in the file; `None` when it can't be read, which other checks report.
pub(crate) async fn of(database: &Path) -> Option<i64> {
    // SQLite defers closing the file while the connections that hold locks on it are open.
    let mut connection = open::unchanging_options(database).connect().await.ok()?;
    let age = sqlx::query_scalar(AGE).fetch_optional(&mut connection).await;
    let _ = connection.close().await;
    age.ok()?
}
