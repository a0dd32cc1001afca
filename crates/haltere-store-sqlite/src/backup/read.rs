//! Reading a backup.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use haltere_core::Timestamp;
use haltere_store::StoreError;
use sha2::{Digest, Sha256};

use super::trailer::{self, Trailer};
use super::write::{CHUNK, check};
use crate::{SqliteStore, migrations};

/// How every SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A backup that was found whole.
#[derive(Debug)]
pub struct SqliteBackup {
    path: PathBuf,
    trailer: Trailer,
}

/// Why a file can't be used as a backup. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is something else.
    #[error("it is not a haltere backup")]
    Foreign,
    /// A database without our trailer.
    #[error(
        "it begins like a haltere backup and does not end like one: it was cut off, or is a bare database"
    )]
    CutOff,
    /// It is not what was written.
    #[error("it was damaged after it was made: its content does not match its checksum")]
    Damaged,
    /// The database in it is malformed.
    #[error("the database in it is malformed: {0}")]
    Malformed(String),
    /// Written by a newer haltere.
    #[error("it was made by a newer haltere (form {found}, this one knows {known})")]
    NewerFormat {
        /// The form in the file.
        found: u32,
        /// The newest one this binary knows.
        known: u32,
    },
    /// Written by a newer haltere.
    #[error("it was made by a newer haltere (schema version {found}, this one knows {known})")]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest one this binary knows.
        known: u32,
    },
    /// The file, or the one to write, can't be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database in it can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SqliteBackup {
    /// Reads the file from end to end and makes sure that it is a whole backup this binary can use.
    /// Changes nothing.
    pub async fn open(path: &Path) -> Result<Self, BackupError> {
        let path = std::path::absolute(path)?;
        let backup = blocking(move || {
            let mut file = File::open(&path)?;
            let trailer = read_trailer(&mut file)?;
            let hash = copy_hashed(&mut file, trailer.database_bytes, &mut io::sink())?;
            if trailer.fits(hash) { Ok(Self { path, trailer }) } else { Err(BackupError::Damaged) }
        });
        let backup = backup.await?;
        backup.check_database().await?;
        Ok(backup)
    }

    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.trailer.made_at
    }

    /// A look inside, where the file is, that changes nothing. Only what every schema has in common
    /// (`meta`) should be asked for: an old backup has an old schema.
    pub async fn look_inside(&self) -> Result<SqliteStore, BackupError> {
        Ok(SqliteStore::open_unchanging(&self.path).await?)
    }

    /// Writes the database to a new file at `to`, for its owner only.
    /// Once this returns `Ok`, it survives a crash of the machine.
    pub async fn unpack(&self, to: &Path) -> Result<(), BackupError> {
        let (from, to, trailer) = (self.path.clone(), to.to_owned(), self.trailer);
        blocking(move || {
            let mut file = File::open(from)?;
            let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
            let hash = copy_hashed(&mut file, trailer.database_bytes, &mut out)?;
            // It may have been changed since it was opened.
            if !trailer.fits(hash) {
                return Err(BackupError::Damaged);
            }
            Ok(out.sync_all()?)
        })
        .await
    }

    /// The checksum says that it is what was written; this, that it was worth writing.
    async fn check_database(&self) -> Result<(), BackupError> {
        let store = self.look_inside().await?;
        let fault = async {
            let mut connection = store.readers.acquire().await?;
            check(&mut connection).await
        };
        let fault = fault.await.map_err(crate::error::store);
        haltere_store::Store::close(&store).await;
        fault?.map_or(Ok(()), |fault| Err(BackupError::Malformed(fault)))
    }
}

fn read_trailer(file: &mut File) -> Result<Trailer, BackupError> {
    let size = file.metadata()?.len();
    let trailer_bytes = trailer::BYTES as u64;
    let mut bytes = [0; trailer::BYTES];
    let trailer = if size < trailer_bytes {
        None
    } else {
        file.seek(SeekFrom::Start(size - trailer_bytes))?;
        file.read_exact(&mut bytes)?;
        Trailer::parse(&bytes)
    };
    let Some(trailer) = trailer else { return Err(what_else(file)?) };
    if trailer.format != trailer::FORMAT {
        let (found, known) = (trailer.format, trailer::FORMAT);
        return Err(BackupError::NewerFormat { found, known });
    }
    if trailer.database_bytes != size - trailer_bytes {
        return Err(BackupError::Damaged);
    }
    let known = migrations::KNOWN;
    if trailer.schema > known {
        return Err(BackupError::NewerSchema { found: trailer.schema, known });
    }
    Ok(trailer)
}

/// What a file without a trailer is.
fn what_else(file: &mut File) -> io::Result<BackupError> {
    file.rewind()?;
    let mut start = Vec::new();
    file.take(SQLITE.len() as u64).read_to_end(&mut start)?;
    let begins_like_ours = !start.is_empty() && SQLITE.starts_with(&start);
    Ok(if begins_like_ours { BackupError::CutOff } else { BackupError::Foreign })
}

/// Copies the first `bytes` of a file, and the hash over them.
fn copy_hashed(file: &mut File, bytes: u64, out: &mut impl io::Write) -> io::Result<Sha256> {
    file.rewind()?;
    let mut left = file.take(bytes);
    let mut chunk = vec![0; CHUNK];
    let mut hash = Sha256::new();
    loop {
        match left.read(&mut chunk)? {
            0 => return Ok(hash),
            read => {
                hash.update(&chunk[..read]);
                out.write_all(&chunk[..read])?;
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(job).await.map_err(io::Error::other)?
}
