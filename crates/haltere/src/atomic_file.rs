//! Files that are there whole or not at all, also after a power cut.
//!
//! [`write()`] replaces a small file. An [`AtomicFile`] is for large ones, which two processes might write at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// The user id of root.
const ROOT: u32 = 0;

/// Writes a file that only its owner can read. Replaces an existing one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("new");
    // Left by an interrupted process.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    give_to_owner_of(folder_of(path), &file)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    rename(&temporary, path)
}

/// Renames a file and syncs the folder. Replaces an existing file.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Makes the names in the folder of `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// Gives a file that root has made in another user's folder to that user, whose server has to read it.
pub(crate) fn give_to_owner_of(folder: &Path, file: &File) -> io::Result<()> {
    let owner = fs::metadata(folder)?;
    if file.metadata()?.uid() == ROOT && owner.uid() != ROOT {
        fchown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// The folder a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// What happens to an existing file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IfExists {
    /// It stays; the text ends the error.
    Refuse(&'static str),
    Replace,
}

/// A file that is written under another name, so that the target is always whole. Dropped before it is
/// published, it leaves nothing behind.
pub(crate) struct AtomicFile {
    target: PathBuf,
    path: PathBuf,
    if_exists: IfExists,
    /// Locked by the one process that writes it.
    file: File,
    published: bool,
}

impl AtomicFile {
    /// Begins `target`, for this user only.
    pub(crate) fn begin(target: &Path, if_exists: IfExists) -> anyhow::Result<Self> {
        check_target(target, if_exists)?;
        let folder = folder_of(target);
        let folder = folder
            .canonicalize()
            .with_context(|| format!("failed to look into {}", folder.display()))?;
        let Some(name) = target.file_name() else { bail!("{} names no file", target.display()) };
        let mut draft_name = name.to_owned();
        draft_name.push(".part");
        let path = folder.join(draft_name);
        let file = take(&path).with_context(|| format!("failed to write {}", path.display()))?;
        Ok(Self { target: folder.join(name), path, if_exists, file, published: false })
    }

    /// The name that it gets.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The name that it has until then.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// To write to.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the finished and synced file its name.
    pub(crate) fn publish(mut self) -> anyhow::Result<()> {
        check_target(&self.target, self.if_exists)?;
        rename(&self.path, &self.target)
            .with_context(|| format!("failed to write {}", self.target.display()))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Refuses to replace what was not meant to be replaced.
fn check_target(target: &Path, if_exists: IfExists) -> anyhow::Result<()> {
    let found = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.with_context(|| format!("failed to look at {}", target.display()))?,
    };
    if !found.is_file() {
        bail!("{} is there and is no file", target.display());
    }
    match if_exists {
        IfExists::Replace => Ok(()),
        IfExists::Refuse(why) => bail!("{} is already there; {why}", target.display()),
    }
}

/// Opens an empty file that only this user can read; one that an interrupted process has left is emptied.
fn take(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    // Follows no symbolic link that may be there.
    let file = options.custom_flags(libc::O_NOFOLLOW).open(path)?;
    claim(file, path)
}

fn claim(file: File, path: &Path) -> anyhow::Result<File> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!("another haltere is writing the same file"),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    // Between opening and locking, another process may have published this file.
    let (ours, named) = (file.metadata()?, fs::symlink_metadata(path));
    if !named.is_ok_and(|named| (named.dev(), named.ino()) == (ours.dev(), ours.ino())) {
        bail!("another haltere has just written the same file");
    }
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.set_len(0)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_just_finished_is_not_emptied_by_the_next_one() {
        let root = tempfile::tempdir().expect("a folder");
        let (draft, target) = (root.path().join("b.part"), root.path().join("b"));
        fs::write(&draft, "a whole backup").expect("written");
        let opened = OpenOptions::new().write(true).open(&draft).expect("opened");
        fs::rename(&draft, &target).expect("renamed");
        claim(opened, &draft).expect_err("refused");
        assert_eq!(fs::read_to_string(&target).expect("there"), "a whole backup");
        let again = take(&draft).expect("taken");
        take(&draft).expect_err("it is taken");
        drop(again);
    }
}
