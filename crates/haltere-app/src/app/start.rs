//! The beginning.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use haltere_core::{ConnectionId, Quota};
use haltere_link::Supervisor;
use haltere_store::{Store, Transactions};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{App, AppParts, Inner};
use crate::audit::AuditWriter;
use crate::authorizer::Authorizer;
use crate::background::Background;
use crate::connections::{Fleet, Limits, PemCache, Registry, TextMemory, Transfer};
use crate::error::{Internal, chain};
use crate::events::{Change, ChangeFeed, Events, LogId};
use crate::history_writer::HistoryWriter;
use crate::instance;
use crate::plugins::{Plugins, Switches};
use crate::profile::Profiles;
use crate::reconciler;
use crate::sessions::Sessions;
use crate::users::Users;
use crate::vault::Keyring;
use crate::write_lock::WriteLock;

/// Why haltere can't start. Messages complete "failed to start: …".
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What is stored can't be read.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Reads what is stored and starts keeping the links. Needs a tokio runtime.
    pub async fn start(parts: AppParts) -> Result<Self, StartError> {
        let AppParts { store, vault, clock, link, settings } = parts;
        let instance = instance::of(&*store).await?;
        let connect_timeout = link.connect_timeout;
        let feed = Arc::new(ChangeFeed::new(LogId::random()));
        let statuses = Arc::clone(&feed);
        let on_status = move |id: &ConnectionId| statuses.push(Change::Connection(id.clone()));
        let supervisor = Supervisor::new(link, Arc::clone(&clock), Box::new(on_status));
        let (tasks, vault) = (TaskTracker::new(), Arc::new(vault));
        let switches = Arc::new(Switches::new(settings.plugins.clone()));
        let (registry, pem_cache) = (Arc::<Registry>::default(), Arc::<PemCache>::default());
        let fleet = Arc::new(Fleet {
            registry: Arc::clone(&registry),
            supervisor: supervisor.clone(),
            feed: Arc::clone(&feed),
            switches: Arc::clone(&switches),
            vault: Arc::clone(&vault),
            pem_cache: Arc::clone(&pem_cache),
            instance: instance.clone(),
        });
        let transactions: Arc<dyn Transactions> = Arc::<dyn Store>::clone(&store);
        let write_lock = Arc::new(WriteLock::new(
            Arc::clone(&transactions),
            Arc::clone(&clock),
            Some(Arc::clone(&fleet)),
        ));
        let audit = Arc::new(AuditWriter::new(Arc::clone(&store), tasks.clone(), &settings.audit));
        let authorizer = Authorizer::new(Arc::clone(&audit), Arc::clone(&clock));
        let plugins = Plugins {
            store: Arc::clone(&transactions),
            write_lock: Arc::clone(&write_lock),
            fleet: Arc::clone(&fleet),
            authorizer: authorizer.clone(),
            audit: Arc::clone(&audit),
            tasks: tasks.clone(),
        };
        let transfer = Transfer {
            store: Arc::clone(&transactions),
            vault: Arc::clone(&vault),
            clock: Arc::clone(&clock),
            write_lock: Arc::clone(&write_lock),
            fleet: Some(Arc::clone(&fleet)),
            authorizer: authorizer.clone(),
            audit: Arc::clone(&audit),
            tasks: tasks.clone(),
            limits: Limits::of(&settings),
            secrets: settings.secrets,
        };
        let stopping = CancellationToken::new();
        let events = Events { feed: Arc::clone(&feed), stopping: stopping.clone() };
        let keyring = Keyring::new(Arc::clone(&transactions), Arc::clone(&clock));
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&transactions),
            Arc::clone(&clock),
            authorizer.clone(),
            Arc::clone(&audit),
            tasks.clone(),
            settings.sessions.clone(),
        ));
        let profiles = Profiles {
            store: Arc::clone(&transactions),
            clock: Arc::clone(&clock),
            authorizer: authorizer.clone(),
            audit: Arc::clone(&audit),
            tasks: tasks.clone(),
            sessions: Arc::clone(&sessions),
        };
        let users = Users::new(transactions, Arc::clone(&clock), settings.sessions.hashing);
        let app = Self(Arc::new(Inner {
            plugins,
            events,
            keyring,
            transfer,
            users,
            sessions,
            profiles,
            switches,
            fleet,
            registry,
            pem_cache,
            text_memory: Arc::new(TextMemory::default()),
            feed,
            write_lock,
            authorizer,
            tests: Quota::new(settings.tests),
            audit,
            tasks,
            stopping,
            stopped: OnceCell::new(),
            store_answers: AtomicBool::new(true),
            master_key_in_place: AtomicBool::new(true),
            needs_repair: AtomicBool::new(false),
            full_reads: AtomicU64::new(0),
            history_writer: HistoryWriter::default(),
            background: Background::default(),
            store,
            vault,
            clock,
            settings,
            connect_timeout,
            instance,
            supervisor,
        }));
        app.restore_history().await?;
        app.reload().await?;
        app.0.sessions.resume().await?;
        // They are never shown in any case, so a full disk must not prevent the start.
        if let Err(error) = app.repair_certificates().await {
            tracing::error!(
                error = chain(&error),
                "a private key stays where it is stored unsealed"
            );
        }
        reconciler::spawn(&app);
        Ok(app)
    }
}
