//! Connections that would end each other's MQTT session.
//!
//! A broker allows one client per client id: a new one ends the session of the old one (MQTT 5, 3.1.4). Two
//! connections with the same client id at the same broker would disconnect each other forever.
//!
//! The broker is the same if host and port are equal, whatever the scheme; with a WebSocket also the path, and with
//! TLS also the server name, because proxies route by them. The client id is the one that the link uses: configured or
//! generated. Two generated ids never conflict; a configured one may be a copy of a generated one. Disconnected
//! connections count, too: they may be connected later.

use std::borrow::Cow;

use haltere_core::{
    BrokerUrl, Connection, ConnectionId, ConnectionSettings, Host, MqttString, TlsServerName,
    TlsSettings,
};
use haltere_link::{LinkSpec, generated_client_id, is_generated_client_id};
use haltere_store::{ClientIdUse, ConnectionReads, ConnectionRecord, StoreError};

use super::Connections;
use super::entry::Entry;
use crate::error::{FieldFault, Invalid};
use crate::policy::Visibility;

/// The field that a conflict names.
pub(super) const FIELD: &str = "credentials.clientId";

/// Identifies an MQTT session at a broker. Only one connection may have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct MqttSessionKey {
    host: Host,
    port: u16,
    path: String,
    server_name: Option<String>,
    client_id: String,
}

impl MqttSessionKey {
    /// The session of a connection of this instance.
    pub(super) fn of(connection: &Connection, instance: &str) -> Self {
        let Connection { id, settings, .. } = connection;
        let ConnectionSettings { url, credentials, tls, .. } = settings;
        let given = credentials.as_ref().and_then(|it| it.client_id.as_ref());
        let given = given.map(MqttString::as_str);
        Self::at(url, server_name_of(tls), &effective(given, instance, id.as_str()))
    }

    /// The session of a new connection. `None` if its id will be generated, and with it a unique
    /// client id.
    pub(super) fn of_new(
        id: Option<&ConnectionId>,
        settings: &ConnectionSettings,
        instance: &str,
    ) -> Option<Self> {
        let ConnectionSettings { url, credentials, tls, .. } = settings;
        let given = credentials.as_ref().and_then(|it| it.client_id.as_ref());
        let client_id = match given {
            Some(given) => Cow::Borrowed(given.as_str()),
            None => generated_client_id(instance, id?.as_str()).into(),
        };
        Some(Self::at(url, server_name_of(tls), &client_id))
    }

    /// The session of a link.
    pub(super) fn of_link(spec: &LinkSpec) -> Self {
        Self::at(&spec.url, server_name_of(&spec.tls), &spec.client_id)
    }

    /// The session of a client at a broker.
    pub(super) fn at(url: &BrokerUrl, server_name: Option<&str>, client_id: &str) -> Self {
        let host = url.host().canonical();
        // The default is the name of the host.
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

    /// The session of a stored connection; `None` if its URL can't be parsed, because then it is never dialled.
    pub(super) fn of_use(it: &ClientIdUse, instance: &str) -> Option<Self> {
        let url = BrokerUrl::parse(&it.url).ok()?;
        let client_id = effective(it.client_id.as_deref(), instance, &it.id);
        Some(Self::at(&url, it.server_name.as_deref(), &client_id))
    }

    /// As [`Self::of_use`].
    pub(super) fn of_row(row: &ConnectionRecord, instance: &str) -> Option<Self> {
        let url = BrokerUrl::parse(&row.url).ok()?;
        let client_id = effective(row.client_id.as_deref(), instance, &row.id);
        Some(Self::at(&url, row.server_name.as_deref(), &client_id))
    }

    /// The client id.
    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether the generated client id of some other connection may be the same, as well as one that was given.
    pub(super) fn may_equal_generated(&self, id: &ConnectionId, instance: &str) -> bool {
        is_generated_client_id(&self.client_id)
            && self.client_id != generated_client_id(instance, id.as_str())
    }

    /// Returns the error if a stored connection other than `id` has this session.
    pub(super) async fn check_free(
        &self,
        connections: &mut dyn ConnectionReads,
        visibility: &Visibility,
        id: &ConnectionId,
        instance: &str,
    ) -> Result<Option<Invalid>, StoreError> {
        let is_own = self.client_id == generated_client_id(instance, id.as_str());
        let mut uses = connections.find_client_id(&self.client_id).await?;
        if self.may_equal_generated(id, instance) {
            let all = connections.list_client_ids().await?;
            uses.extend(all.into_iter().filter(|other| other.client_id.is_none()));
        }
        let holder = uses.into_iter().find(|other| {
            other.id != id.as_str() && Self::of_use(other, instance).as_ref() == Some(self)
        });
        Ok(holder.map(|other| taken(visibility, &other.name, &other.id, is_own)))
    }
}

/// The client id that a link uses.
fn effective<'a>(given: Option<&'a str>, instance: &str, id: &str) -> Cow<'a, str> {
    given.map_or_else(|| generated_client_id(instance, id).into(), Cow::Borrowed)
}

fn server_name_of(tls: &TlsSettings) -> Option<&str> {
    tls.server_name.as_ref().map(TlsServerName::as_str)
}

/// The error that the connection `id` has the client id at the same broker. A hidden one is not named.
pub(super) fn taken(visibility: &Visibility, name: &str, id: &str, was_generated: bool) -> Invalid {
    let is_visible = visibility.covers(id);
    let (name, id) = (name.to_owned(), id.to_owned());
    let fault = match (was_generated, is_visible) {
        (false, true) => FieldFault::ClientIdTaken { name, id },
        (false, false) => FieldFault::ClientIdTakenElsewhere,
        (true, true) => FieldFault::GeneratedClientIdTaken { name, id },
        (true, false) => FieldFault::GeneratedClientIdTakenElsewhere,
    };
    Invalid::of(FIELD, &fault)
}

impl Connections {
    /// The other connections with the session of `entry`. Hidden ones are not named.
    pub(super) fn conflicting_connections(
        &self,
        visibility: &Visibility,
        entry: &Entry,
    ) -> Vec<String> {
        let key = |entry: &Entry| {
            let (connection, spec) = (entry.connection().ok()?, entry.spec()?);
            let ConnectionSettings { url, tls, .. } = &connection.settings;
            Some(MqttSessionKey::at(url, server_name_of(tls), &spec.client_id))
        };
        let Some(of_new) = key(entry) else { return Vec::new() };
        let snapshot = self.fleet.registry.snapshot();
        let others = snapshot.entries().iter().filter(|other| other.id() != entry.id());
        others
            .filter(|other| key(other).as_ref() == Some(&of_new))
            .map(|other| {
                if visibility.covers(other.id()) {
                    format!("{:?} (id {:?})", other.name(), other.id())
                } else {
                    "another connection".to_owned()
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
