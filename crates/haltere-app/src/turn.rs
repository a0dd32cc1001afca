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
    seat: Seat<'app>,
    /// Begun before the transaction, so that times grow from turn to turn.
    pub(crate) now: Timestamp,
    pub(crate) tx: Box<dyn WriteTx>,
}

/// The change is durable; now memory follows. Should that fail, the reconciler does it: what was
/// seen stays behind until it is done.
#[must_use = "memory has to follow"]
pub(crate) struct Committed<'app> {
    seat: Seat<'app>,
}

/// Nobody else's turn begins before this is dropped.
struct Seat<'app> {
    app: &'app App,
    seen: MutexGuard<'app, Revisions>,
    /// A link dials for a connection that memory does not have yet.
    is_ahead: bool,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if self.is_ahead {
            // It came to nothing.
            self.app.wake_supervisor();
        }
    }
}

const DOING: &str = "begin a change";

impl App {
    /// Waits for a turn and begins a transaction.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, Internal> {
        let seen = self.0.turns.0.lock().await;
        let tx = self.0.store.write().await.doing(DOING)?;
        let seat = Seat { app: self, seen, is_ahead: false };
        Ok(Turn { seat, now: self.now(), tx })
    }

    /// Up to where memory has followed the store. Whoever holds it keeps others from changing anything.
    pub(crate) async fn seen(&self) -> MutexGuard<'_, Revisions> {
        self.0.turns.0.lock().await
    }
}

impl<'app> Turn<'app> {
    /// Lets the link of a new connection dial while the disk takes the connection in. Nobody sees it
    /// before memory has followed; should the turn end without that, the link ends with it.
    pub(crate) fn dial_ahead(&mut self, new: &Entry) {
        if let Some(spec) = new.spec() {
            self.seat.app.0.supervisor.start_ahead(spec);
            self.seat.is_ahead = true;
        }
    }

    /// Makes the changes durable.
    pub(crate) async fn commit(self, doing: &'static str) -> Result<Committed<'app>, Internal> {
        self.tx.commit().await.doing(doing)?;
        Ok(Committed { seat: self.seat })
    }
}

impl Committed<'_> {
    /// A connection was created or changed.
    pub(crate) fn put(self, entry: &Arc<Entry>, id: &ConnectionId) {
        self.follow(Revisions::of_connections(1), |app| {
            app.0.registry.put(Arc::clone(entry));
            app.wake_supervisor();
            app.0.hub.publish(Event::ConnectionChanged(id.clone()));
        });
    }

    /// Connections were created, many at once.
    pub(crate) fn append(self, entries: &[Arc<Entry>]) {
        self.follow(Revisions::of_connections(entries.len()), |app| {
            app.0.registry.append(entries);
            app.wake_supervisor();
            for connection in entries.iter().filter_map(|entry| entry.connection().ok()) {
                app.0.hub.publish(Event::ConnectionChanged(connection.id.clone()));
            }
        });
    }

    /// A connection was deleted.
    pub(crate) fn remove(self, id: &ConnectionId) {
        self.follow(Revisions::of_connections(1), |app| {
            app.0.registry.remove(id.as_str());
            app.wake_supervisor();
            app.0.hub.publish(Event::ConnectionRemoved(id.clone()));
        });
    }

    /// A switch of a plugin was moved, and `follow` is what memory makes of it.
    pub(crate) fn switch(self, follow: impl FnOnce(&App)) {
        self.follow(Revisions::of_plugins(1), follow);
    }

    /// What was seen moves by what was changed here. When another process wrote in between it stays
    /// behind the store by that, and the reconciler reads it all.
    fn follow(mut self, moved: Revisions, follow: impl FnOnce(&App)) {
        Step::Notify.around(|| follow(self.seat.app));
        self.seat.is_ahead = false;
        *self.seat.seen += moved;
    }
}
