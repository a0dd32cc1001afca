//! Valid things, of which a test changes only what it is about.

use haltere_core::{
    BrokerUrl, Connection, ConnectionId, ConnectionName, ConnectionSettings, Credentials, Intent,
    MqttPassword, MqttString, Pem, Revision, Secret, Timestamp, TlsSettings, UserName,
};

use crate::certs::Identity;

/// An id. Panics when `text` is not a valid one.
pub fn id(text: &str) -> ConnectionId {
    ConnectionId::parse(text).unwrap_or_else(|e| panic!("id {text:?}: {e}"))
}

/// A name. Panics when `text` is not a valid one.
pub fn name(text: &str) -> ConnectionName {
    ConnectionName::parse(text).unwrap_or_else(|e| panic!("name {text:?}: {e}"))
}

/// A URL. Panics when `text` is not a valid one.
pub fn url(text: &str) -> BrokerUrl {
    BrokerUrl::parse(text).unwrap_or_else(|e| panic!("url {text:?}: {e}"))
}

/// A user's name. Panics when `text` is not a valid one.
pub fn user(text: &str) -> UserName {
    UserName::parse(text).unwrap_or_else(|e| panic!("user {text:?}: {e}"))
}

/// A text for MQTT. Panics when `text` does not fit.
pub fn mqtt_text(text: &str) -> MqttString {
    MqttString::parse(text).unwrap_or_else(|e| panic!("text {text:?}: {e}"))
}

/// A password for MQTT. Panics when `text` does not fit.
pub fn mqtt_password(text: &str) -> MqttPassword {
    MqttPassword::parse(text.into()).unwrap_or_else(|e| panic!("password {text:?}: {e}"))
}

/// A username and a password.
pub fn login(username: &str, password: &str) -> Option<Credentials> {
    Credentials::new(Some(mqtt_text(username)), Some(mqtt_password(password)), None)
}

/// A client id.
pub fn client_id(text: &str) -> Option<Credentials> {
    Credentials::new(None, None, Some(mqtt_text(text)))
}

/// TLS settings that trust `ca_pem` and nothing else.
pub fn trusting(ca_pem: &str) -> TlsSettings {
    TlsSettings { ca: Some(Pem::new(ca_pem.as_bytes().to_vec())), ..TlsSettings::default() }
}

/// The same settings, with `identity` as the client certificate.
#[must_use]
pub fn showing(tls: TlsSettings, identity: &Identity) -> TlsSettings {
    TlsSettings {
        cert: Some(Pem::new(identity.cert_pem.as_bytes().to_vec())),
        key: Some(Secret::new(Pem::new(identity.key_pem.as_bytes().to_vec()))),
        ..tls
    }
}

/// A stored connection that wants to be up: plain MQTT on localhost, revision 1, made at the start
/// of 2026, name `Connection <id>`. Change its public fields, or use [`ConnectionExt`].
pub fn connection(id_text: &str) -> Connection {
    let made = Timestamp::from_second(1_767_225_600).expect("within jiff's range");
    Connection {
        id: id(id_text),
        settings: ConnectionSettings::new(
            name(&format!("Connection {id_text}")),
            url("mqtt://localhost:1883"),
        ),
        intent: Intent::Connected,
        revision: Revision::FIRST,
        created_at: made,
        updated_at: made,
    }
}

/// Changes to a [`Connection`] that read well in a chain.
pub trait ConnectionExt: Sized {
    /// With this name.
    #[must_use]
    fn named(self, text: &str) -> Self;
    /// With this URL.
    #[must_use]
    fn at(self, text: &str) -> Self;
    /// With this username and password.
    #[must_use]
    fn logging_in(self, username: &str, password: &str) -> Self;
    /// With these TLS settings.
    #[must_use]
    fn with_tls(self, tls: TlsSettings) -> Self;
    /// Disconnected on purpose.
    #[must_use]
    fn disconnected(self) -> Self;
}

impl ConnectionExt for Connection {
    fn named(mut self, text: &str) -> Self {
        self.settings.name = name(text);
        self
    }

    fn at(mut self, text: &str) -> Self {
        self.settings.url = url(text);
        self
    }

    fn logging_in(mut self, username: &str, password: &str) -> Self {
        self.settings.credentials = login(username, password);
        self
    }

    fn with_tls(mut self, tls: TlsSettings) -> Self {
        self.settings.tls = tls;
        self
    }

    fn disconnected(self) -> Self {
        Self { intent: Intent::Disconnected, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_changes_only_what_it_names() {
        let plain = connection("a");
        let changed = connection("a").at("mqtt://broker").logging_in("u", "p").disconnected();
        assert_eq!(changed.settings.url.host().to_string(), "broker");
        assert_eq!(changed.settings.credentials, login("u", "p"));
        assert_eq!(changed.intent, Intent::Disconnected);
        assert_eq!((changed.id, changed.settings.name), (plain.id, plain.settings.name));
    }
}
