//! What a link needs to know about its connection.

use std::borrow::Cow;
use std::sync::Arc;

use haltere_core::{BrokerUrl, ConnectionId, Host, Intent, Revision, Secret, TlsSettings};

use crate::Interest;

/// What a link needs to know about its connection. Never changed, only replaced.
#[derive(Debug, Clone)]
pub struct LinkSpec {
    pub id: ConnectionId,
    /// The revision of the connection, which is also the revision of the link's status.
    pub revision: Revision,
    pub url: BrokerUrl,
    /// The MQTT client id. Unique per connection and instance; otherwise two links take over each other's
    /// session.
    pub client_id: Arc<str>,
    pub username: Option<Arc<str>>,
    /// The MQTT password. Not used without a user name.
    pub password: Option<Arc<Secret<String>>>,
    /// The TLS settings; the default while the plugin `tls` is off.
    pub tls: TlsSettings,
    /// The connection has TLS settings that are not used, because the plugin `tls` is off.
    pub tls_ignored: bool,
    /// The plugin `tls` is off, whether the connection has TLS settings or not.
    pub tls_off: bool,
    /// The topics to subscribe to.
    pub interest: Interest,
    /// Whether to ask the broker to publish no metrics about this client (`noMetricsMode`): MQTT 5's user
    /// property `sys-metrics` in CONNECT.
    pub no_metrics: bool,
    pub intent: Intent,
}

impl LinkSpec {
    /// The first revision of a link that should be up, without credentials and TLS settings.
    pub fn new(id: ConnectionId, url: BrokerUrl, client_id: impl Into<Arc<str>>) -> Self {
        Self {
            id,
            revision: Revision::FIRST,
            url,
            client_id: client_id.into(),
            username: None,
            password: None,
            tls: TlsSettings::default(),
            tls_ignored: false,
            tls_off: false,
            interest: Interest::version_and_uptime(),
            no_metrics: false,
            intent: Intent::Connected,
        }
    }

    /// The host that the broker's certificate has to be valid for.
    pub(crate) fn tls_host(&self) -> Cow<'_, Host> {
        match &self.tls.server_name {
            Some(name) => Cow::Owned(Host::Name(name.as_str().to_owned())),
            None => Cow::Borrowed(self.url.host()),
        }
    }

    /// Whether both dial the same broker in the same way, so that a link that is up can stay up.
    pub(crate) fn dials_like(&self, other: &Self) -> bool {
        self.url == other.url
            && self.client_id == other.client_id
            && self.username == other.username
            && self.password == other.password
            && (!self.url.transport().is_tls() || self.tls == other.tls)
            && self.no_metrics == other.no_metrics
    }
}
