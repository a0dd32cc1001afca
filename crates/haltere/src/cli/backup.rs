//! `haltere backup`: works beside a running server or without one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::backups::Created;
use haltere_app::vault::KeyStatus;

use super::sources::Common;
use super::{block_on, cli_ctx, counted, tell};
use crate::data_dir::DataDir;
use crate::{durable, wiring};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// The file to write, outside of the data folder
    file: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let loaded = self.common.load()?;
        let data = DataDir::open(&loaded.settings.data.dir)?;
        let draft = Draft::begin(&self.file, self.force, &data)?;
        let (created, keys) = block_on(async {
            let store = wiring::store(&data).await?;
            let name = draft.target.display().to_string();
            let created = wiring::backups(&store).create(&cli_ctx(), &draft.path, &name).await;
            let keys = wiring::keyring(&store).status().await;
            store.close().await;
            Ok((created.context("failed to make the backup")?, keys))
        })?;
        draft.publish(self.force)?;
        let place = loaded.whence("data.master_key");
        let place = place.unwrap_or_else(|| data.master_key_file().display().to_string());
        say_what_is_in_it(&self.file, created, keys.ok().as_ref(), &place);
        Ok(())
    }
}

/// A backup in the making: under another name, so that what has the right name is always whole.
struct Draft {
    target: PathBuf,
    path: PathBuf,
    /// Held by the one process that writes it.
    _lock: File,
    published: bool,
}

impl Draft {
    fn begin(target: &Path, force: bool, data: &DataDir) -> anyhow::Result<Self> {
        check_target(target, force)?;
        let folder = durable::folder_of(target);
        let folder = folder
            .canonicalize()
            .with_context(|| format!("failed to look into {}", folder.display()))?;
        if folder.starts_with(data.path().canonicalize()?) {
            bail!(
                "{} is in the data folder, where it would be lost together with what it is a backup of; name a file elsewhere",
                target.display()
            );
        }
        let Some(name) = target.file_name() else { bail!("{} names no file", target.display()) };
        let mut draft_name = name.to_owned();
        draft_name.push(".part");
        let path = folder.join(draft_name);
        let lock = take(&path).with_context(|| format!("failed to write {}", path.display()))?;
        Ok(Self { target: folder.join(name), path, _lock: lock, published: false })
    }

    /// Gives the finished file its name.
    fn publish(mut self, force: bool) -> anyhow::Result<()> {
        check_target(&self.target, force)?;
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
fn check_target(target: &Path, force: bool) -> anyhow::Result<()> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("failed to look at {}", target.display())),
        Ok(there) if !there.is_file() => bail!("{} is there and is no file", target.display()),
        Ok(_) if !force => bail!("{} is already there; --force replaces it", target.display()),
        Ok(_) => Ok(()),
    }
}

/// An empty file only this user can read; one that was left behind by a backup cut short is emptied.
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
        Err(TryLockError::WouldBlock) => bail!("another backup to the same file is under way"),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    // Between the opening and the lock, another backup may have ended and given this file its name.
    let (ours, named) = (file.metadata()?, fs::symlink_metadata(path));
    if !named.is_ok_and(|named| (named.dev(), named.ino()) == (ours.dev(), ours.ino())) {
        bail!("another backup to the same file has just ended");
    }
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.set_len(0)?;
    Ok(file)
}

fn say_what_is_in_it(file: &Path, created: Created, keys: Option<&KeyStatus>, place: &str) {
    let Created { facts, unaudited } = created;
    let size = super::human_size(facts.bytes);
    tell(&format!(
        "backed up {} and {} as of {} to {} ({size})",
        counted(facts.connections, "connection"),
        counted(facts.users, "user"),
        facts.made_at,
        file.display()
    ));
    if let Some(keys) = keys {
        tell(&format!(
            "Passwords and private keys of connections are in it sealed; the master key that opens them (id {}) is not in it. \
             That key comes from {place}: keep a copy of it, apart from the backup. Without it, they are lost.",
            keys.current
        ));
    }
    if let Some(error) = unaudited.map(anyhow::Error::from) {
        tell(&format!(
            "warning: the backup is whole, but the audit trail does not tell of it: {error:#}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_has_just_ended_is_not_emptied_by_the_next_one() {
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
