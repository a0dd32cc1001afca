//! What callers send: parsed, but not validated.

use haltere_core::{
    BrokerUrl, Connection, ConnectionId, ConnectionName, ConnectionPatch, ConnectionSettings,
    Intent, Revision, Timestamp,
};
use uuid::Uuid;

/// A connection to be created, overwritten or tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// `None`: haltere generates one (a `UUIDv7`).
    pub id: Option<ConnectionId>,
    /// What the client has set.
    pub settings: ConnectionSettings,
}

/// A whole connection that replaces a stored one.
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

/// The connection to be stored, when there is none of its id and name yet.
pub(super) fn assemble(new: NewConnection, now: Timestamp) -> Connection {
    let NewConnection { id, settings } = new;
    Connection {
        id: id.unwrap_or_else(|| new_id(now)),
        settings,
        intent: Intent::Connected,
        revision: Revision::FIRST,
        created_at: now,
        updated_at: now,
    }
}

/// A `UUIDv7`: unique, and sorting by age.
fn new_id(now: Timestamp) -> ConnectionId {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    let uuid = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos));
    ConnectionId::parse(&uuid.to_string()).expect("a UUID is a valid id")
}
