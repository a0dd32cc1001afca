//! What SQLite says, in the store's words.

use std::io;

use haltere_store::{StoreError, UniqueRule};
use sqlx::error::DatabaseError;

/// SQLite's result codes: <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const INTERRUPT: i32 = 9;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
    /// An extended one: the index of the WAL can't grow.
    pub(super) const IOERR_SHMSIZE: i32 = 4874;
    /// An extended one: the file has another name now, or none.
    pub(super) const READONLY_DBMOVED: i32 = 1032;
}

/// Translates an error of sqlx.
pub(crate) fn store(error: sqlx::Error) -> StoreError {
    let known = match &error {
        sqlx::Error::Database(database) if is_of_the_disk(database.as_ref()) => {
            return StoreError::Disk(Box::new(error));
        }
        sqlx::Error::Database(database) if is_damage(database.as_ref()) => {
            return StoreError::Damaged(Box::new(error));
        }
        sqlx::Error::Database(database) => translate(database.as_ref()),
        sqlx::Error::PoolTimedOut => Some(StoreError::Busy),
        _ => None,
    };
    known.unwrap_or_else(|| backend(error))
}

/// Wraps an error that no caller treats specially.
pub(crate) fn backend(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(Box::new(error))
}

/// Translates an error of the file system.
pub(crate) fn io(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => StoreError::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => backend(error),
    }
}

fn translate(error: &dyn DatabaseError) -> Option<StoreError> {
    if error.is_unique_violation() {
        return unique_rule(error.message()).map(StoreError::Taken);
    }
    if extended_code(error) == Some(code::IOERR_SHMSIZE) {
        return Some(StoreError::Full);
    }
    if extended_code(error) == Some(code::READONLY_DBMOVED) {
        return Some(StoreError::Replaced);
    }
    match primary_code(error)? {
        code::BUSY | code::LOCKED => Some(StoreError::Busy),
        code::READONLY => Some(StoreError::ReadOnly),
        code::FULL => Some(StoreError::Full),
        _ => None,
    }
}

/// Whether a statement was called off.
pub(crate) fn is_interrupt(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(primary_code);
    code == Some(code::INTERRUPT)
}

fn is_damage(error: &dyn DatabaseError) -> bool {
    matches!(primary_code(error), Some(code::CORRUPT | code::NOTADB))
}

fn is_of_the_disk(error: &dyn DatabaseError) -> bool {
    matches!(primary_code(error), Some(code::IOERR | code::CANTOPEN))
        && extended_code(error) != Some(code::IOERR_SHMSIZE)
}

/// The low byte of an extended code is the primary one.
fn primary_code(error: &dyn DatabaseError) -> Option<i32> {
    Some(extended_code(error)? & 0xff)
}

fn extended_code(error: &dyn DatabaseError) -> Option<i32> {
    error.code()?.parse().ok()
}

/// SQLite names the columns and not the rule: `UNIQUE constraint failed: connections.id`.
fn unique_rule(message: &str) -> Option<UniqueRule> {
    let (_, column) = message.rsplit_once(": ")?;
    match column {
        "connections.id" => Some(UniqueRule::ConnectionId),
        "connections.name" => Some(UniqueRule::ConnectionName),
        "users.name" => Some(UniqueRule::UserName),
        "user_groups.name" => Some(UniqueRule::GroupName),
        "tokens.name" => Some(UniqueRule::TokenName),
        _ => None,
    }
}
