//! Starts the application: reads what is stored, makes the services, starts links and background tasks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use haltere_core::{Clock, ConnectionId, error_chain};
use haltere_link::{LinkConfig, Supervisor};
use haltere_store::Store;
use tokio::sync::OnceCell;

use super::services::Shared;
use super::{App, AppSettings, Services};
use crate::background::{self, Background};
use crate::connections::{Fleet, PemCache, Registry};
use crate::error::Internal;
use crate::events::{Change, ChangeFeed, LogId};
use crate::groups::GroupDirectory;
use crate::history_writer::HistoryWriter;
use crate::instance;
use crate::plugins::Switches;
use crate::reconciler::Reconciler;
use crate::vault::{Keyring, Vault};

impl App {
    /// Reads what is stored and starts keeping the links. Needs a tokio runtime.
    pub async fn start(
        store: Arc<dyn Store>,
        vault: Vault,
        clock: Arc<dyn Clock>,
        link: LinkConfig,
        settings: AppSettings,
    ) -> Result<Self, Internal> {
        let connect_timeout = link.connect_timeout;
        let feed = Arc::new(ChangeFeed::new(LogId::random()));
        let fleet = Fleet {
            registry: Registry::default(),
            supervisor: supervisor(link, &clock, &feed),
            feed,
            switches: Switches::new(settings.plugins.clone()),
            vault: Arc::new(vault),
            pem_cache: PemCache::default(),
            instance: instance::of(&*store).await?,
            needs_repair: AtomicBool::new(false),
            groups: GroupDirectory::default(),
        };
        let shared = Shared::new(store, clock, fleet, &settings.audit, &settings.audit_sinks);
        let connections = Arc::new(shared.connections(&settings, connect_timeout));
        let transfer = shared.transfer(&settings);
        let (activity, plugins, events) = (shared.activity(), shared.plugins(), shared.events());
        let audit_trail = shared.audit_trail();
        let sessions = Arc::new(shared.sessions(settings.sessions));
        let sign_on = Arc::new(shared.sign_on(&sessions, settings.tests, settings.sign_on));
        let profiles = shared.profiles(&sessions);
        let (users, groups) = (shared.users(&sessions), shared.groups(&sessions));
        let tokens = shared.tokens(settings.tokens);
        let Shared { store, transactions, clock, fleet, write_lock, tasks, stopping, .. } = &shared;
        let reconciler = Arc::new(Reconciler::new(
            Arc::clone(store),
            Arc::clone(fleet),
            Arc::clone(write_lock),
            Arc::clone(&sessions),
            tokens.clone(),
            Arc::clone(&connections),
        ));
        let history_writer =
            Arc::new(HistoryWriter::new(Arc::clone(store), Arc::clone(clock), Arc::clone(fleet)));
        let background =
            Arc::new(Background::new(Arc::clone(clock), tasks.clone(), stopping.clone()));
        let keyring = Keyring::new(Arc::clone(transactions), Arc::clone(clock));
        let app = Self(Arc::new(Services {
            shared,
            connections,
            transfer,
            activity,
            audit_trail,
            retention: settings.audit.retention,
            plugins,
            events,
            sessions,
            sign_on,
            profiles,
            users,
            groups,
            tokens,
            keyring,
            background,
            stopped: OnceCell::new(),
            master_key_in_place: AtomicBool::new(true),
            reconciler,
            history_writer,
        }));
        app.0.history_writer.restore().await?;
        app.0.reconciler.reload().await?;
        app.0.shared.fleet.groups.reload(&*app.0.shared.transactions).await?;
        app.0.sign_on.warn_of_unknown_groups().await?;
        app.0.sessions.resume().await?;
        app.0.tokens.read_again().await?;
        // They are never shown in any case, so a full disk must not prevent the start.
        if let Err(error) = app.0.connections.repair_certificates().await {
            tracing::error!(
                error = error_chain(&error),
                "a private key stays where it is stored unsealed"
            );
        }
        background::start(&app.0);
        Ok(app)
    }
}

/// The links, whose changes are logged in the feed.
fn supervisor(link: LinkConfig, clock: &Arc<dyn Clock>, feed: &Arc<ChangeFeed>) -> Supervisor {
    let feed = Arc::clone(feed);
    let on_status = move |id: &ConnectionId| feed.push(Change::Connection(id.clone()));
    Supervisor::new(link, Arc::clone(clock), Box::new(on_status))
}
