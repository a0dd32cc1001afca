//! What handlers share.

use std::sync::Arc;

use haltere_app::App;
use tokio::sync::Semaphore;

use crate::connections::rendered::Rendered;
use crate::docs::Docs;
use crate::options::ApiOptions;

/// The most event streams at a time: each holds a connection and a task, and a browser opens one per tab.
const MAX_EVENT_STREAMS: usize = 1_000;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ApiState {
    /// What can be done.
    pub(crate) app: App,
    /// What was configured.
    pub(crate) options: ApiOptions,
    /// The description of the API.
    pub(crate) docs: Arc<Docs>,
    /// The list of connections as it was last sent.
    pub(crate) rendered: Arc<Rendered>,
    /// Held by the one import under way: what it needs in memory is needed once.
    pub(crate) import: Arc<Semaphore>,
    /// A permit per open event stream.
    pub(crate) event_streams: Arc<Semaphore>,
}

impl ApiState {
    pub(crate) fn new(app: App, options: ApiOptions) -> Self {
        Self {
            app,
            docs: Arc::new(Docs::new(options.base.clone())),
            options,
            rendered: Arc::default(),
            import: Arc::new(Semaphore::new(1)),
            event_streams: Arc::new(Semaphore::new(MAX_EVENT_STREAMS)),
        }
    }
}
