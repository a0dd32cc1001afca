//! Two connections that would end each other's session.
//!
//! A broker lets one client at a time have a client id: the newer one ends the older one's session
//! (MQTT 5, 3.1.4). So two connections with the same client id at the same broker take turns for ever.
//!
//! The same broker is the same host and port, whatever the scheme, with a WebSocket the same path, and
//! with TLS the same server name: by these a proxy tells brokers apart. What counts is the client id a link uses: the
//! one given by hand, or the one haltere makes up. Two that are made up never meet; one given by hand may well be
//! copied from one that was made up. What should be disconnected counts, too: somebody connects it some day.

use std::borrow::Cow;

use haltere_core::{
    BrokerUrl, Connection, ConnectionId, Credentials, Host, TlsMaterial, TlsServerName,
};
use haltere_link::{LinkSpec, generated_client_id, is_generated_client_id};
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
    /// The place of a connection in this installation.
    pub(super) fn of(connection: &Connection, instance: &str) -> Self {
        let Connection { id, url, credentials, tls, .. } = connection;
        let given = credentials.as_ref().and_then(|it| it.client_id.as_deref());
        Self::at(url, asked_for(tls), &used(given, instance, id.as_str()))
    }

    /// The same of one that is to be, by its parts. `None` when its id is still to be made, and with it a client
    /// id that differs from all others.
    pub(super) fn wanted(
        id: Option<&ConnectionId>,
        url: &BrokerUrl,
        credentials: Option<&Credentials>,
        tls: &TlsMaterial,
        instance: &str,
    ) -> Option<Self> {
        let given = credentials.and_then(|it| it.client_id.clone());
        let client_id =
            given.or_else(|| Some(generated_client_id(instance, id?.as_str()).into()))?;
        Some(Self::at(url, asked_for(tls), &client_id))
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
    pub(super) fn of_use(it: &ClientIdUse, instance: &str) -> Option<Self> {
        let url = BrokerUrl::parse(&it.url).ok()?;
        let client_id = used(it.client_id.as_deref(), instance, &it.id);
        Some(Self::at(&url, it.server_name.as_deref(), &client_id))
    }

    /// As [`Self::of_use`].
    pub(super) fn of_row(row: &ConnectionRecord, instance: &str) -> Option<Self> {
        let url = BrokerUrl::parse(&row.url).ok()?;
        let client_id = used(row.client_id.as_deref(), instance, &row.id);
        Some(Self::at(&url, row.server_name.as_deref(), &client_id))
    }

    /// Refuses the place when a stored connection other than `id` has it.
    pub(super) async fn check_free(
        &self,
        tx: &mut dyn WriteTx,
        id: &ConnectionId,
        instance: &str,
    ) -> Result<Option<Invalid>, StoreError> {
        let is_own = self.client_id == generated_client_id(instance, id.as_str());
        let mut uses = tx.find_client_id(&self.client_id).await?;
        if !is_own && is_generated_client_id(&self.client_id) {
            let all = tx.list_client_ids().await?;
            uses.extend(all.into_iter().filter(|other| other.client_id.is_none()));
        }
        let holder = uses.into_iter().find(|other| {
            other.id != id.as_str() && Self::of_use(other, instance).as_ref() == Some(self)
        });
        Ok(holder.map(|other| taken(&other.name, &other.id, is_own)))
    }
}

/// The client id a link uses.
fn used<'a>(given: Option<&'a str>, instance: &str, id: &str) -> Cow<'a, str> {
    given.map_or_else(|| generated_client_id(instance, id).into(), Cow::Borrowed)
}

fn asked_for(tls: &TlsMaterial) -> Option<&str> {
    tls.server_name.as_ref().map(TlsServerName::as_str)
}

/// The refusal of a client id that the connection `id` has at the same broker. Whoever gave none is told which.
pub(super) fn taken(name: &str, id: &str, was_made_up: bool) -> Invalid {
    let it = if was_made_up { "the one that haltere makes up for this connection" } else { "it" };
    Invalid::new(
        FIELD,
        format!(
            "the connection {name:?} (id {id:?}) has {it} at the same broker, and each would end the other's session"
        ),
    )
}

impl App {
    /// The other connections with the client id of `entry` at the same broker.
    pub(super) fn rivals(&self, entry: &Entry) -> Vec<String> {
        let place = |entry: &Entry| {
            let (connection, spec) = (entry.connection().ok()?, entry.spec()?);
            Some(Place::at(&connection.url, asked_for(&connection.tls), &spec.client_id))
        };
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
