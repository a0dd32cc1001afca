//! Changes of connections and plugins happen one at a time.
//!
//! The lock spans the transaction *and* its effect in memory, so memory changes in the order in which
//! the store does. Writers would wait for each other in the store anyway.

use std::sync::Arc;

use haltere_core::{ConnectionId, Timestamp};
use haltere_store::failpoint::Step;
use haltere_store::{Revisions, WriteTx};
use tokio::sync::{Mutex, MutexGuard};

use crate::app::App;
use crate::connections::Entry;
use crate::error::{Context, Internal};
use crate::events::Change;

/// Held by the change in progress. Guards the revisions up to which memory reflects the store.
#[derive(Default)]
pub(crate) struct WriteLock(Mutex<Revisions>);

/// A change in progress: the lock and an open transaction. Dropping it changes nothing.
pub(crate) struct PendingChange<'app> {
    guard: WriteGuard<'app>,
    /// Read under the lock, so times grow from change to change.
    pub(crate) now: Timestamp,
    pub(crate) tx: Box<dyn WriteTx>,
}

/// A durable change that memory does not reflect yet. If it is dropped, the applied revisions stay
/// behind the store's, and the reconciler reads everything.
#[must_use = "memory has to reflect the change"]
pub(crate) struct CommittedChange<'app> {
    guard: WriteGuard<'app>,
}

struct WriteGuard<'app> {
    app: &'app App,
    applied: MutexGuard<'app, Revisions>,
}

const OPERATION: &str = "begin a change";

impl App {
    /// Waits for the lock and begins a transaction.
    pub(crate) async fn begin_change(&self) -> Result<PendingChange<'_>, Internal> {
        let applied = self.applied_revisions().await;
        let tx = self.0.store.write().await.context(OPERATION)?;
        Ok(PendingChange { guard: WriteGuard { app: self, applied }, now: self.now(), tx })
    }

    /// The revisions up to which memory reflects the store. No change can begin while this is held.
    pub(crate) async fn applied_revisions(&self) -> MutexGuard<'_, Revisions> {
        self.0.write_lock.0.lock().await
    }
}

impl<'app> PendingChange<'app> {
    /// Makes the change durable.
    pub(crate) async fn commit(
        self,
        operation: &'static str,
    ) -> Result<CommittedChange<'app>, Internal> {
        self.tx.commit().await.context(operation)?;
        Ok(CommittedChange { guard: self.guard })
    }
}

impl CommittedChange<'_> {
    /// A connection was created or changed.
    pub(crate) fn put(self, entry: &Arc<Entry>, id: &ConnectionId) {
        self.apply_to_memory(Revisions::of_connections(1), |app| {
            app.0.registry.put(Arc::clone(entry));
            app.wake_supervisor();
            app.0.feed.push(Change::Connection(id.clone()));
        });
    }

    /// Many connections were created at once.
    pub(crate) fn append(self, entries: &[Arc<Entry>]) {
        self.apply_to_memory(Revisions::of_connections(entries.len()), |app| {
            app.0.registry.append(entries);
            app.wake_supervisor();
            let connections = entries.iter().filter_map(|entry| entry.connection().ok());
            app.0.feed.extend(connections.map(|it| Change::Connection(it.id.clone())));
        });
    }

    /// A connection was deleted.
    pub(crate) fn remove(self, id: &ConnectionId) {
        self.apply_to_memory(Revisions::of_connections(1), |app| {
            app.0.registry.remove(id.as_str());
            app.wake_supervisor();
            app.0.feed.push(Change::Connection(id.clone()));
        });
    }

    /// A plugin was switched; `apply` updates memory.
    pub(crate) fn switch(self, apply: impl FnOnce(&App)) {
        self.apply_to_memory(Revisions::of_plugins(1), apply);
    }

    /// Advances the applied revisions by what this change wrote. If another process wrote in between,
    /// they stay behind the store's, and the reconciler reads everything.
    fn apply_to_memory(mut self, written: Revisions, apply: impl FnOnce(&App)) {
        Step::Notify.around(|| apply(self.guard.app));
        *self.guard.applied += written;
    }
}
