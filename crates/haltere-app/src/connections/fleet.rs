//! The connections in memory, and their links.
//!
//! Reads are answered from it. A durable change is applied to it by the operation that has made the change, under the
//! [write lock](crate::write_lock), or by the reconciler.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use haltere_core::{Connection, ConnectionId, ConnectionStatus, PluginId};
use haltere_link::Supervisor;

use super::entry::Entry;
use super::pem_cache::PemCache;
use super::registry::Registry;
use super::view::current;
use crate::events::{Change, ChangeFeed};
use crate::plugins::Switches;
use crate::vault::Vault;

/// The connections in memory, and their links.
pub(crate) struct Fleet {
    pub(crate) registry: Registry,
    pub(crate) supervisor: Supervisor,
    pub(crate) feed: Arc<ChangeFeed>,
    pub(crate) switches: Switches,
    pub(crate) vault: Arc<Vault>,
    /// Shares equal certificates and keys.
    pub(crate) pem_cache: PemCache,
    /// Distinguishes this instance's links from those of other instances on the same broker.
    pub(crate) instance: String,
    /// Whether stored certificates have to be repaired.
    pub(crate) needs_repair: AtomicBool,
}

impl Fleet {
    /// A connection was created or changed.
    pub(crate) fn put(&self, entry: &Arc<Entry>, id: &ConnectionId) {
        self.registry.put(Arc::clone(entry));
        self.reconcile_links();
        self.feed.push(Change::Connection(id.clone()));
    }

    /// Connections were changed at once.
    pub(crate) fn put_all(&self, entries: &[Arc<Entry>]) {
        self.registry.merge(&[], entries, &[]);
        self.reconcile_links();
        self.feed.extend(entries.iter().filter_map(|entry| change_of(entry)));
    }

    /// Many connections were created at once.
    pub(crate) fn append(&self, connections: Vec<Arc<Connection>>) {
        let ids: Vec<_> = connections.iter().map(|connection| connection.id.clone()).collect();
        let entries = connections.into_iter().map(|it| Arc::new(self.entry_of(it)));
        self.registry.append(&entries.collect::<Vec<_>>());
        self.reconcile_links();
        self.feed.extend(ids.into_iter().map(Change::Connection));
    }

    /// A connection was deleted.
    pub(crate) fn remove(&self, id: &ConnectionId) {
        self.registry.remove(id.as_str());
        self.reconcile_links();
        self.feed.push(Change::Connection(id.clone()));
    }

    /// Starts, changes and ends links so that they match the connections in memory.
    pub(crate) fn reconcile_links(&self) {
        self.supervisor.reconcile(&self.registry.snapshot().specs());
    }

    /// Publishes all connections if their plugin is on: while it was off, event streams skipped them.
    pub(crate) fn publish_connections(&self) {
        if self.switches.is_on(PluginId::ConnectionsRestApi) {
            let snapshot = self.registry.snapshot();
            self.feed.extend(snapshot.entries().iter().filter_map(|entry| change_of(entry)));
        }
    }

    /// How the link of `connection` is: of this revision of it, not of one before.
    pub(crate) fn status(&self, connection: &Connection) -> Arc<ConnectionStatus> {
        let entry = self.registry.get(connection.id.as_str());
        let linked = entry
            .filter(|entry| entry.connection().is_ok_and(|it| it.revision == connection.revision))
            .and_then(|entry| entry.spec().map(|spec| spec.revision));
        let revision = linked.unwrap_or(connection.revision);
        current(connection, revision, self.supervisor.status(&connection.id))
    }
}

/// The change of a connection; `None` for a row whose id is malformed.
pub(crate) fn change_of(entry: &Entry) -> Option<Change> {
    ConnectionId::parse(entry.id()).ok().map(Change::Connection)
}
