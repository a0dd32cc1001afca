//! One stored connection in memory.

use std::sync::{Arc, OnceLock};

use haltere_core::sentence::AnyFault;
use haltere_core::{Connection, ConnectionSettings, Intent, Labels, Pem, Timestamp, TlsSettings};
use haltere_link::LinkSpec;
use haltere_link::tls::certificates_in;
use haltere_store::ConnectionRecord;

use super::view_text::Texts;

/// One stored connection.
#[derive(Debug)]
pub struct Entry {
    content: Content,
    texts: Texts,
    /// Read when it is first shown: few connections have a certificate.
    cert_not_after: OnceLock<Option<Timestamp>>,
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
    /// Why.
    pub reason: UnreadableField,
    /// None, if they can't be read either.
    pub labels: Labels,
    /// As stored, but without secrets, and nothing but certificates in `ca` and `cert`.
    pub row: ConnectionRecord,
}

/// A stored field that can't be read. Prints as "field: why", and never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct UnreadableField {
    /// The field, as it is called on the wire: `credentials.password`.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: AnyFault,
}

impl Entry {
    pub(super) fn readable(connection: Arc<Connection>, spec: Arc<LinkSpec>) -> Self {
        Self::new(Content::Readable { connection, spec })
    }

    pub(super) fn unreadable(unreadable: Unreadable) -> Self {
        Self::new(Content::Unreadable(Box::new(unreadable)))
    }

    fn new(content: Content) -> Self {
        Self { content, texts: Texts::default(), cert_not_after: OnceLock::new() }
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

    /// Its labels.
    pub fn labels(&self) -> &Labels {
        self.connection().map_or_else(|it| &it.labels, |it| &it.settings.labels)
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

    /// Our client certificate, and the CAs that it comes with.
    pub fn cert(&self) -> Option<&Pem> {
        match self.connection() {
            Ok(connection) => connection.settings.tls.cert.as_ref(),
            Err(unreadable) => unreadable.row.cert.as_ref(),
        }
    }

    /// When our client certificate expires; `None` if there is none, or it can't be read.
    pub fn cert_not_after(&self) -> Option<Timestamp> {
        let cert = self.cert()?;
        *self.cert_not_after.get_or_init(|| certificates_in(cert.bytes()).first()?.not_after)
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

/// Whether dialling with these settings is another thing than without. No `..`: a new one does not
/// compile until it is handled here.
pub(crate) fn make_a_difference(tls: &TlsSettings) -> bool {
    let TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name } = tls;
    let pem = ca.is_some() || cert.is_some() || key.is_some();
    *reject_unauthorized == Some(false) || pem || alpn.is_some() || server_name.is_some()
}
