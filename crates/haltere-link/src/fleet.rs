//! What all links share.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use haltere_core::Clock;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::LinkConfig;
use crate::attempt::Means;
use crate::board::Board;
use crate::pacer::Pacer;
use crate::presented::Pool;

/// What all links of one supervisor share.
pub(crate) struct Fleet {
    pub(crate) means: Means,
    pub(crate) board: Board,
    pub(crate) pacer: Pacer,
    /// A permit per link that dials or is up: each of them has a socket.
    pub(crate) places: Arc<Semaphore>,
    /// The certificates brokers have presented.
    pub(crate) certificates: Pool,
    pub(crate) clock: Arc<dyn Clock>,
    /// Knows every link's task, so that their ends are awaited.
    pub(crate) tasks: TaskTracker,
    /// How often a link or a probe has panicked.
    pub(crate) panics: AtomicU64,
}

impl Fleet {
    /// Without links.
    pub(crate) fn new(config: LinkConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            board: Board::new(Arc::clone(&clock), config.history),
            pacer: Pacer::new(config.dials_per_second),
            places: Arc::new(Semaphore::new(config.links_at_once.min(Semaphore::MAX_PERMITS))),
            certificates: Pool::default(),
            means: Means::new(config, Arc::clone(&clock)),
            clock,
            tasks: TaskTracker::new(),
            panics: AtomicU64::new(0),
        }
    }
}
