//! One stored connection in memory.

use std::sync::Arc;

use haltere_core::{
    Connection, ConnectionSettings, Intent, MqttPassword, MqttString, PluginId, Timestamp,
    TlsSettings,
};
use haltere_link::{Interest, LinkSpec, generated_client_id};
use haltere_store::ConnectionRecord;

use super::fleet::Fleet;
use super::pem_cache::PemCache;
use super::record;
use super::repair::Cleaned;
use super::view_text::Texts;

/// One stored connection.
#[derive(Debug)]
pub struct Entry {
    content: Content,
    texts: Texts,
}

#[derive(Debug)]
enum Content {
    Readable { connection: Arc<Connection>, spec: Arc<LinkSpec> },
    Unreadable(Box<Unreadable>),
}

/// A stored connection that can't be used: its secrets can't be opened, or its values are invalid.
/// It is listed without a status, can be replaced and deleted, and is never dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Why; names the field (`credentials.password: …`).
    pub reason: String,
    /// As stored, but without secrets, and nothing but certificates in `ca` and `cert`.
    pub row: ConnectionRecord,
}

impl Entry {
    fn new(content: Content) -> Self {
        Self { content, texts: Texts::default() }
    }

    /// How callers see it, as texts.
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The connection, or the row that can't be read as one.
    pub fn connection(&self) -> Result<&Arc<Connection>, &Unreadable> {
        match &self.content {
            Content::Readable { connection, .. } => Ok(connection),
            Content::Unreadable(unreadable) => Err(unreadable),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.connection().map_or_else(|it| it.row.id.as_str(), |it| it.id.as_str())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.connection().map_or_else(|it| it.row.name.as_str(), |it| it.settings.name.as_str())
    }

    /// Its broker's URL, as stored.
    pub fn url(&self) -> &str {
        self.connection().map_or_else(|it| it.row.url.as_str(), |it| it.settings.url.as_str())
    }

    /// Whether the link should be up.
    pub fn intent(&self) -> Intent {
        self.connection().map_or_else(|it| it.row.intent, |it| it.intent)
    }

    /// When it was created.
    pub fn created_at(&self) -> Timestamp {
        self.connection().map_or_else(|it| it.row.created_at, |it| it.created_at)
    }

    /// How large its certificates are, and with `key` the private key as well, in bytes.
    pub fn pem_bytes(&self, key: bool) -> usize {
        match self.connection() {
            Ok(connection) => connection.settings.tls.pem_bytes(key),
            Err(Unreadable { row, .. }) => {
                row.ca.iter().chain(&row.cert).map(|pem| pem.bytes().len()).sum()
            }
        }
    }

    /// Whether there is a password or a private key in it that could be shown.
    pub fn has_secrets(&self) -> bool {
        self.connection().is_ok_and(|connection| {
            let ConnectionSettings { credentials, tls, .. } = &connection.settings;
            credentials.as_ref().is_some_and(|it| it.password.is_some()) || tls.key.is_some()
        })
    }

    pub(crate) fn spec(&self) -> Option<&Arc<LinkSpec>> {
        match &self.content {
            Content::Readable { spec, .. } => Some(spec),
            Content::Unreadable(_) => None,
        }
    }
}

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
            let Unreadable { reason, row } = unreadable;
            tracing::error!(connection = row.id, reason, "a stored connection can't be read");
        }
        Arc::new(new)
    }

    /// Makes an entry out of what was just stored or read.
    pub(crate) fn entry(&self, row: ConnectionRecord) -> Entry {
        match record::open(&self.vault, &self.pem_cache, &row) {
            Ok(connection) => self.entry_of(Arc::new(connection)),
            Err(reason) => {
                let unreadable = unreadable(row, &self.pem_cache, reason);
                Entry::new(Content::Unreadable(Box::new(unreadable)))
            }
        }
    }

    /// Makes an entry out of a connection.
    pub(crate) fn entry_of(&self, connection: Arc<Connection>) -> Entry {
        let connection = self.pem_cache.share(Arc::unwrap_or_clone(connection));
        let connection = Arc::new(connection);
        let spec = Arc::new(self.spec(&connection));
        Entry::new(Content::Readable { connection, spec })
    }

    /// The same entry under the present plugin switches.
    fn renewed(&self, entry: &Arc<Entry>) -> Arc<Entry> {
        match entry.connection() {
            Ok(connection) => Arc::new(self.entry_of(Arc::clone(connection))),
            Err(_) => Arc::clone(entry),
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
        let Content::Readable { connection, spec } = &entry.content else { return false };
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
            interest: if no_metrics { Interest::none() } else { Interest::broker_identity() },
            no_metrics,
            intent: connection.intent,
        }
    }

    /// While the plugin `tls` is off, TLS settings are kept but not used.
    fn effective_tls(&self, tls: &TlsSettings) -> TlsSettings {
        if self.switches.is_on(PluginId::Tls) { tls.clone() } else { TlsSettings::default() }
    }
}

/// Whether dialling with these settings is another thing than without. No `..`: a new one does not
/// compile until it is handled here.
pub(crate) fn make_a_difference(tls: &TlsSettings) -> bool {
    let TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name } = tls;
    let pem = ca.is_some() || cert.is_some() || key.is_some();
    *reject_unauthorized == Some(false) || pem || alpn.is_some() || server_name.is_some()
}

fn unreadable(row: ConnectionRecord, pem_cache: &PemCache, reason: String) -> Unreadable {
    let Cleaned { ca, cert, .. } = Cleaned::of(&row, pem_cache);
    Unreadable { reason, row: ConnectionRecord { ca, cert, password: None, key: None, ..row } }
}
