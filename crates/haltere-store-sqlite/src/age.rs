//! Which database the file is and how far it has come, without its write-ahead log.
//!
//! A checkpoint only moves it forward, whichever process makes it, and even when it is cut short. So a file that goes
//! back was overwritten with an older copy.

use std::path::Path;

use sqlx::{ConnectOptions as _, Connection as _, Error};

use crate::open;

/// All on one page, which is read and written as a whole.
const AGE: &str = "SELECT database_id, connections + sessions + plugins + audited FROM revisions WHERE only_row = 1";
/// SQLite's result codes for a file that is no database of haltere: no such table or column, a malformed database, and
/// no database at all.
const FOREIGN: [&str; 3] = ["1", "11", "26"];

/// What the file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Age {
    /// Generated with the database, and the same in each copy of it. `None` in a file that has not got it yet.
    database_id: Option<Vec<u8>>,
    /// Counts the changes.
    changes: i64,
}

/// What was found.
pub(crate) enum AgeRead {
    Age(Age),
    /// Not a database of haltere.
    Foreign,
    /// The file can't be read now, which other checks report.
    Unknown,
}

impl Age {
    /// Whether a file of this age can be the one that had age `before`.
    pub(crate) fn can_follow(&self, before: &Self) -> bool {
        let is_same = before.database_id.is_none() || self.database_id == before.database_id;
        is_same && self.changes >= before.changes
    }
}

/// Reads it from the file.
pub(crate) async fn of(database: &Path) -> AgeRead {
    match read(database).await {
        Ok(Some((database_id, changes))) => AgeRead::Age(Age { database_id, changes }),
        Ok(None) => AgeRead::Foreign,
        Err(Error::Database(error))
            if error.code().is_some_and(|code| FOREIGN.contains(&&*code)) =>
        {
            AgeRead::Foreign
        }
        Err(_) => AgeRead::Unknown,
    }
}

async fn read(database: &Path) -> Result<Option<(Option<Vec<u8>>, i64)>, Error> {
    // A checkpoint that a reader held up leaves out pages that were written again behind it, so the file alone may be
    // shorter than its first page says, and its schema may name pages that it lacks. With this, SQLite reads it anyway.
    let options = open::unchanging_options(database).pragma("writable_schema", "ON");
    // SQLite defers closing the file while the connections that hold locks on it are open.
    let mut connection = options.connect().await?;
    let found = sqlx::query_as(AGE).fetch_optional(&mut connection).await;
    let _ = connection.close().await;
    found
}
