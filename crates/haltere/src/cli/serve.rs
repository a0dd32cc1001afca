//! `haltere serve`.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::Ctx;
use haltere_app::users::{FirstPassword, Users};
use haltere_core::{Secret, UserName};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::sources::Server;
use super::{notice, print, random_password};
use crate::config::Settings;
use crate::data_dir::{DataDir, exposed_master_key};
use crate::descriptors::Quotas;
use crate::lifecycle::{Stop, reload_on_signal, survive_file_size_limits};
use crate::service::Service;
use crate::{descriptors, http, key_watch, memory, metrics_log, telemetry, wiring};

/// Links spend their lives waiting, and answers are ready in memory: more threads than this would
/// only cost memory.
const MAX_WORKERS: usize = 4;

/// For the disk and for password hashing, which is bounded to less than this anyway.
const MAX_BLOCKING_THREADS: usize = 8;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    server: Server,

    /// Create an empty database although there was one in the data folder. An existing database is never emptied
    #[arg(long)]
    fresh: bool,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let loaded = self.server.load()?;
        let key_file = loaded.master_key_file();
        let mut settings = loaded.settings;
        memory::configure_allocator();
        telemetry::start(settings.log.format, &settings.log.level)?;
        let quotas = divide_descriptors(&mut settings)?;
        runtime()?.block_on(serve(&settings, quotas, key_file.as_deref(), self.fresh))
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    let cores = available_parallelism().map_or(2, NonZeroUsize::get);
    Builder::new_multi_thread()
        .worker_threads(cores.clamp(2, MAX_WORKERS))
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .thread_name("haltere")
        .enable_all()
        .build()
        .context("failed to start the runtime")
}

/// Divides the file descriptors before anything is opened. The server takes no more clients than its quota.
fn divide_descriptors(settings: &mut Settings) -> anyhow::Result<Quotas> {
    let wanted = settings.server.max_connections;
    let quotas = descriptors::divide(wanted)?;
    let Quotas { clients, links } = quotas;
    if clients < wanted {
        settings.server.max_connections = clients;
        tracing::info!(
            clients,
            links,
            wanted,
            "few file descriptors: server.max_connections is cut, and links beyond their quota wait; raise LimitNOFILE"
        );
    } else {
        tracing::debug!(clients, links, "file descriptors are divided");
    }
    Ok(quotas)
}

/// The whole life of the server, from top to bottom.
async fn serve(
    settings: &Settings,
    quotas: Quotas,
    key_file: Option<&Path>,
    fresh: bool,
) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let service = Service::from_env()?;
    let reload = reload_on_signal()?;
    survive_file_size_limits()?;
    let data = DataDir::create(&settings.data.dir)?;
    let mut lock = data.lock()?;
    data.check_whole()?;
    lock.hold_database(&data)?;
    data.check_installed(&lock, wiring::contents(&data).await?, fresh)?;
    let (tls, certificate) = wiring::tls(&settings.server)?.unzip();
    let listener = bind(settings.server.listen).await?;
    let address = listener.local_addr().context("failed to read the address listened on")?;
    wiring::make_database(&data)?;
    lock.hold_database(&data)?;
    let store = wiring::store(&data).await?;
    let master_key = wiring::master_key_for_start(&settings.data, &data, &store).await?;
    warn_of_exposed_key(key_file);
    lock.remember_database()?;
    if ensure_first_admin(settings, &wiring::users(store.clone())).await? {
        // So that the database file alone is a whole installation, and its length shows when it is cut.
        store.checkpoint().await;
    }
    let key = master_key.id();
    let app = wiring::app(settings, store, master_key, &[address], quotas.links).await?;
    announce(address, tls.is_some())?;
    service.ready();

    let limits = wiring::limits(&settings.server);
    if let Some(certificate) = certificate {
        certificate.start(&app, reload);
    }
    if settings.data.master_key.is_none() {
        key_watch::start(&app, data, key);
    }
    metrics_log::start(&app, limits.slots.clone());
    let (router, slots) = (wiring::router(&app, settings)?, limits.slots.clone());
    // The router's description of the API is the last that needs much memory at the start.
    memory::start_trims(&app, slots);
    let requests = http::serve(listener, router, limits, tls, stop.clone());
    // Event streams never end by themselves, and the server waits for them.
    let end_streams = async {
        stop.soft.cancelled().await;
        app.begin_shutdown();
    };
    // A task that keeps dying ends the process: the service manager restarts it.
    let give_up = async {
        tokio::select! {
            () = stop.soft.cancelled() => None,
            reason = app.given_up() => {
                stop.finish().await;
                Some(reason)
            }
        }
    };
    let (reason, ..) =
        tokio::join!(give_up, service.send_watchdog_messages(&stop), requests, end_streams);

    app.shutdown().await;
    tracing::info!("stopped");
    match reason {
        Some(reason) => bail!(reason),
        None => Ok(()),
    }
}

fn warn_of_exposed_key(file: Option<&Path>) {
    if let Some(warning) = file.and_then(exposed_master_key) {
        tracing::warn!("{warning}");
    }
}

/// On `[::]` IPv4 comes in as well; a machine without IPv6 has nothing else.
async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    if let Err(error) = &bound
        && address.ip() == Ipv6Addr::UNSPECIFIED
        && ![ErrorKind::AddrInUse, ErrorKind::PermissionDenied].contains(&error.kind())
    {
        tracing::info!(%error, "there is no IPv6 on this machine; listening on IPv4 alone");
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port()));
        let bound = TcpListener::bind(address).await;
        return bound.with_context(|| format!("failed to listen on {address}"));
    }
    bound.with_context(|| format!("failed to listen on {address}"))
}

/// Prints the server's address: with port 0, the kernel chooses the port.
fn announce(address: SocketAddr, is_tls: bool) -> anyhow::Result<()> {
    let scheme = if is_tls { "https" } else { "http" };
    tracing::info!(%address, scheme, version = env!("CARGO_PKG_VERSION"), "listening");
    print(&format!("haltere is listening on {scheme}://{address}\n"))
}

/// Adds the first administrator, and returns whether it did. A generated password is printed once and stored nowhere.
async fn ensure_first_admin(settings: &Settings, users: &Users) -> anyhow::Result<bool> {
    let name = UserName::parse(&settings.admin.username).context("admin.username")?;
    let (password, generated) = if let Some(given) = settings.admin.password.clone() {
        (FirstPassword::Given(given), None)
    } else {
        let password = random_password();
        (FirstPassword::Generated(password.clone()), Some(password))
    };
    let added = users
        .ensure_first_admin(&Ctx::system("start"), &name, password)
        .await
        .context("failed to add the first administrator")?;
    if let Some(password) = generated.filter(|_| added) {
        print_password(&name, &password);
    }
    Ok(added)
}

fn print_password(name: &UserName, password: &Secret<String>) {
    notice(&format!(
        "\nThe first administrator was added. This is shown once:\n\n  user name  {name}\n  password   {}\n",
        password.expose()
    ));
}
