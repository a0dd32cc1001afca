//! The lock on the database's file itself, and which files are taken for it.
//!
//! The lock on the data folder can be gone round: a hard link, a mount or a renaming brings the same file into
//! another folder. So a server also holds a lock on the file (`flock`, which on Linux SQLite's own locks neither
//! see nor touch).
//!
//! Closing *any* descriptor of a file drops all POSIX locks that the process has on it, SQLite's among them. So the
//! descriptor here is opened before SQLite opens the file and closed after SQLite has closed it, or the process
//! has none of SQLite's locks yet.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::plain_file;

/// A command that looks whether the lock is taken holds it for a moment, so it is asked for more than once.
const TRIES: usize = 50;
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// Held by the one server that works with the file.
#[derive(Debug)]
pub(crate) struct DatabaseLock {
    _file: File,
}

impl DatabaseLock {
    /// Takes the lock on the database at `path`, which is there. Before SQLite opens it.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        check(path)?;
        let describe = || format!("failed to lock {}", path.display());
        let file = open(path).with_context(describe)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(RETRY_INTERVAL),
                Err(TryLockError::Error(error)) => return Err(error).with_context(describe),
            }
        }
        bail!(served_elsewhere(path))
    }
}

/// Refuses a database that has a second name. SQLite keeps the write-ahead log next to the name it opens, and two logs
/// for one file destroy it. The locks and the master key are in the same folder.
pub(crate) fn check(path: &Path) -> anyhow::Result<()> {
    let facts = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        facts => facts.with_context(|| format!("failed to look at {}", path.display()))?,
    };
    let shown = path.display();
    if facts.is_symlink() {
        bail!(
            "{shown} is a symbolic link, and the locks, the master key and the write-ahead log belong next to the database itself: name the folder it is in with --data-dir, or make the data folder the link"
        );
    }
    plain_file::check(&facts).with_context(|| shown.to_string())?;
    if facts.nlink() > 1 {
        bail!(
            "{shown} has another name somewhere else (a hard link), and opening it by both destroys it: remove the other name (`find / -xdev -inum {}` finds it), or, while no haltere runs, put a copy in its place",
            facts.ino()
        );
    }
    Ok(())
}

/// Refuses to work while a server uses the database through another folder. `is_served_here`: whether a
/// server uses the folder that `path` is in.
pub(crate) fn check_server(
    path: &Path,
    is_served_here: impl Fn() -> io::Result<bool>,
) -> anyhow::Result<()> {
    let look = || {
        let file = open(path)?;
        // The folder is locked first and given back last.
        Ok(is_locked(&file)? && !is_served_here()? && is_locked(&file)?)
    };
    let is_elsewhere: io::Result<bool> = look();
    if is_elsewhere.with_context(|| format!("failed to look at {}", path.display()))? {
        bail!(served_elsewhere(path));
    }
    Ok(())
}

/// Whether another process has an exclusive lock on the file.
pub(crate) fn is_locked(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

fn served_elsewhere(path: &Path) -> String {
    format!(
        "another haltere is serving the database {} by another name, from another data folder; stop it first, or use that folder with --data-dir",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn refusal<T: std::fmt::Debug>(outcome: anyhow::Result<T>) -> String {
        format!("{:#}", outcome.expect_err("refused"))
    }

    #[test]
    fn a_database_with_another_name_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let path = |name: &str| root.path().join(name);
        fs::write(path("real"), "a database").expect("written");
        check(&path("real")).expect("it has one name");
        check(&path("missing")).expect("there will be one");
        symlink("real", path("link")).expect("made");
        assert!(refusal(check(&path("link"))).contains("symbolic link"));
        symlink("missing", path("dangling")).expect("made");
        assert!(refusal(check(&path("dangling"))).contains("symbolic link"));
        fs::hard_link(path("real"), path("second")).expect("made");
        for name in ["real", "second"] {
            let why = refusal(DatabaseLock::take(&path(name)));
            assert!(why.contains(name) && why.contains("hard link"), "{why}");
        }
        fs::remove_file(path("second")).expect("removed");
        DatabaseLock::take(&path("real")).expect("its only name");
    }

    #[test]
    fn the_lock_goes_with_the_file() {
        let root = tempfile::tempdir().expect("a folder");
        let (here, there) = (root.path().join("here"), root.path().join("there"));
        fs::write(&here, "a database").expect("written");
        let lock = DatabaseLock::take(&here).expect("free");
        fs::rename(&here, &there).expect("moved");
        assert!(refusal(DatabaseLock::take(&there)).contains("another haltere"));
        assert!(refusal(check_server(&there, || Ok(false))).contains("another haltere"));
        check_server(&there, || Ok(true)).expect("together with its server");
        drop(lock);
        check_server(&there, || Ok(false)).expect("there is no server");
        DatabaseLock::take(&there).expect("free again");
    }

    #[test]
    fn a_look_of_a_command_is_no_server() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("database");
        fs::write(&path, "a database").expect("written");
        let looking = File::open(&path).expect("there");
        looking.lock_shared().expect("locked");
        let taking = thread::spawn(move || DatabaseLock::take(&path).map(drop));
        thread::sleep(RETRY_INTERVAL);
        looking.unlock().expect("unlocked");
        taking.join().expect("ended").expect("taken once it is free");
    }
}
