//! What callers send: already parsed, not yet judged.

use haltere_core::{BrokerUrl, ConnectionId, ConnectionName, ConnectionPatch, ConnectionSettings};

/// A connection to be created, overwritten or tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// `None`: haltere generates one (a `UUIDv7`).
    pub id: Option<ConnectionId>,
    /// What the client has set.
    pub settings: ConnectionSettings,
}

/// A whole connection in place of a stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionReplacement {
    pub name: ConnectionName,
    pub url: BrokerUrl,
    /// The other fields: see [`ConnectionPatch::replacing_all`].
    pub rest: ConnectionPatch,
}

impl From<ConnectionReplacement> for ConnectionPatch {
    fn from(ConnectionReplacement { name, url, rest }: ConnectionReplacement) -> Self {
        Self { name: Some(name), url: Some(url), ..rest.replacing_all() }
    }
}
