//! A data folder that is being filled from a backup: empty until the last step, complete after it.
//!
//! Everything is prepared in a folder inside, because we may not be allowed to create one next to it. The last step
//! renames the database. The master key is written before; a master key without a database doesn't prevent another
//! restore.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use haltere_app::vault::MasterKey;

use crate::atomic_file;
use crate::data_dir::{DATABASE, DataDir, KEYS_LOCK, LOCK, MASTER_KEY, STAGE, ServerLock};

/// What an empty data folder may contain: leftovers of an interrupted restore, a master key that the operator has put
/// there, and what file systems create.
const IGNORED: [&str; 6] = [LOCK, KEYS_LOCK, MASTER_KEY, "master.new", STAGE, "lost+found"];

/// SQLite's log next to the database.
const WAL: &str = "haltere.db-wal";

/// The locked folder. Dropping it before [`RestoreTarget::finish`] leaves the folder as empty as it was.
#[derive(Debug)]
pub(crate) struct RestoreTarget {
    data: DataDir,
    stage: PathBuf,
    _lock: ServerLock,
}

/// Refuses a folder that isn't empty. Changes nothing.
pub(crate) fn check_empty(folder: &Path) -> anyhow::Result<()> {
    let describe = || format!("failed to look into {}", folder.display());
    if folder.join(DATABASE).exists() {
        // The error says so if a server is running there.
        DataDir::create(folder)?.lock()?;
        bail!(not_empty(folder, DATABASE));
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(describe)?,
    };
    for entry in entries {
        let name = entry.with_context(describe)?.file_name();
        if !IGNORED.iter().any(|known| name == *known) {
            bail!(not_empty(folder, &name.to_string_lossy()));
        }
    }
    Ok(())
}

impl RestoreTarget {
    /// Locks the folder, and creates it if it is missing.
    pub(crate) fn begin(folder: &Path) -> anyhow::Result<Self> {
        let data = DataDir::create(folder)?;
        let lock = data.lock()?;
        // Again, now that no other process can begin.
        if data.database().exists() {
            bail!(not_empty(folder, DATABASE));
        }
        let stage = data.stage();
        let describe = || format!("failed to prepare {}", stage.display());
        remove(&stage).with_context(describe)?;
        DirBuilder::new().mode(0o700).create(&stage).with_context(describe)?;
        Ok(Self { data, stage, _lock: lock })
    }

    /// Where the database is prepared.
    pub(crate) fn database(&self) -> PathBuf {
        self.stage.join(DATABASE)
    }

    /// Does the last step. Writes the master key if the folder is to hold it.
    pub(crate) fn finish(self, master_key: Option<&MasterKey>) -> anyhow::Result<()> {
        // SQLite merges its log into the database on close, and reports no error if it can't, on a full disk for
        // example. Without the log, the database would lack the last changes.
        if self.stage.join(WAL).exists() {
            bail!(
                "failed to write all of the database into {}; is the disk full?",
                self.data.path().display()
            );
        }
        if let Some(key) = master_key {
            self.data.write_master_key(key)?;
        }
        let describe = || format!("failed to put {} in place", self.data.database().display());
        let database = File::open(self.database()).with_context(describe)?;
        atomic_file::give_to_owner_of(self.data.path(), &database).with_context(describe)?;
        database.sync_all().with_context(describe)?;
        atomic_file::rename(&self.database(), &self.data.database()).with_context(describe)
    }
}

impl Drop for RestoreTarget {
    fn drop(&mut self) {
        // The next restore and the server recognize leftovers.
        let _ = remove(&self.stage);
    }
}

fn not_empty(folder: &Path, name: &str) -> String {
    format!(
        "the data folder {} is not empty: it holds {name}; choose an empty one with --data-dir, or move what is in it out of the way",
        folder.display()
    )
}

fn remove(stage: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(stage) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_empty_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        check_empty(root.path()).expect("empty");
        check_empty(&root.path().join("missing")).expect("missing");
        for name in IGNORED {
            fs::write(root.path().join(name), "").expect("written");
        }
        check_empty(root.path()).expect("as good as empty");
        fs::write(root.path().join("diary"), "").expect("written");
        let refusal = check_empty(root.path()).expect_err("refused").to_string();
        assert!(refusal.contains("diary"), "{refusal}");
    }

    #[test]
    fn a_running_server_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join(DATABASE), "").expect("written");
        let _server = DataDir::create(root.path()).expect("there").lock().expect("locked");
        let refusal = check_empty(root.path()).expect_err("refused").to_string();
        assert!(refusal.contains("is serving the data folder"), "{refusal}");
    }

    #[test]
    fn a_dropped_target_is_empty_and_a_finished_one_complete() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let begin = || {
            let target = RestoreTarget::begin(root.path()).expect("begun");
            fs::write(target.database(), "a database").expect("written");
            target
        };
        drop(begin());
        check_empty(root.path()).expect("as it was");
        assert!(!data.database().exists() && !data.stage().exists());
        let key = MasterKey::generate();
        begin().finish(Some(&key)).expect("finished");
        assert_eq!(fs::read_to_string(data.database()).expect("there"), "a database");
        assert_eq!(data.master_key().expect("there").id(), key.id());
        assert!(!data.stage().exists());
    }

    #[test]
    fn an_incomplete_database_is_not_renamed() {
        let root = tempfile::tempdir().expect("a folder");
        let target = RestoreTarget::begin(root.path()).expect("begun");
        fs::write(target.database(), "a database").expect("written");
        fs::write(root.path().join(STAGE).join(format!("{DATABASE}-wal")), "the rest")
            .expect("written");
        let refusal = target.finish(Some(&MasterKey::generate())).expect_err("refused");
        assert!(refusal.to_string().contains("is the disk full?"), "{refusal}");
        assert_eq!(
            fs::read_dir(root.path()).expect("there").count(),
            1,
            "nothing but the lock is left"
        );
    }

    #[test]
    fn leftovers_of_an_interrupted_restore_do_not_matter() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join(STAGE)).expect("made");
        fs::write(root.path().join(STAGE).join(DATABASE), "half").expect("written");
        fs::write(root.path().join(MASTER_KEY), "a key").expect("written");
        let data = DataDir::create(root.path()).expect("there");
        let refusal = data.check_whole().expect_err("refused").to_string();
        assert!(refusal.contains("haltere restore"), "{refusal}");
        let target = RestoreTarget::begin(root.path()).expect("begun");
        assert!(!target.database().exists());
    }
}
