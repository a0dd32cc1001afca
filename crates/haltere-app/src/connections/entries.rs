//! Makes entries of connections and rows, under the present plugin switches.

use std::sync::Arc;

use haltere_core::{
    Connection, ConnectionSettings, MqttPassword, MqttString, PluginId, Revision, TlsSettings,
};
use haltere_link::{Interest, LinkSpec, generated_client_id};
use haltere_store::ConnectionRecord;

use super::cleaned::Cleaned;
use super::entry::{Entry, Unreadable, UnreadableField, make_a_difference};
use super::fleet::Fleet;
use super::pem_cache::PemCache;
use super::record;

impl Fleet {
    /// The entry for a row just read: `old` itself where nothing has changed.
    pub(crate) fn entry_after(
        &self,
        old: Option<&Arc<Entry>>,
        row: ConnectionRecord,
    ) -> Arc<Entry> {
        if let Some(old) = old.filter(|old| self.is_current(old, &row)) {
            return Arc::clone(old);
        }
        let new = self.entry(row);
        if let Err(unreadable) = new.connection() {
            if let Some(old) = old.filter(|old| old.connection() == Err(unreadable)) {
                return Arc::clone(old);
            }
            let Unreadable { reason, row, .. } = unreadable;
            tracing::error!(connection = row.id, %reason, "a stored connection can't be read");
        }
        Arc::new(new)
    }

    /// Makes an entry out of what was just stored or read.
    pub(crate) fn entry(&self, row: ConnectionRecord) -> Entry {
        self.entry_by(row, Self::entry_of)
    }

    /// The same, if only the labels differ from what is in memory.
    pub(super) fn entry_relabeled(&self, row: ConnectionRecord) -> Entry {
        self.entry_by(row, Self::entry_of_relabeled)
    }

    fn entry_by(
        &self,
        row: ConnectionRecord,
        entry_of: impl Fn(&Self, Arc<Connection>) -> Entry,
    ) -> Entry {
        match record::open(&self.vault, &self.pem_cache, &row) {
            Ok(connection) => entry_of(self, Arc::new(connection)),
            Err(reason) => {
                let unreadable = unreadable(row, &self.pem_cache, reason);
                Entry::unreadable(unreadable)
            }
        }
    }

    /// Makes an entry out of a connection.
    pub(crate) fn entry_of(&self, connection: Arc<Connection>) -> Entry {
        let revision = connection.revision;
        self.entry_with(connection, revision)
    }

    /// Makes an entry out of a connection of which only the labels differ from what is in memory: its link is as it
    /// was, and does not even try again.
    pub(super) fn entry_of_relabeled(&self, connection: Arc<Connection>) -> Entry {
        let old = self.registry.get(connection.id.as_str());
        // Another process may have changed more than labels in between.
        let is_next = |old: &Entry| {
            old.connection()
                .is_ok_and(|it| [it.revision, it.revision.next()].contains(&connection.revision))
        };
        let old = old.as_deref().filter(|old| is_next(old));
        let linked = old.and_then(Entry::spec).map(|spec| spec.revision);
        let revision = linked.unwrap_or(connection.revision);
        self.entry_with(connection, revision)
    }

    /// `revision` is that of the link: the one that has last changed more than labels.
    fn entry_with(&self, connection: Arc<Connection>, revision: Revision) -> Entry {
        let connection = self.pem_cache.share(Arc::unwrap_or_clone(connection));
        let connection = Arc::new(connection);
        let spec = Arc::new(LinkSpec { revision, ..self.spec(&connection) });
        Entry::readable(connection, spec)
    }

    /// The same entry under the present plugin switches.
    fn renewed(&self, entry: &Arc<Entry>) -> Arc<Entry> {
        match (entry.connection(), entry.spec()) {
            (Ok(connection), Some(spec)) => {
                Arc::new(self.entry_with(Arc::clone(connection), spec.revision))
            }
            _ => Arc::clone(entry),
        }
    }

    /// Rebuilds all entries after the plugin `tls` was switched. Affected links are dialled again.
    pub(crate) fn renew(&self) {
        let entries = self.registry.snapshot();
        let entries = entries.entries().iter().map(|entry| self.renewed(entry));
        self.registry.replace(entries.collect());
        self.reconcile_links();
    }

    /// Whether `entry` is what would be made out of `row`, as far as is known without unsealing secrets.
    pub(super) fn is_current(&self, entry: &Entry, row: &ConnectionRecord) -> bool {
        let (Ok(connection), Some(spec)) = (entry.connection(), entry.spec()) else { return false };
        connection.revision == row.revision
            && connection.created_at == row.created_at
            && spec.tls == self.effective_tls(&connection.settings.tls)
            && spec.tls_off != self.switches.is_on(PluginId::Tls)
    }

    pub(super) fn spec(&self, connection: &Connection) -> LinkSpec {
        let ConnectionSettings { url, credentials, mmc, .. } = &connection.settings;
        let credentials = credentials.as_ref();
        let no_metrics = mmc.no_metrics_mode == Some(true);
        let own_client_id = credentials.and_then(|it| it.client_id.as_ref());
        LinkSpec {
            id: connection.id.clone(),
            revision: connection.revision,
            url: url.clone(),
            client_id: own_client_id.map_or_else(
                || generated_client_id(&self.instance, connection.id.as_str()).into(),
                MqttString::shared,
            ),
            username: credentials.and_then(|it| it.username.as_ref()).map(MqttString::shared),
            password: credentials.and_then(|it| it.password.as_ref()).map(MqttPassword::shared),
            tls: self.effective_tls(&connection.settings.tls),
            tls_ignored: make_a_difference(&connection.settings.tls)
                && !self.switches.is_on(PluginId::Tls),
            tls_off: !self.switches.is_on(PluginId::Tls),
            interest: if no_metrics { Interest::none() } else { Interest::version_and_uptime() },
            no_metrics,
            intent: connection.intent,
        }
    }

    /// While the plugin `tls` is off, TLS settings are kept but not used.
    fn effective_tls(&self, tls: &TlsSettings) -> TlsSettings {
        if self.switches.is_on(PluginId::Tls) { tls.clone() } else { TlsSettings::default() }
    }
}

fn unreadable(row: ConnectionRecord, pem_cache: &PemCache, reason: UnreadableField) -> Unreadable {
    let Cleaned { ca, cert, .. } = Cleaned::of(&row, pem_cache);
    let labels = record::labels(&row).unwrap_or_default();
    Unreadable {
        reason,
        labels,
        row: ConnectionRecord { ca, cert, password: None, key: None, ..row },
    }
}
