//! What is in memory of connections, and how stored changes get there.
//!
//! Reads are answered from the fleet. A durable change is applied to it by the operation that has made the change, under the
//! [write lock](crate::write_lock), or by the reconciler.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use haltere_core::{
    Connection, ConnectionId, ConnectionStatus, LabelSelector, PluginId, UserName, error_chain,
};
use haltere_link::Supervisor;
use haltere_store::Transactions;

use super::entry::Entry;
use super::pem_cache::PemCache;
use super::registry::Registry;
use super::view::current;
use crate::credential::Credential;
use crate::error::Internal;
use crate::events::{Change, ChangeFeed};
use crate::groups::GroupDirectory;
use crate::plugins::Switches;
use crate::policy::{GroupRoles, LabelsById, Principal};
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
    /// Which of them members of groups may see.
    pub(crate) groups: GroupDirectory,
}

impl LabelsById for Fleet {
    fn matches(&self, id: &str, selector: &LabelSelector) -> bool {
        // The labels of a connection that can't be read may be unknown.
        let is_known = |entry: &Entry| entry.connection().is_ok() || !entry.labels().is_empty();
        let entry = self.registry.get(id);
        entry.is_some_and(|entry| is_known(&entry) && selector.matches(entry.labels()))
    }
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

    /// What groups give a user; `None` if no group concerns the user.
    pub(crate) fn group_roles_of(&self, user: &UserName) -> Option<Arc<GroupRoles>> {
        self.groups.roles_of(user, &self.registry.snapshot())
    }

    /// Replaces what the principal may see by what groups say now.
    pub(crate) fn follow_groups(&self, principal: &mut Principal) {
        let groups = self.group_roles_of(principal.user());
        principal.set_groups(groups);
        if let Some(viewer) = principal.viewed_by() {
            let groups = self.group_roles_of(viewer);
            principal.set_groups_of_viewer(groups);
        }
    }

    /// Notes what groups give a user now. What was begun with the credential ends if that is less than `former`.
    pub(crate) fn follow_groups_of(
        &self,
        user: &UserName,
        former: &mut Option<Arc<GroupRoles>>,
        credential: &mut Credential,
    ) {
        let groups = self.group_roles_of(user);
        if groups == *former {
            return;
        }
        let former = std::mem::replace(former, groups.clone());
        let still_exists = |id: &str| self.registry.get(id).is_some();
        if GroupRoles::loses(former.as_deref(), groups.as_deref(), still_exists) {
            std::mem::replace(credential, Credential::new()).end();
        }
    }

    /// Reads the groups if they may have changed since the change counter of sessions was another one, and wakes event
    /// streams if they say something else.
    pub(crate) async fn catch_up_with_groups(
        &self,
        store: &dyn Transactions,
        counter: i64,
    ) -> Result<(), Internal> {
        self.apply_groups(self.groups.catch_up(store, counter).await?);
        Ok(())
    }

    /// Reads the groups after a change was stored. If it fails, the reconciler tries again.
    pub(crate) async fn reload_groups(&self, store: &dyn Transactions) {
        match self.groups.reload(store).await {
            Ok(is_new) => self.apply_groups(is_new),
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "groups are not in memory yet");
            }
        }
    }

    fn apply_groups(&self, is_new: bool) {
        if is_new {
            self.feed.push(Change::Groups);
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
