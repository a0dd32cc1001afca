//! A file in the making: under another name, so that what has the right name is always whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::durable;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy)]
pub(super) enum There {
    /// It stays; with what is said about that.
    Refuse(&'static str),
    /// It is replaced.
    Replace,
}

/// A file in the making. Dropped before it is published, it leaves nothing behind.
pub(super) struct Draft {
    target: PathBuf,
    path: PathBuf,
    there: There,
    /// Locked by the one process that writes it.
    file: File,
    published: bool,
}

impl Draft {
    /// Begins `target`, for this user only.
    pub(super) fn begin(target: &Path, there: There) -> anyhow::Result<Self> {
        check_target(target, there)?;
        let folder = durable::folder_of(target);
        let folder = folder
            .canonicalize()
            .with_context(|| format!("failed to look into {}", folder.display()))?;
        let Some(name) = target.file_name() else { bail!("{} names no file", target.display()) };
        let mut draft_name = name.to_owned();
        draft_name.push(".part");
        let path = folder.join(draft_name);
        let file = take(&path).with_context(|| format!("failed to write {}", path.display()))?;
        Ok(Self { target: folder.join(name), path, there, file, published: false })
    }

    /// What it is going to be called.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// What it is called until then.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// To write to.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the finished file, which is on disk, its name.
    pub(super) fn publish(mut self) -> anyhow::Result<()> {
        check_target(&self.target, self.there)?;
        durable::rename(&self.path, &self.target)
            .with_context(|| format!("failed to write {}", self.target.display()))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Refuses to replace what was not meant to be replaced.
fn check_target(target: &Path, there: There) -> anyhow::Result<()> {
    let found = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.with_context(|| format!("failed to look at {}", target.display()))?,
    };
    if !found.is_file() {
        bail!("{} is there and is no file", target.display());
    }
    match there {
        There::Replace => Ok(()),
        There::Refuse(why) => bail!("{} is already there; {why}", target.display()),
    }
}

/// An empty file only this user can read; one that was left behind by a draft cut short is emptied.
fn take(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    // A file that was left for us is not followed to where it leads.
    let file = options.custom_flags(libc::O_NOFOLLOW).open(path)?;
    claim(file, path)
}

fn claim(file: File, path: &Path) -> anyhow::Result<File> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!("another haltere is writing the same file"),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    // Between the opening and the lock, the other one may have ended and given this file its name.
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
    fn a_file_that_was_just_finished_is_not_emptied_by_the_next_draft() {
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
