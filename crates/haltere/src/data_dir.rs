//! The data folder: who may look into it, who is using it, and the master key inside.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use haltere_app::vault::MasterKey;
use haltere_store::DatabaseContents;

use crate::database_lock::{self, DatabaseLock};
use crate::{atomic_file, plain_file};

/// The database.
pub(crate) const DATABASE: &str = "haltere.db";
/// Held by the server, and holds its process id.
pub(crate) const LOCK: &str = "haltere.lock";
/// The second line of the lock file once there has been a database.
const HAD_DATABASE: &str = "has a database";
/// Held while the vault's keys are used or changed.
pub(crate) const KEYS_LOCK: &str = "keys.lock";
/// The master key, unless it is configured.
pub(crate) const MASTER_KEY: &str = "master.key";
/// The longest master key file, in bytes.
const MAX_KEY_BYTES: u64 = 4_096;
/// The longest content of the lock that is looked at: a process id.
const MAX_LOCK_BYTES: u64 = 64;
/// How long a command waits for a first start to finish: creating the schema and hashing a password, on a slow disk.
pub(crate) const FIRST_START: Duration = Duration::from_secs(10);
/// How often it looks.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Where a backup is unpacked before it becomes the database.
pub(crate) const STAGE: &str = "restoring";

/// The folder where everything is kept.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(PathBuf);

/// Held while the vault's keys are being changed, or used without a server: what is sealed with a data
/// key that was replaced meanwhile could never be opened.
#[derive(Debug)]
pub(crate) struct KeyLock {
    _file: File,
}

/// Held by the one server on a data folder. The kernel lets go of it when the process ends, however it ends.
///
/// It is on the database's file, which may be reached through another folder; on the folder, which can't be removed
/// and made again while the database stays where it is; and on a file inside: that is where people and older
/// versions look.
#[derive(Debug)]
pub(crate) struct ServerLock {
    /// Given back before that of the folder.
    database: Option<DatabaseLock>,
    _folder: File,
    file: File,
    /// A server has worked with a database in this folder.
    had_database: bool,
}

impl ServerLock {
    /// Makes sure that no server works with the database through another folder. Before SQLite opens it, and once
    /// more when it was made.
    pub(crate) fn hold_database(&mut self, data: &DataDir) -> anyhow::Result<()> {
        let path = data.database();
        database_lock::check(&path)?;
        if self.database.is_none() && path.exists() {
            self.database = Some(DatabaseLock::take(&path)?);
        }
        Ok(())
    }

    /// Notes that there is a database in this folder: a start that finds none will know that one is missing.
    pub(crate) fn remember_database(&mut self) -> anyhow::Result<()> {
        if !self.had_database {
            writeln!(self.file, "{HAD_DATABASE}").context("failed to write to the lock")?;
            self.had_database = true;
        }
        Ok(())
    }
}

impl DataDir {
    /// Makes the folder when it is missing, for this user only.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(|| format!("failed to create the data folder {}", path.display()))?;
        }
        Ok(Self(path.to_owned()))
    }

    /// The existing folder, for commands that work on what a server has made. Waits for the database if a server is just
    /// starting in the folder.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let deadline = Instant::now() + FIRST_START;
        let is_missing = || !path.join(DATABASE).is_file() && path.join(LOCK).exists();
        while is_missing() && is_served(path)? && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
        if !path.join(DATABASE).is_file() {
            bail!(
                "there is no haltere database in {}; start `haltere serve` once, or name the folder with --data-dir",
                path.display()
            );
        }
        let data = Self(path.to_owned());
        database_lock::check(&data.database())?;
        database_lock::check_server(&data.database(), || is_served(path))?;
        Ok(data)
    }

    /// Whether a server uses the folder.
    pub(crate) fn is_served(&self) -> io::Result<bool> {
        is_served(&self.0)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where a backup is unpacked.
    pub(crate) fn stage(&self) -> PathBuf {
        self.0.join(STAGE)
    }

    /// Where the master key is, unless it is configured.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        self.0.join(MASTER_KEY)
    }

    /// Refuses to start with an empty database where a restore was cut short, and tidies up after a complete
    /// one. Only under the lock.
    pub(crate) fn check_whole(&self) -> anyhow::Result<()> {
        let stage = self.stage();
        if !stage.exists() {
            return Ok(());
        }
        if !self.database().exists() {
            bail!(
                "a restore into {} was cut short; run `haltere restore` again, or remove {} to begin with nothing",
                self.0.display(),
                stage.display()
            );
        }
        fs::remove_dir_all(&stage).with_context(|| format!("failed to remove {}", stage.display()))
    }

    /// Refuses to begin with an empty database where there was one: it may have been removed by mistake, or its
    /// disk is not mounted, and a new one would come with a new first administrator. A file without haltere's
    /// tables is no database of haltere. `fresh` begins with an empty one all the same, but never adds to the
    /// database of another program. Only under the lock.
    pub(crate) fn check_installed(
        &self,
        lock: &ServerLock,
        contents: DatabaseContents,
        fresh: bool,
    ) -> anyhow::Result<()> {
        let folder = self.0.display();
        let fault = match contents {
            DatabaseContents::Haltere => return Ok(()),
            DatabaseContents::Missing => "is missing",
            DatabaseContents::Nothing => "has no tables",
            DatabaseContents::Foreign => bail!(
                "{DATABASE} in {folder} is a database, but not one of haltere, which adds nothing to it: put the right one back, restore a backup with `haltere restore`, or name another folder with --data-dir"
            ),
        };
        if fresh {
            return Ok(());
        }
        let Some(sign) = self.sign_of_database(lock) else { return Ok(()) };
        bail!(
            "there was a database in {folder}, as {sign} shows, and {DATABASE} {fault}: put it back, mount its disk, or restore a backup with `haltere restore`; `haltere serve --fresh` begins with an empty one"
        );
    }

    /// The evidence that there was a database in the folder.
    fn sign_of_database(&self, lock: &ServerLock) -> Option<&'static str> {
        // A first start that is cut short leaves a log as well, but never together with an empty file.
        let is_begun = fs::metadata(self.database()).is_ok_and(|facts| facts.len() > 0);
        let files: &[_] = if is_begun {
            &[MASTER_KEY]
        } else {
            &["haltere.db-wal", "haltere.db-shm", MASTER_KEY]
        };
        let is_there = |name: &&&str| fs::symlink_metadata(self.0.join(name)).is_ok();
        files.iter().find(is_there).copied().or(lock.had_database.then_some(LOCK))
    }

    /// Locks the keys exclusively, to change them: no other command changes or uses them meanwhile.
    pub(crate) fn lock_keys(&self) -> anyhow::Result<KeyLock> {
        self.key_lock(File::try_lock, "another haltere command works with the keys of")
    }

    /// Locks the keys shared, to use them while a server may run: no command changes them meanwhile.
    pub(crate) fn hold_keys(&self) -> anyhow::Result<KeyLock> {
        self.key_lock(File::try_lock_shared, "`haltere secrets rotate` is changing the keys of")
    }

    fn key_lock(
        &self,
        lock: fn(&File) -> Result<(), TryLockError>,
        why_not: &str,
    ) -> anyhow::Result<KeyLock> {
        let path = self.0.join(KEYS_LOCK);
        let describe = || format!("failed to lock {}", path.display());
        let file = self.lock_file(&path).with_context(describe)?;
        match lock(&file) {
            Ok(()) => Ok(KeyLock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("{why_not} {}; try again when it has ended", self.0.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(describe),
        }
    }

    /// The database's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Makes sure that this is the only server on the folder.
    pub(crate) fn lock(&self) -> anyhow::Result<ServerLock> {
        self.server_lock(|owner| {
            anyhow!(
                "another haltere (process {owner}) is serving the data folder {}; stop it first, or choose another folder with --data-dir",
                self.0.display()
            )
        })
    }

    /// Makes sure that there is no server, for a command that is about to bring the database forward.
    /// A server of this version would have done that.
    pub(crate) fn lock_to_migrate(&self) -> anyhow::Result<ServerLock> {
        self.server_lock(|owner| {
            anyhow!(
                "a haltere of an older version (process {owner}) is serving the data folder {}, and this command would change the database under it; stop it first, or use the haltere it was started from",
                self.0.display()
            )
        })
    }

    fn server_lock(
        &self,
        is_taken: impl FnOnce(&str) -> anyhow::Error,
    ) -> anyhow::Result<ServerLock> {
        let path = self.0.join(LOCK);
        let describe = || format!("failed to lock {}", path.display());
        let folder = File::open(&self.0).with_context(describe)?;
        let is_free = try_lock(&folder).with_context(describe)?;
        if !is_free {
            return Err(is_taken(&owner(&path)));
        }
        let mut file = self.lock_file(&path).with_context(describe)?;
        if !try_lock(&file).with_context(describe)? {
            return Err(is_taken(&owner(&path)));
        }
        let content = plain_file::read_text(&path, MAX_LOCK_BYTES).unwrap_or_default();
        let had_database = content.lines().nth(1) == Some(HAD_DATABASE);
        file.set_len(0).with_context(describe)?;
        file.rewind().with_context(describe)?;
        writeln!(file, "{}", process::id()).with_context(describe)?;
        if had_database {
            writeln!(file, "{HAD_DATABASE}").with_context(describe)?;
        }
        Ok(ServerLock { database: None, _folder: folder, file, had_database })
    }

    /// Opens a file to be locked, and makes it when it is missing. A link is not followed, and no other kind of
    /// file is accepted: a user who can write into the folder must not choose what we write to.
    fn lock_file(&self, path: &Path) -> anyhow::Result<File> {
        if let Ok(facts) = fs::symlink_metadata(path) {
            plain_file::check(&facts)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path)?;
        let facts = file.metadata()?;
        plain_file::check(&facts)?;
        if facts.nlink() > 1 {
            bail!("it has another name somewhere else; remove it");
        }
        atomic_file::give_to_owner_of(&self.0, &file)?;
        Ok(file)
    }

    /// The master key in a folder that need not be there.
    pub(crate) fn peek_master_key(path: &Path) -> anyhow::Result<Option<MasterKey>> {
        let data = Self(path.to_owned());
        if data.master_key_file().exists() { data.master_key().map(Some) } else { Ok(None) }
    }

    /// The master key in the folder.
    pub(crate) fn master_key(&self) -> anyhow::Result<MasterKey> {
        let path = self.master_key_file();
        if !self.has_master_key() {
            bail!(
                "the master key is missing: {} was made with one, and {} is gone; put the file back, or set HALTERE_MASTER_KEY",
                self.database().display(),
                path.display()
            );
        }
        let text = plain_file::read_text(&path, MAX_KEY_BYTES)
            .with_context(|| format!("failed to read the master key file {}", path.display()))?;
        MasterKey::parse(&text).with_context(|| path.display().to_string())
    }

    /// Whether the master key is in the folder.
    pub(crate) fn has_master_key(&self) -> bool {
        self.master_key_file().exists()
    }

    /// Makes a master key and keeps it in the folder. For a database in which nothing was sealed yet.
    pub(crate) fn new_master_key(&self) -> anyhow::Result<MasterKey> {
        let key = MasterKey::generate();
        self.write_master_key(&key)?;
        Ok(key)
    }

    /// Keeps the master key in the folder, where it replaces an earlier one: a database without its key would be
    /// worthless.
    pub(crate) fn write_master_key(&self, key: &MasterKey) -> anyhow::Result<()> {
        let path = self.master_key_file();
        atomic_file::write(&path, key.to_text().expose())
            .with_context(|| format!("failed to write the master key file {}", path.display()))
    }
}

/// A warning for the administrator when others can read the file with the master key.
pub(crate) fn exposed_master_key(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        let path = path.display();
        format!(
            "other users can read the master key: {path} has mode {mode:o}; run chmod 600 {path}"
        )
    })
}

/// Whether the lock was free, and is ours now.
fn is_served(path: &Path) -> io::Result<bool> {
    database_lock::is_locked(&File::open(path)?)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whose lock it is. Only for the message: without it, it is less helpful and no less true.
fn owner(path: &Path) -> String {
    let text = plain_file::read_text(path, MAX_LOCK_BYTES).unwrap_or_default();
    let id = text.lines().next().unwrap_or_default().trim();
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { id.to_owned() } else { "unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn folder_lock_and_key_are_for_this_user_only() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("a/b");
        let data = DataDir::create(&path).expect("created");
        let _lock = data.lock().expect("locked");
        data.new_master_key().expect("made");
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(LOCK)), 0o600);
        assert_eq!(mode(&path.join(MASTER_KEY)), 0o600);
    }

    #[test]
    fn a_second_server_is_refused_and_the_error_names_the_first() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let lock = data.lock().expect("locked");
        let refusal = data.lock().expect_err("refused").to_string();
        assert!(refusal.contains(&format!("process {}", process::id())), "{refusal}");
        drop(lock);
        data.lock().expect("free again");
    }

    #[test]
    fn a_removed_or_replaced_lock_file_lets_no_second_server_in() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let lock = data.lock().expect("locked");
        for replace in [false, true] {
            fs::remove_file(root.path().join(LOCK)).expect("removed");
            if replace {
                fs::write(root.path().join(LOCK), "\x1b[2J\n").expect("written");
            }
            let refusal = data.lock().expect_err("refused").to_string();
            assert!(refusal.contains("process unknown"), "{refusal}");
            assert_eq!(root.path().join(LOCK).exists(), replace, "nothing was made or changed");
            fs::write(root.path().join(LOCK), "").expect("written");
        }
        let _keys = data.hold_keys().expect("the keys can be used while a server runs");
        drop(lock);
        data.lock().expect("free again");
    }

    #[test]
    fn a_server_of_an_older_version_is_noticed() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        // It locks nothing but the file.
        let older = File::create(root.path().join(LOCK)).expect("made");
        older.lock().expect("locked");
        fs::write(root.path().join(LOCK), "4711\n").expect("written");
        let refusal = data.lock().expect_err("refused").to_string();
        assert!(refusal.contains("process 4711"), "{refusal}");
    }

    #[test]
    fn a_lock_file_that_leads_elsewhere_is_not_followed() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(&root.path().join("data")).expect("there");
        let precious = root.path().join("precious");
        fs::write(&precious, "content").expect("written");
        for name in [LOCK, KEYS_LOCK] {
            let path = data.path().join(name);
            let lock = || match name {
                LOCK => data.lock().map(drop),
                _ => data.lock_keys().map(drop),
            };
            let refused = |why: &str| {
                let refusal = format!("{:#}", lock().expect_err("refused"));
                assert!(refusal.contains(name) && refusal.contains(why), "{refusal}");
                fs::remove_file(&path).expect("removed");
            };
            symlink(&precious, &path).expect("made");
            refused("a symbolic link");
            symlink(root.path().join("missing"), &path).expect("made");
            refused("a symbolic link");
            fs::hard_link(&precious, &path).expect("made");
            refused("another name");
            rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).expect("made");
            refused("named pipe");
            lock().expect("nothing in the way");
        }
        assert_eq!(fs::read_to_string(&precious).expect("there"), "content");
        assert!(!root.path().join("missing").exists());
    }

    #[test]
    fn a_key_others_can_read_is_reported_and_a_pipe_is_refused_at_once() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        data.new_master_key().expect("made");
        let path = data.master_key_file();
        assert_eq!(exposed_master_key(&path), None);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        let warning = exposed_master_key(&path).expect("reported");
        assert!(warning.contains("mode 644") && warning.contains("chmod 600"), "{warning}");

        fs::remove_file(&path).expect("removed");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).expect("made");
        let refusal = format!("{:#}", data.master_key().expect_err("refused"));
        assert!(refusal.contains("master.key") && refusal.contains("named pipe"), "{refusal}");
    }

    #[test]
    fn the_key_stays_the_same_and_a_missing_one_is_reported() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let key = data.new_master_key().expect("made").to_text();
        assert_eq!(data.master_key().expect("read").to_text(), key);
        fs::remove_file(root.path().join(MASTER_KEY)).expect("removed");
        let refusal = data.master_key().expect_err("refused").to_string();
        assert!(refusal.contains("the master key is missing"), "{refusal}");
    }

    #[test]
    fn a_missing_database_differs_from_one_that_never_was() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        // A start that failed early has left the lock behind.
        drop(data.lock().expect("locked"));
        let none = DatabaseContents::Missing;
        data.check_installed(&data.lock().expect("locked"), none, false).expect("a first start");
        data.lock().expect("locked").remember_database().expect("written");
        let mut lock = data.lock().expect("remembered over starts");
        let refused = |lock: &ServerLock, sign: &str| {
            for contents in [DatabaseContents::Missing, DatabaseContents::Nothing] {
                let refusal =
                    data.check_installed(lock, contents, false).expect_err("refused").to_string();
                assert!(refusal.contains(sign) && refusal.contains("--fresh"), "{refusal}");
            }
        };
        refused(&lock, LOCK);
        data.check_installed(&lock, DatabaseContents::Missing, true).expect("forced");
        lock.remember_database().expect("nothing to write");
        data.check_installed(&lock, DatabaseContents::Haltere, false).expect("it is there");

        for sign in [MASTER_KEY, "haltere.db-wal"] {
            let root = tempfile::tempdir().expect("a folder");
            let data = DataDir::create(root.path()).expect("there");
            fs::write(root.path().join(sign), "").expect("written");
            let lock = data.lock().expect("locked");
            let refusal = data.check_installed(&lock, none, false).expect_err("refused");
            assert!(refusal.to_string().contains(sign), "{refusal}");
            fs::write(data.database(), "").expect("written");
            let refusal =
                data.check_installed(&lock, DatabaseContents::Nothing, false).expect_err("refused");
            assert!(refusal.to_string().contains(sign), "{refusal}");
        }
    }

    #[test]
    fn a_first_start_that_was_cut_short_goes_on_and_no_other_database_is_taken() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let lock = data.lock().expect("locked");
        fs::write(data.database(), "").expect("written");
        data.check_installed(&lock, DatabaseContents::Nothing, false)
            .expect("before the first page");
        fs::write(data.database(), "a header").expect("written");
        fs::write(root.path().join("haltere.db-wal"), "a step").expect("written");
        data.check_installed(&lock, DatabaseContents::Nothing, false)
            .expect("before the first step");
        for fresh in [false, true] {
            let refused = data.check_installed(&lock, DatabaseContents::Foreign, fresh);
            let refusal = refused.expect_err("refused").to_string();
            assert!(refusal.contains("haltere.db") && refusal.contains("not one of"), "{refusal}");
        }
    }

    #[test]
    fn a_half_written_key_of_an_earlier_start_is_no_obstacle() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("master.new"), "half").expect("written");
        let data = DataDir::create(root.path()).expect("there");
        data.new_master_key().expect("made");
        assert!(!root.path().join("master.new").exists());
    }

    #[test]
    fn commands_say_what_is_missing_in_the_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let refusal = DataDir::open(root.path()).expect_err("refused").to_string();
        assert!(refusal.contains("haltere serve") && refusal.contains("--data-dir"), "{refusal}");
    }
}
