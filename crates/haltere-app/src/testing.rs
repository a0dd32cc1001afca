//! An [`App`] for tests: on a database in a folder of its own, with a user for each role and cheap
//! password hashes. Behind the feature `testing`. Panics where something goes wrong.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use data_encoding::BASE32_NOPAD;
use haltere_core::{
    AuditChange, AuditEntry, Caller, ChangedValues, Clock, Origin, Role, Secret, Timestamp,
    UserName,
};
use haltere_link::LinkConfig;
use haltere_store::{AuditFilter, AuditRecord, Store};
use haltere_store_sqlite::SqliteStore;
use parking_lot::Mutex;
use tempfile::TempDir;

use crate::app::{App, AppSettings};
use crate::audit_sinks::{AuditSink, SinkAttempt, SinkError};
use crate::audit_trail::NumberedEntry;
use crate::connections::Transfer;
use crate::ctx::Ctx;
use crate::groups::Groups;
use crate::second_factor::code_at;
use crate::sessions::{LogIn, PasswordHashing};
use crate::users::{NewUser, Users};
use crate::vault::{MasterKey, Vault};

/// An [`App`] with five users, named after their role, with the password [`TestApp::PASSWORD`].
pub struct TestApp {
    pub app: App,
    /// Its store, for looking behind the scenes.
    pub store: Arc<dyn Store>,
    config: TestConfig,
    master_key: Secret<String>,
    folder: TempDir,
}

/// What a [`TestApp`] is started with.
#[derive(Clone)]
pub struct TestConfig {
    /// Cheap password hashes, otherwise the defaults.
    pub settings: AppSettings,
    pub link: LinkConfig,
    /// The real time.
    pub clock: Arc<dyn Clock>,
}

impl Default for TestConfig {
    fn default() -> Self {
        let mut settings = AppSettings::default();
        settings.sessions.hashing =
            PasswordHashing { memory_kib: 8, iterations: 1, parallelism: 1 };
        Self { settings, link: LinkConfig::default(), clock: Arc::new(SystemClock) }
    }
}

/// An audit sink that keeps what it is given, and fails when the test says so.
#[derive(Debug, Default)]
pub struct MemorySink {
    entries: Mutex<Vec<NumberedEntry>>,
    failure: Mutex<Option<&'static str>>,
    is_hanging: AtomicBool,
    target: Mutex<String>,
}

impl MemorySink {
    /// From now on it fails with this, or takes entries again.
    pub fn fail(&self, failure: Option<&'static str>) {
        *self.failure.lock() = failure;
    }

    /// From now on its attempts never end, or they do again.
    pub fn hang(&self, is_hanging: bool) {
        self.is_hanging.store(is_hanging, Ordering::Relaxed);
    }

    /// From now on it is another one.
    pub fn set_target(&self, target: &str) {
        target.clone_into(&mut self.target.lock());
    }

    /// What it was given.
    pub fn entries(&self) -> Vec<NumberedEntry> {
        self.entries.lock().clone()
    }

    /// The sequence numbers of what it was given.
    pub fn sequences(&self) -> Vec<i64> {
        self.entries.lock().iter().map(|entry| entry.sequence).collect()
    }

    async fn attempt(&self, entries: &[NumberedEntry]) -> Result<(), SinkError> {
        if self.is_hanging.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
        if let Some(failure) = *self.failure.lock() {
            return Err(failure.into());
        }
        self.entries.lock().extend_from_slice(entries);
        Ok(())
    }
}

impl AuditSink for MemorySink {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn task(&self) -> &'static str {
        "audit-memory"
    }

    fn target(&self) -> String {
        self.target.lock().clone()
    }

    fn deadline(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn open(&self) -> SinkAttempt<'_> {
        Box::pin(self.attempt(&[]))
    }

    fn deliver<'a>(&'a self, entries: &'a [NumberedEntry]) -> SinkAttempt<'a> {
        Box::pin(self.attempt(entries))
    }
}

/// The one-time password at a time, of a secret in base32.
pub fn one_time_password(secret: &str, at: Timestamp) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    code_at(&Secret::new(secret), at)
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

impl TestApp {
    /// The password of all users.
    pub const PASSWORD: &str = "correct horse battery staple";

    /// Starts on a new database.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts on a new database, configured otherwise.
    pub async fn start_with(change: impl FnOnce(&mut TestConfig)) -> Self {
        let mut config = TestConfig::default();
        change(&mut config);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let master_key = MasterKey::generate().to_text();
        let this = Self::open(folder, master_key, config).await;
        for role in Role::ALL {
            let name = Self::user(role);
            this.app
                .users()
                .add(&Ctx::system("test"), NewUser::new(&name, Self::PASSWORD, role))
                .await
                .expect("a new user");
        }
        this
    }

    async fn open(folder: TempDir, master_key: Secret<String>, config: TestConfig) -> Self {
        let (store, app) = launch(&folder, &master_key, &config).await;
        Self { app, store, config, master_key, folder }
    }

    /// The name of the user with `role`.
    pub fn user(role: Role) -> UserName {
        UserName::parse(role.as_str()).expect("role names are user names")
    }

    /// Where requests come from.
    pub fn origin() -> Origin {
        let address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Origin { address, request_id: "test-request".to_owned() }
    }

    /// A context for the user with `role`, without a session.
    pub fn ctx(&self, role: Role) -> Ctx {
        let caller = Caller { user: Self::user(role), roles: role.into(), session: None };
        Ctx::new(caller, Self::origin())
    }

    /// The same as its groups let the user see.
    pub fn ctx_in_groups(&self, role: Role) -> Ctx {
        let mut ctx = self.ctx(role);
        self.app.0.shared.fleet.follow_groups(&mut ctx.principal);
        ctx
    }

    /// Logs the user with `role` in; the session's token.
    pub async fn token(&self, role: Role) -> Secret<String> {
        let wish = LogIn {
            username: role.as_str().to_owned(),
            password: Self::PASSWORD.into(),
            code: None,
            origin: Self::origin(),
            user_agent: None,
        };
        self.app.sessions().log_in(wish).await.expect("the right password").token
    }

    /// The audit trail, newest first, as `actor action object outcome`.
    pub async fn audit(&self) -> Vec<String> {
        self.audit_where(|_| true).await
    }

    /// What the newest entry of the audit trail says of changes, as `field: before → after`.
    pub async fn newest_changes(&self) -> Vec<String> {
        let filter = AuditFilter { limit: 1, ..AuditFilter::default() };
        let mut read = self.store.read().await.expect("the store reads");
        let newest = read.audit().list(&filter).await.expect("the trail reads").remove(0);
        let line = |change: &AuditChange| match &change.values {
            ChangedValues::Shown { before, after } => {
                let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
                format!("{}: {} → {}", change.field, text(before), text(after))
            }
            ChangedValues::Withheld(it) => format!("{}: {}", change.field, it.as_str()),
        };
        newest.entry.changes.iter().map(line).collect()
    }

    /// What the audit trail says of one request, as [`Self::audit`] does.
    pub async fn audit_of(&self, request_id: &str) -> Vec<String> {
        self.audit_where(|entry| entry.request_id == request_id).await
    }

    async fn audit_where(&self, wanted: impl Fn(&AuditEntry) -> bool) -> Vec<String> {
        let mut read = self.store.read().await.expect("the store reads");
        let filter = AuditFilter { limit: 1000, ..AuditFilter::default() };
        let trail = read.audit().list(&filter).await.expect("the trail reads");
        let line = |record: AuditRecord| {
            let AuditEntry { actor, action, object, outcome, .. } = record.entry;
            format!("{actor} {} {object} {}", action.as_str(), outcome.as_str())
        };
        trail.into_iter().filter(|record| wanted(&record.entry)).map(line).collect()
    }

    /// Another process's hand on the same database.
    pub async fn users_of_another_process(&self) -> Users {
        let store = self.another_store().await;
        let hashing = self.config.settings.sessions.hashing;
        Users::new(store, Arc::clone(&self.config.clock), hashing)
    }

    /// The same for groups.
    pub async fn groups_of_another_process(&self) -> Groups {
        Groups::new(self.another_store().await, Arc::clone(&self.config.clock))
    }

    /// The vault of its store.
    pub async fn vault(&self) -> Vault {
        let key = MasterKey::parse(self.master_key.expose()).expect("just made");
        Vault::open(&*self.store, &key).await.expect("the vault opens")
    }

    /// Another process's hand on the connections in the same database.
    pub async fn transfer_of_another_process(&self) -> Transfer {
        let store = self.another_store().await;
        let key = MasterKey::parse(self.master_key.expose()).expect("just made");
        let vault = Vault::open(&*store, &key).await.expect("the vault opens");
        Transfer::on_store(store, vault, Arc::clone(&self.config.clock), &self.config.settings)
    }

    /// The same database, opened once more.
    pub async fn another_store(&self) -> Arc<dyn Store> {
        open_store(&self.folder).await
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        database(&self.folder)
    }

    /// Shuts down and starts again on the same database, configured otherwise.
    pub async fn restart_with(mut self, change: impl FnOnce(&mut TestConfig)) -> Self {
        change(&mut self.config);
        self.restart().await
    }

    /// Shuts down and starts again on the same database.
    pub async fn restart(self) -> Self {
        self.restart_after(async || {}).await
    }

    /// Shuts down, does something while nothing runs, and starts again on the same database.
    pub async fn restart_after(mut self, meanwhile: impl AsyncFnOnce()) -> Self {
        self.app.shutdown().await;
        meanwhile().await;
        (self.store, self.app) = launch(&self.folder, &self.master_key, &self.config).await;
        self
    }

    /// Shuts down.
    pub async fn shutdown(self) {
        self.app.shutdown().await;
    }
}

/// A [`Transfer`] on a database in a folder of its own: imported connections are stored and not dialled.
pub struct TestTransfer {
    pub transfer: Transfer,
    _folder: TempDir,
}

impl TestTransfer {
    /// On a new database, with the default settings.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open_store(&folder).await;
        let vault = Vault::open(&*store, &MasterKey::generate()).await.expect("the vault opens");
        let (clock, settings) = (Arc::new(SystemClock), AppSettings::default());
        Self { transfer: Transfer::on_store(store, vault, clock, &settings), _folder: folder }
    }
}

async fn launch(
    folder: &TempDir,
    master_key: &Secret<String>,
    config: &TestConfig,
) -> (Arc<dyn Store>, App) {
    let store = open_store(folder).await;
    let key = MasterKey::parse(master_key.expose()).expect("just made");
    let vault = Vault::open(&*store, &key).await.expect("the vault opens");
    let TestConfig { settings, link, clock } = config.clone();
    let app = App::start(Arc::clone(&store), vault, clock, link, settings).await;
    (store, app.expect("haltere starts"))
}

async fn open_store(folder: &TempDir) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&database(folder)).await.expect("the database opens"))
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("haltere.db")
}
