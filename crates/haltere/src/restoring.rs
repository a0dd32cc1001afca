//! A data folder that is being filled from a backup: empty until the last step, complete after it.
//!
//! Everything is made ready in a folder inside, because nothing says that we may make one beside it.
//! The last step is the renaming of the database; the master key has come before, and one that is
//! there without a database is no obstacle to beginning again.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use haltere_app::vault::MasterKey;

use crate::data_dir::{DATABASE, DataDir, KEYS_LOCK, LOCK, MASTER_KEY, STAGE, ServerLock};
use crate::durable;

/// What may be in an empty data folder: what an earlier try has left, a master key that was put there
/// for us, and what file systems put into theirs.
const NOTHING: [&str; 6] = [LOCK, KEYS_LOCK, MASTER_KEY, "master.new", STAGE, "lost+found"];

/// SQLite's log beside the database.
const WAL: &str = "haltere.db-wal";

/// The folder, taken. Dropped before [`Restoring::finish`], it is as empty as it was.
#[derive(Debug)]
pub(crate) struct Restoring {
    data: DataDir,
    stage: PathBuf,
    _lock: ServerLock,
}

/// Refuses a folder in which there is something. Changes nothing.
pub(crate) fn check_empty(folder: &Path) -> anyhow::Result<()> {
    let describe = || format!("failed to look into {}", folder.display());
    if folder.join(DATABASE).exists() {
        // Says so when a server is running there.
        DataDir::create(folder)?.lock()?;
        bail!(not_empty(folder, DATABASE));
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(describe)?,
    };
    for entry in entries {
        let name = entry.with_context(describe)?.file_name();
        if !NOTHING.iter().any(|known| name == *known) {
            bail!(not_empty(folder, &name.to_string_lossy()));
        }
    }
    Ok(())
}

impl Restoring {
    /// Takes the folder, and makes it when it is missing.
    pub(crate) fn begin(folder: &Path) -> anyhow::Result<Self> {
        let data = DataDir::create(folder)?;
        let lock = data.lock()?;
        // Once more, now that nobody else can begin.
        if data.database().exists() {
            bail!(not_empty(folder, DATABASE));
        }
        let stage = data.stage();
        let describe = || format!("failed to prepare {}", stage.display());
        remove(&stage).with_context(describe)?;
        DirBuilder::new().mode(0o700).create(&stage).with_context(describe)?;
        Ok(Self { data, stage, _lock: lock })
    }

    /// Where the database is made ready.
    pub(crate) fn database(&self) -> PathBuf {
        self.stage.join(DATABASE)
    }

    /// The last step. The master key is written when it is to be kept in the folder.
    pub(crate) fn finish(self, master_key: Option<&MasterKey>) -> anyhow::Result<()> {
        // SQLite folds its log into the database when it is closed, and says nothing when it can't: on a
        // full disk, say. Without the log, the database would lack what was done to make it ready.
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
        durable::give_to_owner_of(self.data.path(), &database).with_context(describe)?;
        database.sync_all().with_context(describe)?;
        durable::rename(&self.database(), &self.data.database()).with_context(describe)
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        // What is left is recognised the next time, and by the server.
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
    fn a_folder_with_something_in_it_is_refused_naming_it() {
        let root = tempfile::tempdir().expect("a folder");
        check_empty(root.path()).expect("empty");
        check_empty(&root.path().join("missing")).expect("missing");
        for name in NOTHING {
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
    fn given_up_it_is_empty_and_finished_it_is_complete() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let begin = || {
            let restoring = Restoring::begin(root.path()).expect("begun");
            fs::write(restoring.database(), "a database").expect("written");
            restoring
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
    fn a_database_without_all_of_its_content_is_not_put_in_place() {
        let root = tempfile::tempdir().expect("a folder");
        let restoring = Restoring::begin(root.path()).expect("begun");
        fs::write(restoring.database(), "a database").expect("written");
        fs::write(root.path().join(STAGE).join(format!("{DATABASE}-wal")), "the rest")
            .expect("written");
        let refusal = restoring.finish(Some(&MasterKey::generate())).expect_err("refused");
        assert!(refusal.to_string().contains("is the disk full?"), "{refusal}");
        assert_eq!(
            fs::read_dir(root.path()).expect("there").count(),
            1,
            "nothing but the lock is left"
        );
    }

    #[test]
    fn what_a_cut_short_try_has_left_is_no_obstacle() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join(STAGE)).expect("made");
        fs::write(root.path().join(STAGE).join(DATABASE), "half").expect("written");
        fs::write(root.path().join(MASTER_KEY), "a key").expect("written");
        let data = DataDir::create(root.path()).expect("there");
        let refusal = data.check_whole().expect_err("refused").to_string();
        assert!(refusal.contains("haltere restore"), "{refusal}");
        let restoring = Restoring::begin(root.path()).expect("begun");
        assert!(!restoring.database().exists());
    }
}
