//! Starts the application: reads what is stored, makes the services, starts links and background tasks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use haltere_core::{Clock, ConnectionId, error_chain};
use haltere_link::{LinkConfig, Supervisor};
use tokio::sync::OnceCell;

use super::services::Shared;
use super::{App, AppParts, Inner};
use crate::background::{self, Background};
use crate::connections::{Fleet, PemCache, Registry};
use crate::error::Internal;
use crate::events::{Change, ChangeFeed, LogId};
use crate::history_writer::HistoryWriter;
use crate::instance;
use crate::plugins::Switches;
use crate::reconciler::Reconciler;
use crate::vault::Keyring;

/// Why haltere can't start. Messages complete "failed to start: …".
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The stored data can't be read.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Reads what is stored and starts keeping the links. Needs a tokio runtime.
    pub async fn start(parts: AppParts) -> Result<Self, StartError> {
        let AppParts { store, vault, clock, link, settings } = parts;
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
        };
        let shared = Shared::new(store, clock, fleet, &settings.audit);
        let connections = Arc::new(shared.connections(&settings, connect_timeout));
        let transfer = shared.transfer(&settings);
        let (activity, plugins, events) = (shared.activity(), shared.plugins(), shared.events());
        let audit_trail = shared.audit_trail();
        let sessions = Arc::new(shared.sessions(settings.sessions));
        let profiles = shared.profiles(&sessions);
        let users = shared.users(&sessions);
        let Shared {
            store,
            transactions,
            clock,
            fleet,
            write_lock,
            authorizer,
            audit,
            tasks,
            stopping,
        } = shared;
        let reconciler = Arc::new(Reconciler::new(
            Arc::clone(&store),
            Arc::clone(&fleet),
            write_lock,
            Arc::clone(&sessions),
            Arc::clone(&connections),
        ));
        let history_writer = Arc::new(HistoryWriter::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            Arc::clone(&fleet),
        ));
        let background =
            Arc::new(Background::new(Arc::clone(&clock), tasks.clone(), stopping.clone()));
        let app = Self(Arc::new(Inner {
            connections,
            transfer,
            activity,
            audit_trail,
            retention: settings.audit.retention,
            plugins,
            events,
            sessions,
            profiles,
            users,
            keyring: Keyring::new(transactions, Arc::clone(&clock)),
            fleet,
            authorizer,
            audit,
            background,
            tasks,
            stopping,
            stopped: OnceCell::new(),
            master_key_in_place: AtomicBool::new(true),
            reconciler,
            history_writer,
            store,
            clock,
        }));
        app.0.history_writer.restore().await?;
        app.0.reconciler.reload().await?;
        app.0.sessions.resume().await?;
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
