//! What a link should be.

use std::borrow::Cow;
use std::sync::Arc;

use haltere_core::{BrokerUrl, ConnectionId, Host, Intent, Revision, Secret, TlsMaterial};

/// What a link should be: one per stored connection. Never changed, only replaced.
#[derive(Debug, Clone)]
pub struct LinkSpec {
    /// The connection it serves.
    pub id: ConnectionId,
    /// The revision of the connection it was made from; the status speaks of it.
    pub revision: Revision,
    /// Where the broker is.
    pub url: BrokerUrl,
    /// The MQTT client id; unique per connection and instance, else two links kick each other.
    pub client_id: Arc<str>,
    /// The MQTT user name.
    pub username: Option<Arc<str>>,
    /// The MQTT password; without effect when there is no user name.
    pub password: Option<Arc<Secret<String>>>,
    /// TLS settings that count; the default while the plugin `tls` is off.
    pub tls: TlsMaterial,
    /// The connection has TLS settings that don't count, because the plugin `tls` is off.
    pub tls_ignored: bool,
    /// The plugin `tls` is off, whether the connection has TLS settings or not.
    pub tls_off: bool,
    /// Whether to ask the broker for its version and uptime (`$SYS`).
    pub read_sys: bool,
    /// Whether the link should be up.
    pub intent: Intent,
}

impl LinkSpec {
    /// Whose certificate the broker has to show.
    pub(crate) fn tls_host(&self) -> Cow<'_, Host> {
        match &self.tls.server_name {
            Some(name) => Cow::Owned(Host::Name(name.as_str().to_owned())),
            None => Cow::Borrowed(self.url.host()),
        }
    }

    /// Whether both would dial the same broker in the same way, so that a link that is up may stay up.
    pub(crate) fn dials_like(&self, other: &Self) -> bool {
        self.url == other.url
            && self.client_id == other.client_id
            && self.username == other.username
            && self.password == other.password
            && (!self.url.transport().is_tls() || self.tls == other.tls)
            && self.read_sys == other.read_sys
    }
}
