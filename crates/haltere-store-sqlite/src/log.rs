//! Whether what SQLite has written is still in the write-ahead log and the database.
//!
//! A file that is cut or overwritten in place keeps its name and its inode, and SQLite goes on: it keeps in memory where
//! its log ends, and writes there. After a restart it would find a log that does not hold together, and drop it. So
//! each change is looked up in the log before it is acknowledged, in the way SQLite would after a crash.
//!
//! A check is cheap if only our own changes have happened: it reads what is new. For all else (another
//! process has written, SQLite has begun the log from its start) SQLite is asked how much there should be, and
//! the whole log is read.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use haltere_store::StoreError;
use parking_lot::{Mutex, MutexGuard};
use sqlx::{SqliteConnection, SqlitePool};

use crate::age::{self, Age, AgeRead};
use crate::error;
use crate::wal::WalPosition;

/// Others may write between the question to SQLite and the check, which is then repeated.
const TRIES: usize = 5;
/// How long a file that looks overwritten has to stay as it is. Until then another process may be in the middle of a
/// checkpoint, after which the file is read again.
const STABLE_FOR: Duration = Duration::from_secs(1);
/// How long a file that keeps changing is read again.
const STABLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two reads of such a file.
const REREAD_INTERVAL: Duration = Duration::from_millis(20);
/// SQLite never writes the page that holds this byte; its locks are there.
const LOCK_BYTE: u64 = 1 << 30;

/// Follows the name of a log that was set aside.
const ASIDE: &str = ".overwritten";

/// Watches the content of the database's files.
#[derive(Debug)]
pub(crate) struct WalWatch {
    database: PathBuf,
    wal: PathBuf,
    seen: Mutex<Seen>,
    /// Something was cut or overwritten.
    broken: AtomicBool,
    /// The database was written since its age was read: by a checkpoint, or by something other than SQLite.
    touched: AtomicBool,
    /// The database was overwritten with a file that the log does not belong to.
    outdated: AtomicBool,
}

/// What was seen last.
#[derive(Debug, Default)]
struct Seen {
    position: Option<WalPosition>,
    stamp: Option<Stamp>,
    database_bytes: u64,
    /// The database when its age was read, and the age.
    aged: Option<Stamp>,
    age: Option<Age>,
}

/// Changes with every write to the file. `changed` is the inode's change time in seconds and nanoseconds, which
/// no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogCheck {
    /// All is there.
    Intact,
    /// SQLite has to be asked.
    Unclear,
}

/// What the log and the database have to contain, according to SQLite.
#[derive(Debug, Clone, Copy)]
struct ExpectedLog {
    /// Frames in the log.
    frames: u32,
    /// How many of them are in the database as well.
    checkpointed: u32,
    /// Pages of the database, those in the log included.
    pages: u32,
    page_size: u64,
}

/// What is missing. The messages are the cause that the log gives for the damage.
#[derive(Debug, thiserror::Error)]
enum Missing {
    #[error(
        "the write-ahead log {log} was cut or overwritten: {left} of its {frames} pages are left"
    )]
    Log { log: String, left: u32, frames: u32 },
    #[error("the database {database} was cut: {left} of its {pages} pages are left")]
    Database { database: String, left: u64, pages: u32 },
    #[error("the database {0} was overwritten with an older copy or another file")]
    Changes(String),
}

impl WalWatch {
    /// Of the database at `database`, whose log is at `wal`. Nothing has been looked at.
    pub(crate) fn new(database: &Path, wal: &Path) -> Self {
        Self {
            database: database.to_owned(),
            wal: wal.to_owned(),
            seen: Mutex::default(),
            broken: AtomicBool::new(false),
            touched: AtomicBool::new(true),
            outdated: AtomicBool::new(false),
        }
    }

    /// Whether something was found cut or overwritten.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Checks what was written since the last check.
    pub(crate) fn check(&self) -> LogCheck {
        // An error of the file system is no sign of damage.
        self.try_check().unwrap_or(LogCheck::Intact)
    }

    fn try_check(&self) -> io::Result<LogCheck> {
        let mut seen = self.seen();
        let facts = fs::metadata(&self.database)?;
        self.touched.store(seen.aged != Some(Stamp::of(&facts)), Ordering::Relaxed);
        let bytes = facts.len();
        if bytes < seen.database_bytes {
            return Ok(LogCheck::Unclear);
        }
        seen.database_bytes = bytes;
        let is_new = |seen: &Seen, stamp| seen.stamp != Some(stamp);
        let stamp = match fs::metadata(&self.wal) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(LogCheck::Unclear),
            facts => Stamp::of(&facts?),
        };
        if !is_new(&seen, stamp) {
            return Ok(LogCheck::Intact);
        }
        let log = File::open(&self.wal)?;
        let stamp = Stamp::of(&log.metadata()?);
        let Some(position) = &mut seen.position else { return Ok(LogCheck::Unclear) };
        if !position.still_holds(&log)? {
            return Ok(LogCheck::Unclear);
        }
        let before = position.frames();
        position.read_on(&log, |_, _| {})?;
        // The log has changed, but not grown. SQLite changes its owner when root opens it, to the same as before;
        // others may have overwritten it.
        if position.frames() == before && !position.is_whole(&log)? {
            return Ok(LogCheck::Unclear);
        }
        seen.stamp = Some(stamp);
        Ok(LogCheck::Intact)
    }

    /// Asks SQLite what there should be, and looks whether it is. On the connection that writes, outside of a
    /// transaction. [`StoreError::Damaged`] when something is gone.
    pub(crate) async fn compare(&self, writer: &mut SqliteConnection) -> Result<(), StoreError> {
        let mut tries = 1;
        loop {
            let expected = ExpectedLog::of(writer).await.map_err(error::store)?;
            match self.compare_with(expected) {
                // An error of the file system is no sign of damage.
                Ok(None) | Err(_) => return Ok(()),
                Ok(Some(_)) if tries < TRIES => tries += 1,
                Ok(Some(gone)) => {
                    self.broken.store(true, Ordering::Relaxed);
                    return Err(StoreError::Damaged(Box::new(gone)));
                }
            }
        }
    }

    fn compare_with(&self, expected: ExpectedLog) -> io::Result<Option<Missing>> {
        let mut seen = self.seen();
        let bytes = fs::metadata(&self.database)?.len();
        let pages = bytes / expected.page_size;
        // Pages behind the end of the database, which only the log has.
        let mut behind = BTreeSet::new();
        let (position, stamp) = match File::open(&self.wal) {
            Err(error) if error.kind() == ErrorKind::NotFound => (None, None),
            log => {
                let log = log?;
                let stamp = Stamp::of(&log.metadata()?);
                let mut position = WalPosition::start(&log)?;
                if let Some(position) = &mut position {
                    position.read_on(&log, |frame, page| {
                        if frame > expected.checkpointed && u64::from(page) > pages {
                            behind.insert(u64::from(page));
                        }
                    })?;
                }
                (position, Some(stamp))
            }
        };
        let left = position.as_ref().map_or(0, WalPosition::frames);
        if left < expected.frames {
            let log = self.wal.display().to_string();
            return Ok(Some(Missing::Log { log, left, frames: expected.frames }));
        }
        let lock_page = LOCK_BYTE / expected.page_size + 1;
        let is_there = |page: u64| page == lock_page || behind.contains(&page);
        if !(pages + 1..=u64::from(expected.pages)).all(is_there) {
            let database = self.database.display().to_string();
            return Ok(Some(Missing::Database { database, left: pages, pages: expected.pages }));
        }
        (seen.position, seen.stamp, seen.database_bytes) = (position, stamp, bytes);
        Ok(None)
    }

    /// Whether the last check saw that the database was written, so that [`check_age`](Self::check_age) reads it.
    pub(crate) fn is_touched(&self) -> bool {
        self.touched.load(Ordering::Relaxed)
    }

    /// Makes sure that the database was not overwritten with an older copy or another file, if it was written.
    /// [`StoreError::Damaged`] when it was.
    ///
    /// The caller holds the connection that writes, which is also the one that checkpoints: in the middle of a
    /// checkpoint the file is shorter than it says.
    pub(crate) async fn check_age(&self, _writer: &mut SqliteConnection) -> Result<(), StoreError> {
        if !self.is_touched() {
            return Ok(());
        }
        let damage = || {
            let database = self.database.display().to_string();
            Err(StoreError::Damaged(Box::new(Missing::Changes(database))))
        };
        // A change that has waited for the connection meanwhile does not take as long again.
        if self.outdated.load(Ordering::Relaxed) {
            return damage();
        }
        let stamp = || fs::metadata(&self.database).map(|facts| Stamp::of(&facts)).ok();
        let least = self.seen().age.clone();
        let started = Instant::now();
        let mut unchanged = (stamp(), started);
        while unchanged.1.elapsed() < STABLE_FOR && started.elapsed() < STABLE_TIMEOUT {
            let Some(before) = stamp() else { return Ok(()) };
            match (age::of(&self.database).await, &least) {
                (AgeRead::Unknown, _) | (AgeRead::Foreign, None) => return Ok(()),
                (AgeRead::Age(age), least)
                    if least.as_ref().is_none_or(|it| age.can_follow(it)) =>
                {
                    let mut seen = self.seen();
                    (seen.aged, seen.age) = (Some(before), Some(age));
                    return Ok(());
                }
                (AgeRead::Age(_) | AgeRead::Foreign, _) => {}
            }
            let now = stamp();
            // Another file has the name now, which is found by its identity.
            if now.is_none_or(|now| now.inode != before.inode) {
                return Ok(());
            }
            if now != unchanged.0 {
                unchanged = (now, Instant::now());
            }
            tokio::time::sleep(REREAD_INTERVAL).await;
        }
        self.broken.store(true, Ordering::Relaxed);
        self.outdated.store(true, Ordering::Relaxed);
        damage()
    }

    /// Renames the log of a database that was overwritten. The next start would apply the log to the file that is there
    /// now, and destroy it. To be called when nothing reads any more.
    pub(crate) fn set_aside(&self) {
        if !self.outdated.load(Ordering::Relaxed) {
            return;
        }
        let mut aside = self.wal.clone().into_os_string();
        aside.push(ASIDE);
        let aside = PathBuf::from(aside);
        match fs::rename(&self.wal, &aside) {
            Ok(()) => {
                let to = aside.display();
                tracing::warn!(%to, "the write-ahead log does not belong to what the database was overwritten with, and was renamed");
            }
            Err(error) => tracing::error!(%error, "the write-ahead log can't be renamed"),
        }
    }

    /// Keeps SQLite from closing the database in the usual way: the last connection to close writes the log into the
    /// database, and what is in a broken log would destroy what is left.
    pub(crate) async fn keep_open(writer: &SqlitePool) {
        if let Ok(connection) = writer.acquire().await {
            std::mem::forget(connection.detach());
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock()
    }
}

impl Stamp {
    fn of(facts: &Metadata) -> Self {
        Self {
            inode: facts.ino(),
            bytes: facts.len(),
            changed: (facts.ctime(), facts.ctime_nsec()),
        }
    }
}

impl ExpectedLog {
    async fn of(writer: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        // Changes nothing, and returns the current state.
        let checkpoint = sqlx::query_as("PRAGMA wal_checkpoint(NOOP)");
        let (_busy, frames, checkpointed): (i64, i64, i64) =
            checkpoint.fetch_one(&mut *writer).await?;
        let page_size = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut *writer).await;
        let pages = sqlx::query_scalar("PRAGMA page_count").fetch_one(writer).await;
        // Both fail if the log is cut. The number of frames that are left shows that.
        let (page_size, pages): (i64, i64) = (page_size.unwrap_or(4_096), pages.unwrap_or(0));
        Ok(Self {
            // -1 without a log.
            frames: u32::try_from(frames).unwrap_or(0),
            checkpointed: u32::try_from(checkpointed).unwrap_or(0),
            pages: u32::try_from(pages).unwrap_or(0),
            page_size: u64::try_from(page_size).unwrap_or(4_096).max(1),
        })
    }
}
