//! Backups: a copy of the database, followed by a [`trailer`] that says what it is and that it is whole.
//!
//! The part before the trailer is an ordinary database, and SQLite ignores what comes after
//! its last page, so that `sqlite3 -readonly` looks into a backup as it is.

mod read;
mod trailer;
mod write;

pub use read::{BackupError, SqliteBackup};

#[cfg(test)]
mod tests;
