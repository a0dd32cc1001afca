//! Changes of connections and plugins happen one at a time.
//!
//! The lock spans the transaction *and* its effect in memory, so memory changes in the order in which
//! the store does. Writers would wait for each other in the store anyway.

use std::sync::Arc;

use haltere_core::{Clock, Connection, ConnectionId, Timestamp};
use haltere_store::failpoint::Step;
use haltere_store::{ChangeCounters, Transactions, WriteTx};
use tokio::sync::{Mutex, MutexGuard};

use crate::connections::{Entry, Fleet};
use crate::error::{ErrorContext, Internal};
use crate::now::now;

/// Held by the change in progress. Guards how far memory reflects the store.
pub(crate) struct WriteLock {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    fleet: Option<Arc<Fleet>>,
    applied: Mutex<Applied>,
}

/// How far memory reflects the store.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Applied {
    /// The store's counters, without the changes of other processes that memory does not reflect yet. So it counts
    /// changes and is no position: while it differs from the store's, it does not say which ones are missing.
    counters: ChangeCounters,
    /// A position: memory reflects each change of a connection up to this count, and maybe later ones.
    connections: i64,
}

impl Applied {
    /// Whether memory reflects a store with these counters, and that is noted.
    pub(crate) fn reflects(&self, stored: ChangeCounters) -> bool {
        let ChangeCounters { connections, sessions: _, plugins } = stored;
        (self.counters.connections, self.counters.plugins) == (connections, plugins)
            && self.connections == connections
    }

    /// The count of changed connections after which memory may lack a change of a connection in a store with these
    /// counters; `None` if it lacks none.
    pub(crate) fn connections_missing_since(&self, stored: ChangeCounters) -> Option<i64> {
        (self.counters.connections != stored.connections).then_some(self.connections)
    }

    /// Whether memory may lack a change of a plugin's switch in a store with these counters.
    pub(crate) fn is_missing_switches(&self, stored: ChangeCounters) -> bool {
        self.counters.plugins != stored.plugins
    }

    /// Memory reflects a store with these counters.
    pub(crate) fn advance_to(&mut self, stored: ChangeCounters) {
        *self = Self { counters: stored, connections: stored.connections };
    }
}

/// A change in progress: the lock and an open transaction. Dropping it changes nothing.
pub(crate) struct PendingChange<'lock> {
    guard: WriteGuard<'lock>,
    /// Read under the lock, so times grow from change to change.
    pub(crate) now: Timestamp,
    pub(crate) tx: Box<dyn WriteTx>,
}

/// A durable change that memory does not reflect yet. If it is dropped, the applied counters stay
/// behind the store's, and the reconciler reads it.
#[must_use = "memory has to reflect the change"]
pub(crate) struct CommittedChange<'lock> {
    guard: WriteGuard<'lock>,
}

struct WriteGuard<'lock> {
    lock: &'lock WriteLock,
    applied: MutexGuard<'lock, Applied>,
}

const OPERATION: &str = "begin a change";

impl WriteLock {
    /// A lock for changes in `store`, which are applied to `fleet`. The command line has none; a server on the same
    /// store notices its changes.
    pub(crate) fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        fleet: Option<Arc<Fleet>>,
    ) -> Self {
        Self { store, clock, fleet, applied: Mutex::default() }
    }

    /// Waits for the lock and begins a transaction.
    pub(crate) async fn begin(&self) -> Result<PendingChange<'_>, Internal> {
        let applied = self.applied().await;
        let tx = self.store.write().await.context(OPERATION)?;
        let now = now(&*self.clock);
        Ok(PendingChange { guard: WriteGuard { lock: self, applied }, now, tx })
    }

    /// How far memory reflects the store. No change can begin while this is held.
    pub(crate) async fn applied(&self) -> MutexGuard<'_, Applied> {
        self.applied.lock().await
    }

    /// The same at this moment; `None` while a change is in progress.
    pub(crate) fn applied_now(&self) -> Option<Applied> {
        self.applied.try_lock().ok().map(|applied| *applied)
    }
}

impl<'lock> PendingChange<'lock> {
    /// Makes the change durable.
    pub(crate) async fn commit(
        self,
        operation: &'static str,
    ) -> Result<CommittedChange<'lock>, Internal> {
        self.tx.commit().await.context(operation)?;
        Ok(CommittedChange { guard: self.guard })
    }
}

impl CommittedChange<'_> {
    /// A connection was created or changed.
    pub(crate) fn put(self, entry: &Arc<Entry>, id: &ConnectionId) {
        self.apply_to_memory(ChangeCounters::of_connections(1), |fleet| fleet.put(entry, id));
    }

    /// Connections were changed at once.
    pub(crate) fn put_all(self, entries: &[Arc<Entry>]) {
        let written = ChangeCounters::of_connections(entries.len());
        self.apply_to_memory(written, |fleet| fleet.put_all(entries));
    }

    /// Many connections were created at once.
    pub(crate) fn append(self, connections: Vec<Arc<Connection>>) {
        let written = ChangeCounters::of_connections(connections.len());
        self.apply_to_memory(written, |fleet| fleet.append(connections));
    }

    /// A connection was deleted.
    pub(crate) fn remove(self, id: &ConnectionId) {
        self.apply_to_memory(ChangeCounters::of_connections(1), |fleet| fleet.remove(id));
    }

    /// A plugin was switched; `apply` updates memory.
    pub(crate) fn switch(self, apply: impl FnOnce(&Fleet)) {
        self.apply_to_memory(ChangeCounters::of_plugins(1), apply);
    }

    /// Advances the applied counters by what this change wrote. If another process wrote in between,
    /// they stay behind the store's, and the reconciler reads what has changed.
    fn apply_to_memory(mut self, written: ChangeCounters, apply: impl FnOnce(&Fleet)) {
        if let Some(fleet) = &self.guard.lock.fleet {
            Step::Notify.around(|| apply(fleet));
        }
        self.guard.applied.counters += written;
    }
}
