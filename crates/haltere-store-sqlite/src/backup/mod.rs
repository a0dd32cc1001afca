//! Backups: a copy of the database, followed by a [`trailer`] that says what it is and that it is whole.
//!
//! What stands before the trailer is an ordinary database, and SQLite passes over what comes behind
//! its last page, so that `sqlite3 -readonly` looks into a backup as it is.

mod read;
mod trailer;
mod write;

pub use read::{BackupError, SqliteBackup};

#[cfg(test)]
mod tests;
