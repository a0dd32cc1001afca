//! Two connections that would end each other's session.
//!
//! A broker lets one client at a time have a client id: the newer one ends the older one's session
//! (MQTT 5, 3.1.4). So two connections with the same client id at the same broker take turns for ever.
//!
//! The same broker is the same host and port, whatever the scheme, with a WebSocket the same path, and
//! with TLS the same server name: by these a proxy tells brokers apart. Only client ids given by hand count; those haltere makes are
//! unique. What should be disconnected counts, too: somebody connects it some day.

use haltere_core::{
    BrokerUrl, Connection, ConnectionId, Credentials, Host, TlsMaterial, TlsServerName,
};
use haltere_link::LinkSpec;
use haltere_store::{ClientIdUse, ConnectionRecord, StoreError, WriteTx};

use super::entry::Entry;
use crate::app::App;
use crate::error::Invalid;

/// The field that is at fault.
pub(super) const FIELD: &str = "credentials.clientId";

/// What only one connection may have at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    host: Host,
    port: u16,
    path: String,
    server_name: Option<String>,
    client_id: String,
}

impl Place {
    /// `None` without a client id given by hand.
    pub(super) fn of(connection: &Connection) -> Option<Self> {
        let Connection { url, credentials, tls, .. } = connection;
        Self::wanted(url, credentials.as_ref(), tls)
    }

    /// The same, by its parts.
    pub(super) fn wanted(
        url: &BrokerUrl,
        credentials: Option<&Credentials>,
        tls: &TlsMaterial,
    ) -> Option<Self> {
        Some(Self::at(url, asked_for(tls), credentials?.client_id.as_deref()?))
    }

    /// Where the link dials, under whichever client id.
    pub(super) fn of_link(spec: &LinkSpec) -> Self {
        Self::at(&spec.url, asked_for(&spec.tls), &spec.client_id)
    }

    /// The place of a client at a broker.
    pub(super) fn at(url: &BrokerUrl, server_name: Option<&str>, client_id: &str) -> Self {
        let host = url.host().canonical();
        // Without one, the host's is asked for.
        let usual = matches!(&host, Host::Name(name) if Some(name.as_str()) == server_name);
        let server_name = server_name.filter(|_| url.transport().is_tls() && !usual);
        Self {
            server_name: server_name.map(str::to_owned),
            host,
            port: url.port(),
            path: url.path().to_owned(),
            client_id: client_id.to_owned(),
        }
    }

    /// `None` when the stored URL makes no sense: nobody dials that.
    pub(super) fn of_use(it: &ClientIdUse) -> Option<Self> {
        let url = BrokerUrl::parse(&it.url).ok()?;
        Some(Self::at(&url, it.server_name.as_deref(), &it.client_id))
    }

    /// As [`Self::of_use`]; `None` also without a client id.
    pub(super) fn of_row(row: &ConnectionRecord) -> Option<Self> {
        let url = BrokerUrl::parse(&row.url).ok()?;
        Some(Self::at(&url, row.server_name.as_deref(), row.client_id.as_deref()?))
    }

    /// The stored connection, other than `id`, that has this place.
    pub(super) async fn holder(
        &self,
        tx: &mut dyn WriteTx,
        id: &ConnectionId,
    ) -> Result<Option<ClientIdUse>, StoreError> {
        let uses = tx.find_client_id(&self.client_id).await?;
        Ok(uses
            .into_iter()
            .find(|other| other.id != id.as_str() && Self::of_use(other).as_ref() == Some(self)))
    }
}

fn asked_for(tls: &TlsMaterial) -> Option<&str> {
    tls.server_name.as_ref().map(TlsServerName::as_str)
}

/// The refusal of a client id that the connection `id` has at the same broker.
pub(super) fn taken(name: &str, id: &str) -> Invalid {
    Invalid::new(
        FIELD,
        format!(
            "the connection {name:?} (id {id:?}) has it at the same broker, and each would end the other's session"
        ),
    )
}

impl App {
    /// The other connections with the client id of `entry` at the same broker.
    pub(super) fn rivals(&self, entry: &Entry) -> Vec<String> {
        let place = |entry: &Entry| entry.connection().ok().and_then(|it| Place::of(it));
        let Some(wanted) = place(entry) else { return Vec::new() };
        let snapshot = self.0.registry.snapshot();
        let others = snapshot.entries().iter().filter(|other| other.id() != entry.id());
        others
            .filter(|other| place(other).as_ref() == Some(&wanted))
            .map(|other| format!("{:?} (id {:?})", other.name(), other.id()))
            .collect()
    }
}

#[cfg(test)]
mod tests;
