//! Where concrete things are put together: the only place that names a database, and the only one
//! where settings become the parts of the application.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::Router;
use haltere_api::{ApiLimits, ApiOptions, TrustedHeaders, TrustedProxies};
use haltere_app::audit_trail::{AuditTrail, Retention};
use haltere_app::backups::Backups;
use haltere_app::connections::Transfer;
use haltere_app::groups::Groups;
use haltere_app::sessions::{PasswordHashing, SessionBounds, SessionSettings, ThrottleSettings};
use haltere_app::sign_on::SignOnSettings;
use haltere_app::tokens::{TokenSettings, Tokens};
use haltere_app::users::Users;
use haltere_app::vault::{Keyring, MasterKey, Vault};
use haltere_app::{App, AppSettings, AuditSettings, Ctx, SecretsPolicy};
use haltere_link::{Backoff, EgressPolicy, LinkConfig};
use haltere_store::{DatabaseContents, Store, Transactions};
pub(crate) use haltere_store_sqlite::SqliteBackup as BackupFile;
use haltere_store_sqlite::SqliteStore;
use tokio::time::sleep;

use crate::audit_sinks;
use crate::clock::SystemClock;
use crate::config::{Data, Secrets, Server, Settings};
use crate::console;
use crate::data_dir::{DataDir, FIRST_START, POLL_INTERVAL};
use crate::http::{HttpLimits, SlotLimits, SlotPool};
use crate::plain_file;
use crate::tls::{self, Tls};

/// How long a start looks for damage in the database: some gigabytes, on a disk that is not slow.
const LOOK_FOR_DAMAGE: Duration = Duration::from_secs(5);

/// Makes the database's file when there is none, so that it can be locked before it is opened.
pub(crate) fn make_database(data: &DataDir) -> anyhow::Result<()> {
    let path = data.database();
    SqliteStore::create(&path)
        .with_context(|| format!("failed to create the database {}", path.display()))
}

/// The store in the data folder, migrated to what this binary knows, and looked at for damage. For the server,
/// under its lock.
pub(crate) async fn store(data: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    let path = data.database();
    let store = open(&path).await?;
    store
        .look_for_damage(LOOK_FOR_DAMAGE)
        .await
        .with_context(|| format!("failed to look for damage in {}", path.display()))?;
    Ok(Arc::new(store))
}

/// What is in the file that has the database's name.
pub(crate) async fn contents(data: &DataDir) -> anyhow::Result<DatabaseContents> {
    let path = data.database();
    let describe = || format!("failed to look into the database {}", path.display());
    match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(DatabaseContents::Missing),
        facts => plain_file::check(&facts.with_context(describe)?).with_context(describe)?,
    }
    SqliteStore::contents(&path).await.with_context(describe)
}

/// Refuses a folder whose database is not one of haltere. For commands, before they touch anything else in it.
///
/// A first start makes schema, master key and administrator one after the other. A command that comes in between waits
/// for it: it would find no key, or add a user before the administrator.
pub(crate) async fn check_database(data: &DataDir) -> anyhow::Result<()> {
    let deadline = Instant::now() + FIRST_START;
    while !is_set_up(data).await? && data.is_served()? && Instant::now() < deadline {
        sleep(POLL_INTERVAL).await;
    }
    if contents(data).await? != DatabaseContents::Haltere {
        bail!(
            "{} is not a database of haltere: put the right one back, or restore a backup with `haltere restore`",
            data.database().display()
        );
    }
    Ok(())
}

async fn is_set_up(data: &DataDir) -> anyhow::Result<bool> {
    // A file that can't be read is no sign of a start.
    Ok(contents(data).await? == DatabaseContents::Haltere
        && SqliteStore::has_users(&data.database()).await.unwrap_or(true))
}

/// The same for a command, which may run while a server does: the schema of an older running server is not
/// migrated.
pub(crate) async fn store_for_command(data: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    let path = data.database();
    check_database(data).await?;
    let is_behind = SqliteStore::is_behind(&path)
        .await
        .with_context(|| format!("failed to look into the database {}", path.display()))?;
    // No server of any version can begin while this is done.
    let _lock = if is_behind { Some(data.lock_to_migrate()?) } else { None };
    store_at(&path).await
}

/// The store in a file.
pub(crate) async fn store_at(path: &Path) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(open(path).await?))
}

async fn open(path: &Path) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(path)
        .await
        .with_context(|| format!("failed to open the database {}", path.display()))
}

/// The users in the store.
pub(crate) fn users(store: Arc<dyn Transactions>) -> Users {
    Users::new(store, Arc::new(SystemClock), PasswordHashing::default())
}

/// The groups in the store.
pub(crate) fn groups(store: Arc<dyn Transactions>) -> Groups {
    Groups::new(store, Arc::new(SystemClock))
}

/// The tokens in the store.
pub(crate) fn tokens(settings: &Settings, store: Arc<dyn Transactions>) -> Tokens {
    Tokens::new(store, Arc::new(SystemClock), token_settings(settings))
}

/// What moves connections in and out of the store.
pub(crate) async fn transfer(
    settings: &Settings,
    store: Arc<dyn Store>,
    master_key: MasterKey,
) -> anyhow::Result<Transfer> {
    let vault = Vault::open(&*store, &master_key).await.context("failed to open the vault")?;
    Ok(Transfer::on_store(store, vault, Arc::new(SystemClock), &app_settings(settings)))
}

/// Backups of the store.
pub(crate) fn backups(store: &Arc<dyn Store>) -> Backups {
    Backups::new(Arc::clone(store), Arc::new(SystemClock))
}

/// The audit trail in the store.
pub(crate) fn audit_trail(store: &Arc<dyn Store>) -> AuditTrail {
    AuditTrail::new(Arc::<dyn Store>::clone(store), Arc::new(SystemClock))
}

/// The keys of the store's vault.
pub(crate) fn keyring(store: &Arc<dyn Store>) -> Keyring {
    Keyring::new(Arc::<dyn Store>::clone(store), Arc::new(SystemClock))
}

/// The master key for a start: generated if it is missing and nothing was sealed yet. The database is created
/// first, so that a key without a database means that the database is gone.
pub(crate) async fn master_key_for_start(
    settings: &Data,
    data: &DataDir,
    store: &Arc<dyn Store>,
) -> anyhow::Result<MasterKey> {
    let is_new = !data.has_master_key() && settings.master_key.is_none();
    if is_new && !keyring(store).is_sealed().await.context("failed to look for sealed secrets")? {
        return data.new_master_key();
    }
    master_key(settings, data)
}

/// The master key that was configured, else the one in the data folder.
pub(crate) fn master_key(settings: &Data, data: &DataDir) -> anyhow::Result<MasterKey> {
    match &settings.master_key {
        Some(text) => MasterKey::parse(text.expose()).context("data.master_key"),
        None => data.master_key(),
    }
}

/// The application, reading what is stored and keeping the links, so many at once. Where it is `listening` is
/// not dialled.
pub(crate) async fn app(
    settings: &Settings,
    store: Arc<dyn Store>,
    master_key: MasterKey,
    listening: &[SocketAddr],
    links_at_once: usize,
) -> anyhow::Result<App> {
    let vault = Vault::open(&*store, &master_key).await.context("failed to open the vault")?;
    settle_on(&master_key, &store).await;
    let link = LinkConfig { links_at_once, ..link_config(settings, listening) };
    let app_settings = AppSettings {
        audit_sinks: audit_sinks::configured(settings, &link)?,
        ..server_settings(settings)?
    };
    let app = App::start(store, vault, Arc::new(SystemClock), link, app_settings).await;
    app.context("failed to start")
}

/// Ends a change of the master key that was waiting for a start with the new one. That it could not be
/// ended is no reason not to start: the next start tries again.
async fn settle_on(master_key: &MasterKey, store: &Arc<dyn Store>) {
    if store.trouble().is_some() {
        // The log knows, and nothing can be changed.
        return;
    }
    match keyring(store).settle(&Ctx::system("start"), master_key).await {
        Ok(true) => tracing::info!(key = %master_key.id(), "the master key was changed"),
        Ok(false) => {}
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the old master key could not be dropped, and still opens the vault"
        ),
    }
}

/// The HTTP API on top of the application.
pub(crate) fn router(app: &App, settings: &Settings) -> anyhow::Result<Router> {
    let Settings { server, limits, .. } = settings;
    let options = ApiOptions {
        secure: server.secure,
        hsts: server.hsts,
        base: server.base_path.clone(),
        proxies: TrustedProxies::new(
            server.trusted_proxies.clone(),
            server.forwarded_header.into(),
        ),
        trusted_headers: TrustedHeaders::new(
            settings.sign_on.header.proxies.clone(),
            &settings.sign_on.header.user,
            &settings.sign_on.header.groups,
        )?,
        cors_origins: server.cors_origins.clone().into(),
        console: console::files(),
        limits: ApiLimits {
            body_memory: server.max_body_memory.bytes(),
            response_memory: server.max_response_memory.bytes(),
            login_slots: slot_limits(server).logins(),
            streams: limits.streams(),
            imports: limits.imports(),
            import_rate: limits.import_rate.bytes(),
        },
    };
    Ok(haltere_api::router(app.clone(), options))
}

/// Our own TLS, where it is configured, and what looks after its certificate.
pub(crate) fn tls(server: &Server) -> anyhow::Result<Option<(Tls, tls::CertificateWatch)>> {
    let files = server.tls_cert.clone().zip(server.tls_key.clone());
    let open = |(cert, key)| Tls::open(cert, key, server.max_connections, Arc::new(SystemClock));
    files.map(open).transpose()
}

/// Limits on what clients of the HTTP server can use.
pub(crate) fn limits(server: &Server) -> HttpLimits {
    HttpLimits {
        slots: SlotPool::new(slot_limits(server), server.trusted_proxies.clone()),
        header_timeout: server.header_timeout.as_duration(),
        write_timeout: server.write_timeout.as_duration(),
    }
}

/// How many HTTP connections there may be.
fn slot_limits(server: &Server) -> SlotLimits {
    SlotLimits::new(server.max_connections, server.max_connections_per_address)
}

/// With what only a server needs.
fn server_settings(settings: &Settings) -> anyhow::Result<AppSettings> {
    let sign_on = SignOnSettings {
        local_login: settings.sign_on.local_login,
        oidc: settings.sign_on.oidc()?,
        header: settings.sign_on.header(),
    };
    Ok(AppSettings { sign_on, ..app_settings(settings) })
}

fn app_settings(settings: &Settings) -> AppSettings {
    let limits = &settings.limits;
    AppSettings {
        connections_max: u64::from(settings.connections.max),
        material_budget: settings.connections.material_budget.bytes() as u64,
        secrets: match settings.connections.secrets {
            Secrets::Readable => SecretsPolicy::Readable,
            Secrets::WriteOnly => SecretsPolicy::WriteOnly,
        },
        plugins: settings.plugins.disabled.iter().map(|plugin| (*plugin, false)).collect(),
        sessions: SessionSettings {
            idle: settings.sessions.idle.as_duration(),
            absolute: settings.sessions.absolute.as_duration(),
            bounds: SessionBounds { all: limits.sessions, user: limits.sessions_per_user },
            password_checks: limits.password_checks,
            throttle: ThrottleSettings {
                account_burst: limits.failed_logins_per_user,
                address_burst: limits.failed_logins_per_address,
                ..ThrottleSettings::default()
            },
            hashing: PasswordHashing::default(),
            local_login: settings.sign_on.local_login,
            second_factor_for: settings.login.second_factor.required_for,
        },
        tokens: token_settings(settings),
        tests: limits.tests(),
        audit: AuditSettings {
            refusals_per_minute: limits.refusals_per_minute,
            actions_per_hour: limits.audited_actions_per_hour,
            retention: Retention {
                age: Duration::from_hours(24 * u64::from(settings.audit.retention_days)),
                bytes: settings.audit.max_size.bytes() as u64,
            },
            strict: settings.audit.strict.then(|| u64::from(settings.audit.max_behind)),
            ..AuditSettings::default()
        },
        ..AppSettings::default()
    }
}

fn token_settings(settings: &Settings) -> TokenSettings {
    TokenSettings {
        max_lifetime: settings.tokens.max_lifetime.as_duration(),
        wrong_burst: settings.limits.failed_logins_per_address,
        second_factor_for: settings.login.second_factor.required_for,
        ..TokenSettings::default()
    }
}

/// How links, and tests of them, behave. Where haltere is `listening` is not dialled.
pub(crate) fn link_config(settings: &Settings, listening: &[SocketAddr]) -> LinkConfig {
    let link = &settings.link;
    LinkConfig {
        connect_timeout: link.connect_timeout.as_duration(),
        roundtrip_timeout: link.connect_timeout.as_duration(),
        keepalive: link.keepalive.as_duration(),
        backoff: Backoff { max: link.max_backoff.as_duration(), ..Backoff::default() },
        dials_per_second: link.dials_per_second,
        egress: EgressPolicy {
            rules: settings.egress.rules.clone(),
            own_listeners: listening.to_vec(),
        },
        ..LinkConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use haltere_app::users::FirstPassword;
    use haltere_core::{Secret, UserName};

    use super::*;

    #[tokio::test]
    async fn a_command_waits_until_a_first_start_has_added_the_administrator() {
        let root = tempfile::tempdir().expect("a folder");
        let data = DataDir::create(root.path()).expect("there");
        let _lock = data.lock().expect("locked");
        make_database(&data).expect("made");
        let is_added = AtomicBool::new(false);
        let start = async {
            let store = store(&data).await.expect("open");
            let name = UserName::parse("admin").expect("a name");
            let password = FirstPassword::Given(Secret::new("correct horse battery".to_owned()));
            let ctx = Ctx::system("start");
            let users = users(store);
            is_added.store(true, Ordering::Relaxed);
            assert!(users.ensure_first_admin(&ctx, &name, password).await.expect("added"));
        };
        let command = async {
            check_database(&DataDir::open(root.path()).expect("there")).await.expect("set up");
            assert!(is_added.load(Ordering::Relaxed));
        };
        tokio::join!(command, start);
    }
}
