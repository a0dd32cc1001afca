//! What all links and probes of a supervisor share.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use haltere_core::Clock;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::LinkConfig;
use crate::chain_store::ChainStore;
use crate::dial_rate_limiter::DialRateLimiter;
use crate::egress::Egress;
use crate::resolve::Resolver;
use crate::status_table::{StatusObserver, StatusTable};
use crate::tls::TlsClients;

/// What all links and probes of a supervisor share.
pub(crate) struct LinkShared {
    pub(crate) config: LinkConfig,
    pub(crate) egress: Egress,
    pub(crate) resolver: Resolver,
    pub(crate) tls: TlsClients,
    pub(crate) dial_limiter: DialRateLimiter,
    /// One permit for each link that dials or is up, because each of them has a socket.
    pub(crate) socket_permits: Arc<Semaphore>,
    pub(crate) statuses: StatusTable,
    /// The certificates that brokers have presented.
    pub(crate) chains: ChainStore,
    pub(crate) clock: Arc<dyn Clock>,
    /// The tasks of all links, so that a shutdown can wait for them.
    pub(crate) tasks: TaskTracker,
    /// How often a link or a probe has panicked.
    pub(crate) panics: AtomicU64,
}

impl LinkShared {
    /// Creates the shared state, before there are links. Reads no files.
    pub(crate) fn new(
        config: LinkConfig,
        clock: Arc<dyn Clock>,
        on_change: StatusObserver,
    ) -> Self {
        let permits = config.links_at_once.min(Semaphore::MAX_PERMITS);
        Self {
            egress: Egress::new(config.egress.clone()),
            resolver: Resolver::new(config.resolver),
            tls: TlsClients::new(Arc::clone(&clock)),
            dial_limiter: DialRateLimiter::new(config.dials_per_second),
            socket_permits: Arc::new(Semaphore::new(permits)),
            statuses: StatusTable::new(Arc::clone(&clock), config.history, on_change),
            chains: ChainStore::default(),
            tasks: TaskTracker::new(),
            panics: AtomicU64::new(0),
            config,
            clock,
        }
    }
}
