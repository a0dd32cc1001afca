//! The status of all links, which any part of haltere can read.
//!
//! Links write and others read; neither waits for the other. A reader gets an `Arc`. An observer
//! receives the id of each link whose status changes, and a version shows whether any has.

mod entry;
mod latest;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use haltere_core::{
    BrokerFacts, Clock, ConnectionId, ConnectionStatus, LinkState, Revision, StatusChange,
};
use parking_lot::{Mutex, MutexGuard};

use crate::chain_store::StoredChain;
use crate::recorded_history::RecordedHistory;
pub(crate) use entry::StatusToken;
use entry::{StatusEntry, StatusWrite};
pub use latest::{ChangePosition, LatestChanges};

/// How many statuses are read before the lock is released for a moment.
const READ_BATCH: usize = 256;

/// Receives the id of each link whose status has changed. Called by the task of the link, so it must not
/// block. That a link was added or removed is known to the caller of
/// [`Supervisor::reconcile`](crate::Supervisor::reconcile), and not reported.
pub type StatusObserver = Box<dyn Fn(&ConnectionId) + Send + Sync>;

/// A version of the statuses of all links. While it stays equal, no status changes, and no link is added or
/// removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusVersion(u64);

impl StatusVersion {
    /// How many versions there were before.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The status of all links.
pub(crate) struct StatusTable {
    clock: Arc<dyn Clock>,
    /// How many changes are kept per link.
    history: usize,
    inner: Mutex<Inner>,
    /// Advanced under the lock of `inner`, so a reader of a status also reads the version that it made.
    version: AtomicU64,
    on_change: StatusObserver,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<ConnectionId, StatusEntry>,
    /// Links with unrecorded changes. Bounded by the number of links.
    unrecorded: HashSet<ConnectionId>,
    /// Recorded histories of links that are not registered yet.
    restored: HashMap<ConnectionId, RecordedHistory>,
    /// The number of registrations so far. Distinguishes a link from an earlier one with the same id.
    registrations: u64,
}

/// Changes in a link's history that are to be recorded.
#[derive(Debug)]
pub struct UnrecordedChanges {
    pub connection: ConnectionId,
    /// The oldest first.
    pub changes: Vec<StatusChange>,
    /// Identifies the link, in case another one with the same id follows.
    token: StatusToken,
}

impl StatusTable {
    /// Creates an empty table that keeps `history` changes per link.
    pub(crate) fn new(clock: Arc<dyn Clock>, history: usize, on_change: StatusObserver) -> Self {
        Self { clock, history, inner: Mutex::default(), version: AtomicU64::new(0), on_change }
    }

    /// The version of the table. Changes with every status, and with every link that is added or removed.
    pub(crate) fn version(&self) -> StatusVersion {
        StatusVersion(self.version.load(Ordering::Acquire))
    }

    /// Makes a new version. The caller holds the lock of `inner`.
    fn advance(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    /// Adds a link. Only the returned token can write its status.
    pub(crate) fn register(
        &self,
        id: &ConnectionId,
        revision: Revision,
        state: LinkState,
    ) -> StatusToken {
        let now = self.clock.now();
        let mut inner = self.inner();
        inner.registrations += 1;
        let token = StatusToken(inner.registrations);
        let restored = inner.restored.remove(id);
        let entry = StatusEntry::new(token, revision, state, restored, now, self.history);
        if entry.has_unrecorded() {
            inner.unrecorded.insert(id.clone());
        }
        inner.entries.insert(id.clone(), entry);
        self.advance();
        token
    }

    /// Removes a link, with its status and history.
    pub(crate) fn unregister(&self, id: &ConnectionId) {
        let mut inner = self.inner();
        inner.restored.remove(id);
        inner.unrecorded.remove(id);
        let Some(entry) = inner.entries.remove(id) else { return };
        self.advance();
        drop(inner);
        entry.wake_waiters();
    }

    /// Writes the status of a link. Does nothing if the link was removed or replaced.
    pub(crate) fn write(
        &self,
        id: &ConnectionId,
        token: StatusToken,
        revision: Revision,
        state: LinkState,
        broker: Option<Arc<BrokerFacts>>,
    ) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let Some(entry) = inner.entries.get_mut(id).filter(|entry| entry.token == token) else {
            return;
        };
        let recorded = match entry.write(revision, state, broker, now, self.history) {
            StatusWrite::Unchanged => return,
            StatusWrite::Changed { recorded } => recorded,
        };
        entry.wake_waiters();
        self.advance();
        if recorded {
            inner.unrecorded.insert(id.clone());
        }
        // The observer may read the table.
        drop(inner);
        (self.on_change)(id);
    }

    /// Stores the certificates that the broker has presented; `None` removes those of an earlier
    /// broker. Does nothing if the link was removed or replaced.
    pub(crate) fn set_presented_chain(
        &self,
        id: &ConnectionId,
        token: StatusToken,
        chain: Option<StoredChain>,
    ) {
        // Parsed without the lock, so that no link waits for the parser.
        let refused_issuer = chain.as_ref().and_then(StoredChain::refused_issuer);
        let mut inner = self.inner();
        if let Some(entry) = inner.entries.get_mut(id).filter(|entry| entry.token == token) {
            entry.presented_chain = chain.map(Arc::new);
            entry.refused_issuer = refused_issuer;
        }
    }

    /// Called after an attempt in which the broker has presented no certificates. Does nothing if the link was removed
    /// or replaced.
    pub(crate) fn clear_refused_issuer(&self, id: &ConnectionId, token: StatusToken) {
        let mut inner = self.inner();
        if let Some(entry) = inner.entries.get_mut(id).filter(|entry| entry.token == token) {
            entry.refused_issuer = None;
        }
    }

    /// The certificates that the broker of a link presented last.
    pub(crate) fn presented_chain(&self, id: &ConnectionId) -> Option<Arc<StoredChain>> {
        self.inner().entries.get(id)?.presented_chain.clone()
    }

    /// The same for many links.
    pub(crate) fn presented_chains<'a>(
        &self,
        ids: &[&'a ConnectionId],
    ) -> Vec<(&'a ConnectionId, Arc<StoredChain>)> {
        let mut chains = Vec::new();
        for ids in ids.chunks(READ_BATCH) {
            let inner = self.inner();
            let chain = |id: &ConnectionId| inner.entries.get(id)?.presented_chain.clone();
            chains.extend(ids.iter().filter_map(|id| Some((*id, chain(id)?))));
        }
        chains
    }

    /// The status of one link.
    pub(crate) fn status(&self, id: &ConnectionId) -> Option<Arc<ConnectionStatus>> {
        self.inner().entries.get(id).map(|entry| Arc::clone(&entry.status))
    }

    /// The statuses of these links, in the order of `ids`.
    pub(crate) fn statuses_of(&self, ids: &[&ConnectionId]) -> Vec<Option<Arc<ConnectionStatus>>> {
        let mut statuses = Vec::with_capacity(ids.len());
        // Links can write between two batches.
        for ids in ids.chunks(READ_BATCH) {
            let inner = self.inner();
            let status = |id: &&ConnectionId| Some(Arc::clone(&inner.entries.get(*id)?.status));
            statuses.extend(ids.iter().map(status));
        }
        statuses
    }

    /// The history of a link, the newest change first.
    pub(crate) fn history(&self, id: &ConnectionId) -> Vec<StatusChange> {
        let inner = self.inner();
        inner.entries.get(id).map_or_else(Vec::new, StatusEntry::history)
    }

    /// Keeps recorded histories until their links are registered.
    pub(crate) fn restore(&self, histories: HashMap<ConnectionId, RecordedHistory>) {
        self.inner().restored = histories;
    }

    /// Drops the recorded histories of links that were not registered.
    pub(crate) fn discard_restored(&self) {
        self.inner().restored = HashMap::new();
    }

    /// Takes unrecorded changes: the newest `per_link` of each link, and of no further link
    /// once there are `in_all`. The changes count as recorded from then on.
    pub(crate) fn take_unrecorded(&self, in_all: usize, per_link: usize) -> Vec<UnrecordedChanges> {
        let mut inner = self.inner();
        let Inner { entries, unrecorded, .. } = &mut *inner;
        let (mut taken, mut count) = (Vec::new(), 0);
        while count < in_all
            && let Some(id) = unrecorded.iter().next().cloned()
        {
            unrecorded.remove(&id);
            let Some(entry) = entries.get_mut(&id) else { continue };
            let changes = entry.take_unrecorded(per_link);
            count += changes.len();
            taken.push(UnrecordedChanges { connection: id, token: entry.token, changes });
        }
        taken
    }

    /// Returns changes that could not be recorded. The next [`Self::take_unrecorded`] takes them again.
    pub(crate) fn return_unrecorded(&self, taken: Vec<UnrecordedChanges>) {
        let mut inner = self.inner();
        for UnrecordedChanges { connection: id, token, changes } in taken {
            let entry = inner.entries.get_mut(&id).filter(|entry| entry.token == token);
            let Some(entry) = entry else { continue };
            entry.return_unrecorded(changes.len());
            inner.unrecorded.insert(id);
        }
    }

    /// Whether there are unrecorded changes.
    pub(crate) fn has_unrecorded(&self) -> bool {
        !self.inner().unrecorded.is_empty()
    }

    /// Waits for the outcome of a link's first attempt at `revision` or a later one. Returns `None` if
    /// the link does not exist, or is removed meanwhile.
    pub(crate) async fn first_outcome(
        &self,
        id: &ConnectionId,
        revision: Revision,
    ) -> Option<Arc<ConnectionStatus>> {
        loop {
            let waiters = {
                let mut inner = self.inner();
                let entry = inner.entries.get_mut(id)?;
                let status = &entry.status;
                if status.revision >= revision && status.is_outcome() {
                    return Some(Arc::clone(status));
                }
                // Created under the lock, so that no change is missed in between.
                entry.waiters().notified_owned()
            };
            waiters.await;
        }
    }
}

#[cfg(test)]
mod tests;
