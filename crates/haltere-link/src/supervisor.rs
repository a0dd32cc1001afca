//! Runs one link per wanted connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, ConnectionId, ConnectionStatus, LinkFailure, Revision, Timestamp};

use crate::{LinkConfig, LinkSpec, ProbeReport};

/// Keeps one link per wanted connection. Cloning gives another handle to the same links.
#[derive(Clone)]
pub struct Supervisor {
    _inner: Arc<()>,
}

#[expect(unused_variables, reason = "the signatures come first")]
impl Supervisor {
    /// No links yet. To be called within a tokio runtime.
    pub fn new(config: LinkConfig, clock: Arc<dyn Clock>) -> Self {
        Self { _inner: Arc::new(()) }
    }

    /// Moves what is towards what should be: starts links that are missing, ends those that are not
    /// in `wanted`, hands changed specs to running links. Idempotent; costs one comparison per link.
    ///
    /// When it returns, every wanted connection has a status.
    pub fn reconcile(&self, wanted: &[Arc<LinkSpec>]) {}

    /// How the link of connection `id` is; `None` when there is none.
    pub fn status(&self, id: &ConnectionId) -> Option<Arc<ConnectionStatus>> {
        None
    }

    /// How all links are.
    pub fn statuses(&self) -> HashMap<ConnectionId, Arc<ConnectionStatus>> {
        HashMap::new()
    }

    /// The changes of a link's status, newest first: a line per change of being connected, of being
    /// idle and of the failure's code, not per retry. Bounded, in memory.
    pub fn history(&self, id: &ConnectionId) -> Vec<StatusChange> {
        Vec::new()
    }

    /// Waits until the link speaks of `revision` or a later one and its first attempt has ended
    /// ([`ConnectionStatus::is_outcome`]). `None` when `deadline` has passed or there is no link.
    pub async fn first_outcome(
        &self,
        id: &ConnectionId,
        revision: Revision,
        deadline: Duration,
    ) -> Option<Arc<ConnectionStatus>> {
        None
    }

    /// Tells which statuses change from now on. For one consumer: two would share the changes.
    pub fn changes(&self) -> StatusChanges {
        StatusChanges {}
    }

    /// How many links there are.
    pub fn link_count(&self) -> usize {
        0
    }

    /// Dials once, on the same way the links go, and stores nothing.
    pub async fn probe(&self, spec: &LinkSpec) -> ProbeReport {
        ProbeReport { stages: Vec::new(), failure: None, broker: None, peer_chain: Vec::new() }
    }

    /// Ends all links, telling their brokers goodbye; takes at most 2 seconds.
    pub async fn shutdown(&self) {}
}

/// One line of a link's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// When.
    pub at: Timestamp,
    /// `idle`, `connecting`, `online` or `waiting`.
    pub state: &'static str,
    /// Why it is not up, if it failed.
    pub failure: Option<Arc<LinkFailure>>,
}

/// The ids of links whose status changes, as they do.
pub struct StatusChanges {}

impl StatusChanges {
    /// The ids whose status changed since the last call, each once; waits until there is one.
    /// `None` when the supervisor has shut down. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Vec<ConnectionId>> {
        None
    }
}
