//! The database's files, and whether they are still the ones that have the names.
//!
//! SQLite holds its files open, and goes on writing to them after they were removed or replaced, or another
//! disk was mounted over the folder. Nothing would fail, and everything would be gone after a
//! restart. So their identity is kept, and looked at before and after each change.
//!
//! A symbolic link that replaces the database leads to the same file under another name, and the next start
//! would look for the log under that name. So the name itself is compared, too.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, MutexGuard};

/// Device and inode. The inode of an open file is not given to another one.
type Identity = (u64, u64);

/// What was found where a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileAt {
    File(Identity),
    Nothing,
    /// The file system does not say, which is no sign of an exchange.
    Unknown,
}

/// What has a name, without following a link.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    File(Identity),
    /// Where it leads, as it is written there: a link that was made again is the same link.
    Link(PathBuf),
}

/// The files of one database.
#[derive(Debug)]
pub(crate) struct Files {
    /// As it was named: a link on the way may be made to lead elsewhere.
    database: PathBuf,
    held: Identity,
    /// What had the database's name at the start.
    named: Named,
    /// The name of the database's file at the start, links followed. The log is named after it.
    file_name: Option<OsString>,
    /// The log and its index, which SQLite creates next to the file.
    sidecars: [PathBuf; 2],
    /// SQLite removes and makes these two when the last connection closes and the first one opens.
    sidecars_held: Mutex<[Option<Identity>; 2]>,
    /// New connections would open other files than the old ones, since the files were not in place.
    strayed: AtomicBool,
    /// The connection that writes was opened when another file had the database's name.
    lost: AtomicBool,
}

impl Files {
    /// The files of the database at `path`, which is there.
    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        let facts = fs::metadata(path)?;
        let real = path.canonicalize()?;
        let sidecar = |suffix: &str| {
            let mut name = real.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        Ok(Self {
            database: path.to_owned(),
            held: (facts.dev(), facts.ino()),
            named: named(path)?,
            file_name: real.file_name().map(OsStr::to_owned),
            sidecars: [sidecar("-wal"), sidecar("-shm")],
            sidecars_held: Mutex::default(),
            strayed: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        })
    }

    /// The database, as it was named.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// The write-ahead log, where SQLite makes it.
    pub(crate) fn log(&self) -> &Path {
        &self.sidecars[0]
    }

    /// Whether all of them are in place. `is_open`: the connection that writes is open, and keeps SQLite from
    /// removing the sidecars.
    pub(crate) fn are_in_place(&self, is_open: bool) -> bool {
        let in_place = self.database_is_in_place() && self.sidecars_are_in_place(is_open);
        if !in_place {
            self.strayed.store(true, Ordering::Relaxed);
        }
        in_place && !self.lost.load(Ordering::Relaxed)
    }

    /// Whether the database itself is in place, under the name it had.
    pub(crate) fn database_is_in_place(&self) -> bool {
        self.database_can_be_found() && self.has_its_name()
    }

    /// Whether the database's name leads to it, on whatever way.
    pub(crate) fn database_can_be_found(&self) -> bool {
        match find(&self.database) {
            FileAt::File(found) => found == self.held,
            FileAt::Nothing => false,
            FileAt::Unknown => true,
        }
    }

    fn has_its_name(&self) -> bool {
        // An error of the file system is no sign of an exchange.
        let same_name = named(&self.database).map_or(true, |named| named == self.named);
        // A chain of links may lead to another name from its second link on.
        let is_link = matches!(self.named, Named::Link(_));
        same_name
            && (!is_link
                || self
                    .database
                    .canonicalize()
                    .map_or(true, |real| real.file_name() == self.file_name.as_deref()))
    }

    /// Whether new connections can't be trusted to open the same files.
    pub(crate) fn have_strayed(&self) -> bool {
        self.strayed.load(Ordering::Relaxed)
    }

    /// Whether there is no connection left to what was stored.
    pub(crate) fn are_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// The connection that writes has been opened.
    pub(crate) fn writer_opened(&self) {
        if !self.database_is_in_place() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// A connection is being closed. If it is the last one, SQLite removes the sidecars.
    pub(crate) fn closing(&self) {
        *self.sidecars_held() = [None; 2];
    }

    fn sidecars_are_in_place(&self, is_open: bool) -> bool {
        let mut held = self.sidecars_held();
        if !is_open {
            *held = [None; 2];
            return true;
        }
        self.sidecars.iter().zip(held.iter_mut()).all(|(path, held)| match (*held, find(path)) {
            (_, FileAt::Unknown) | (None, FileAt::Nothing) => true,
            (None, FileAt::File(found)) => {
                *held = Some(found);
                true
            }
            (Some(held), FileAt::File(found)) => held == found,
            (Some(_), FileAt::Nothing) => false,
        })
    }

    fn sidecars_held(&self) -> MutexGuard<'_, [Option<Identity>; 2]> {
        self.sidecars_held.lock()
    }
}

fn named(path: &Path) -> std::io::Result<Named> {
    let facts = fs::symlink_metadata(path)?;
    Ok(if facts.is_symlink() {
        Named::Link(fs::read_link(path)?)
    } else {
        Named::File((facts.dev(), facts.ino()))
    })
}

fn find(path: &Path) -> FileAt {
    match fs::metadata(path) {
        Ok(facts) => FileAt::File((facts.dev(), facts.ino())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            FileAt::Nothing
        }
        Err(_) => FileAt::Unknown,
    }
}
