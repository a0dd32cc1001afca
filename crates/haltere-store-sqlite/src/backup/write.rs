//! Making a backup.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use haltere_core::Timestamp;
use haltere_store::{BackupFacts, Backups, StoreError};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::trailer::Trailer;
use crate::{SqliteStore, error, open};

/// How much is read at a time.
pub(super) const CHUNK: usize = 64 * 1024;

/// Their pages stay, empty, and are used again after a restore: to give them back, SQLite would have to write
/// the audit trail once more. No process that knows an earlier counter reads a restored database.
const LEFT_OUT: &str = "DELETE FROM signed_on_sessions; DELETE FROM sessions; \
    DELETE FROM link_changes; DELETE FROM removed_connections; \
    UPDATE users SET invitation = NULL, invitation_expires_at = NULL; \
    UPDATE revisions SET removals_known_since = connections";

#[async_trait]
impl Backups for SqliteStore {
    async fn write_backup(&self, path: &Path, at: Timestamp) -> Result<BackupFacts, StoreError> {
        // Absolute, so that SQLite can't take the name for a URI.
        let path = std::path::absolute(path).map_err(error::backend)?;
        copy(&self.path, &path).await?;
        let content = strip_and_check(&path).await?;
        let Content { schema, connections, users } = content;
        let bytes = tokio::task::spawn_blocking(move || append_trailer(&path, schema, at))
            .await
            .map_err(error::backend)?
            .map_err(error::io)?;
        Ok(BackupFacts { made_at: at, schema, connections, users, bytes })
    }
}

/// Reads the whole database in one transaction, on a connection of its own: in WAL mode that blocks no reads
/// and no writes. Deleted content in free pages is not copied.
async fn copy(database: &Path, to: &Path) -> Result<(), StoreError> {
    let Some(name) = to.to_str() else {
        let reason = "the name of a backup has to be UTF-8";
        return Err(error::backend(io::Error::new(io::ErrorKind::InvalidInput, reason)));
    };
    let mut source = open::options(database).connect().await.map_err(error::store)?;
    let copied = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await;
    source.close().await.map_err(error::store)?;
    copied.map_err(error::store)?;
    Ok(())
}

struct Content {
    schema: u32,
    connections: u64,
    users: u64,
}

/// Takes out what is no part of a backup, checks every page, and counts what is there.
async fn strip_and_check(path: &Path) -> Result<Content, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        // A half-made backup is thrown away, so it needs no protection of its own.
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        // Overwrites what is deleted.
        .pragma("secure_delete", "ON");
    let mut copy = options.connect().await.map_err(error::store)?;
    let content = async {
        sqlx::raw_sql(LEFT_OUT).execute(&mut copy).await?;
        let check = check(&mut copy).await?;
        let schema: i64 = number(&mut copy, "PRAGMA user_version").await?;
        let connections: i64 = number(&mut copy, "SELECT count(*) FROM connections").await?;
        let users: i64 = number(&mut copy, "SELECT count(*) FROM users").await?;
        Ok::<_, sqlx::Error>((check, schema, connections, users))
    }
    .await;
    copy.close().await.map_err(error::store)?;
    let (check, schema, connections, users) = content.map_err(error::store)?;
    if let Some(fault) = check {
        return Err(error::backend(io::Error::new(io::ErrorKind::InvalidData, fault)));
    }
    Ok(Content {
        schema: schema.try_into().map_err(error::backend)?,
        connections: connections.try_into().map_err(error::backend)?,
        users: users.try_into().map_err(error::backend)?,
    })
}

/// Asks SQLite to look at every page and index; the first thing that is wrong.
pub(super) async fn check(
    connection: &mut SqliteConnection,
) -> Result<Option<String>, sqlx::Error> {
    let first: String =
        sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(connection).await?;
    Ok(if first == "ok" { None } else { Some(first) })
}

async fn number(connection: &mut SqliteConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(connection).await
}

/// Says behind the database what it is; the size of the whole. From here on it is on disk.
fn append_trailer(path: &PathBuf, schema: u32, made_at: Timestamp) -> io::Result<u64> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    let (bytes, hash) = hash(&mut file)?;
    let trailer = Trailer::seal(schema, made_at, bytes, hash).to_bytes();
    file.write_all(&trailer)?;
    file.sync_all()?;
    Ok(bytes + trailer.len() as u64)
}

fn hash(file: &mut File) -> io::Result<(u64, Sha256)> {
    let mut chunk = vec![0; CHUNK];
    let (mut bytes, mut hash) = (0, Sha256::new());
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((bytes, hash)),
            read => {
                hash.update(&chunk[..read]);
                bytes += read as u64;
            }
        }
    }
}
