//! Changes of connections and plugins take turns.
//!
//! A turn spans the transaction *and* what follows from it in memory, so that memory changes in the
//! order in which the store did. Writers would wait for each other in the store anyway.

use std::sync::Arc;

use haltere_core::{ConnectionId, Timestamp};
use haltere_store::failpoint::Step;
use haltere_store::{Revisions, WriteTx};
use tokio::sync::{Mutex, MutexGuard};

use crate::app::App;
use crate::connections::Entry;
use crate::error::{Doing, Internal};
use crate::events::Event;

/// Whose turn it is, and up to where memory has followed the store.
#[derive(Default)]
pub(crate) struct Turns(Mutex<Revisions>);

/// The right to change something: an open transaction. Dropping it changes nothing.
pub(crate) struct Turn<'app> {
    app: &'app App,
    seen: MutexGuard<'app, Revisions>,
    before: Revisions,
    /// Begun before the transaction, so that times grow from turn to turn.
    pub(crate) now: Timestamp,
    pub(crate) tx: Box<dyn WriteTx>,
}

/// The change is durable; now memory follows. Should that fail, the reconciler does it: what was
/// seen stays behind until it is done.
#[must_use = "memory has to follow"]
pub(crate) struct Committed<'app> {
    app: &'app App,
    seen: MutexGuard<'app, Revisions>,
    now_seen: Revisions,
}

const DOING: &str = "begin a change";

impl App {
    /// Waits for a turn and begins a transaction.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, Internal> {
        let seen = self.0.turns.0.lock().await;
        let mut tx = self.0.store.write().await.doing(DOING)?;
        let before = tx.revisions().await.doing(DOING)?;
        Ok(Turn { app: self, seen, before, now: self.now(), tx })
    }

    /// Up to where memory has followed the store. Whoever holds it keeps others from changing anything.
    pub(crate) async fn seen(&self) -> MutexGuard<'_, Revisions> {
        self.0.turns.0.lock().await
    }
}

impl<'app> Turn<'app> {
    /// Makes the changes durable.
    pub(crate) async fn commit(mut self, doing: &'static str) -> Result<Committed<'app>, Internal> {
        let after = self.tx.revisions().await.doing(doing)?;
        self.tx.commit().await.doing(doing)?;
        let mut now_seen = *self.seen;
        // When another process wrote in between, `seen` stays behind and the reconciler reads it all.
        if now_seen.connections == self.before.connections {
            now_seen.connections = after.connections;
        }
        if now_seen.plugins == self.before.plugins {
            now_seen.plugins = after.plugins;
        }
        Ok(Committed { app: self.app, seen: self.seen, now_seen })
    }
}

impl Committed<'_> {
    /// A connection was created or changed.
    pub(crate) fn put(self, entry: &Arc<Entry>, id: &ConnectionId) {
        self.follow(|app| {
            app.0.registry.put(Arc::clone(entry));
            app.wake_supervisor();
            app.0.hub.publish(Event::ConnectionChanged(id.clone()));
        });
    }

    /// Connections were created, many at once.
    pub(crate) fn append(self, entries: &[Arc<Entry>]) {
        self.follow(|app| {
            app.0.registry.append(entries);
            app.wake_supervisor();
            for connection in entries.iter().filter_map(|entry| entry.connection().ok()) {
                app.0.hub.publish(Event::ConnectionChanged(connection.id.clone()));
            }
        });
    }

    /// A connection was deleted.
    pub(crate) fn remove(self, id: &ConnectionId) {
        self.follow(|app| {
            app.0.registry.remove(id.as_str());
            app.wake_supervisor();
            app.0.hub.publish(Event::ConnectionRemoved(id.clone()));
        });
    }

    /// Something else was changed, and `follow` is what memory makes of it.
    pub(crate) fn follow(mut self, follow: impl FnOnce(&App)) {
        Step::Notify.around(|| follow(self.app));
        *self.seen = self.now_seen;
    }
}
