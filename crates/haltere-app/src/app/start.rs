//! The beginning.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use haltere_link::Supervisor;
use haltere_store::Store;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{App, AppParts, Inner};
use crate::connections::Registry;
use crate::error::{Doing, Internal};
use crate::events::Hub;
use crate::plugins::Switches;
use crate::reconciler;
use crate::sessions::Sessions;
use crate::trail::Trail;
use crate::turn::Turns;
use crate::users::Users;

/// The installation's id among the store's meta values.
const INSTANCE: &str = "instance.id";

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
        let instance = instance(&*store).await?;
        let connect_timeout = link.connect_timeout;
        let supervisor = Supervisor::new(link, Arc::clone(&clock));
        let tasks = TaskTracker::new();
        let app = Self(Arc::new(Inner {
            users: Users::new(Arc::clone(&store), Arc::clone(&clock), settings.sessions.hashing),
            sessions: Sessions::new(settings.sessions.clone(), clock.now()),
            switches: Switches::new(settings.plugins.clone()),
            registry: Registry::default(),
            hub: Arc::new(Hub::new()),
            turns: Turns::default(),
            trail: Arc::new(Trail::new(Arc::clone(&store), tasks.clone())),
            tasks,
            stopping: CancellationToken::new(),
            stopped: OnceCell::new(),
            store_answers: AtomicBool::new(true),
            alive: AtomicBool::new(true),
            store,
            vault,
            clock,
            settings,
            connect_timeout,
            instance,
            supervisor,
        }));
        app.reload().await?;
        reconciler::spawn(&app);
        Ok(app)
    }
}

/// Reads the installation's id, or makes one up on the first start.
async fn instance(store: &dyn Store) -> Result<String, Internal> {
    const DOING: &str = "read the installation's id";
    let mut read = store.read().await.doing(DOING)?;
    let mut known = read.get_meta(INSTANCE).await.doing(DOING)?;
    drop(read);
    if known.is_none() {
        let mut write = store.write().await.doing(DOING)?;
        // Another process may have been faster.
        known = write.get_meta(INSTANCE).await.doing(DOING)?;
        if known.is_none() {
            let new = format!("{:08x}", rand::random::<u32>()).into_bytes();
            write.set_meta(INSTANCE, &new).await.doing(DOING)?;
            write.commit().await.doing(DOING)?;
            known = Some(new);
        }
    }
    String::from_utf8(known.unwrap_or_default()).doing(DOING)
}
