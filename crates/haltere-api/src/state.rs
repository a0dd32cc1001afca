//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use haltere_app::App;
use tokio::sync::Semaphore;

use crate::connections::rendered::Rendered;
use crate::docs::Docs;
use crate::options::ApiOptions;

/// The most event streams at a time: each holds a connection and a task, and a browser opens one per tab.
const MAX_EVENT_STREAMS: usize = 1_000;

/// What handlers share. Each request copies it several times over: that is one count, and no more.
#[derive(Clone)]
pub(crate) struct ApiState(Arc<Shared>);

/// What is in it.
pub(crate) struct Shared {
    /// What can be done.
    pub(crate) app: App,
    /// What was configured.
    pub(crate) options: ApiOptions,
    /// The description of the API.
    pub(crate) docs: Docs,
    /// The list of connections as it was last sent.
    pub(crate) rendered: Rendered,
    /// Held by the one import under way: what it needs in memory is needed once.
    pub(crate) import: Arc<Semaphore>,
    /// A permit per open event stream.
    pub(crate) event_streams: Arc<Semaphore>,
}

impl ApiState {
    pub(crate) fn new(app: App, options: ApiOptions) -> Self {
        Self(Arc::new(Shared {
            app,
            docs: Docs::new(options.base.clone()),
            options,
            rendered: Rendered::default(),
            import: Arc::new(Semaphore::new(1)),
            event_streams: Arc::new(Semaphore::new(MAX_EVENT_STREAMS)),
        }))
    }
}

impl Deref for ApiState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
