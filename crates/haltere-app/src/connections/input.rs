//! What callers send: already parsed, not yet judged.

use haltere_core::{
    Alpn, BrokerUrl, ConnectionId, ConnectionName, Credentials, MmcFields, Pem, Secret,
    TlsMaterial, TlsServerName,
};

/// A connection to be created, mended or tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// `None`: haltere makes one (a `UUIDv7`).
    pub id: Option<ConnectionId>,
    /// For people; unique.
    pub name: ConnectionName,
    /// Where the broker is.
    pub url: BrokerUrl,
    /// How to log in; `None` for anonymous.
    pub credentials: Option<Credentials>,
    /// TLS settings.
    pub tls: TlsMaterial,
    /// Settings of the management center for Mosquitto that are kept and returned.
    pub mmc: MmcFields,
}

/// What shall become of one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FieldChange<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is removed.
    Clear,
    /// It gets this value.
    Set(T),
}

impl<T> FieldChange<T> {
    /// `Some` sets, `None` removes: for a field that has just been replaced.
    pub fn replace(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// The same change, of another value.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> FieldChange<U> {
        match self {
            Self::Keep => FieldChange::Keep,
            Self::Clear => FieldChange::Clear,
            Self::Set(value) => FieldChange::Set(to(value)),
        }
    }

    /// What is there after the change.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Changes to some fields of a connection. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionPatch {
    /// `name`; can't be removed.
    pub name: Option<ConnectionName>,
    /// `url`; can't be removed.
    pub url: Option<BrokerUrl>,
    /// `credentials.username`; without one there is no password either.
    pub username: FieldChange<String>,
    /// `credentials.password`
    pub password: FieldChange<Secret<String>>,
    /// `credentials.clientId`
    pub client_id: FieldChange<String>,
    /// `rejectUnauthorized`
    pub reject_unauthorized: FieldChange<bool>,
    /// `ca`
    pub ca: FieldChange<Pem>,
    /// `cert`; a key without one is refused.
    pub cert: FieldChange<Pem>,
    /// `key`
    pub key: FieldChange<Secret<Pem>>,
    /// `tls.alpn`
    pub alpn: FieldChange<Alpn>,
    /// `tls.serverName`
    pub server_name: FieldChange<TlsServerName>,
    /// `noMetricsMode`
    pub no_metrics_mode: FieldChange<bool>,
    /// `caFile`
    pub ca_file: FieldChange<String>,
    /// `certFile`
    pub cert_file: FieldChange<String>,
    /// `keyFile`
    pub key_file: FieldChange<String>,
}

/// A whole connection in place of a stored one. Secrets left out ([`FieldChange::Keep`]) keep their
/// stored value, as long as what they belong to (username, certificate) is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionReplacement {
    /// `name`
    pub name: ConnectionName,
    /// `url`
    pub url: BrokerUrl,
    /// `credentials.username`
    pub username: Option<String>,
    /// `credentials.password`
    pub password: FieldChange<Secret<String>>,
    /// `credentials.clientId`
    pub client_id: Option<String>,
    /// `rejectUnauthorized`
    pub reject_unauthorized: Option<bool>,
    /// `ca`
    pub ca: Option<Pem>,
    /// `cert`
    pub cert: Option<Pem>,
    /// `key`
    pub key: FieldChange<Secret<Pem>>,
    /// `tls.alpn`
    pub alpn: Option<Alpn>,
    /// `tls.serverName`
    pub server_name: Option<TlsServerName>,
    /// Settings of the management center for Mosquitto that are kept and returned.
    pub mmc: MmcFields,
}
