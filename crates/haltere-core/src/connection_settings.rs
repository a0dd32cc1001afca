//! The settings of a connection: what clients can set, and changes to it.
//!
//! All that haltere does with every field alike is in this file: adding, changing, replacing, comparing.

use crate::audit::AuditChanges;
use crate::broker_url::BrokerUrl;
use crate::client_hello::{Alpn, TlsServerName};
use crate::connection::ConnectionName;
use crate::field_change::FieldChange;
use crate::labels::{LabelChanges, Labels};
use crate::mqtt_string::{MqttPassword, MqttString};
use crate::pem::Pem;
use crate::secret::Secret;

/// What clients can set of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// For people; unique.
    pub name: ConnectionName,
    pub url: BrokerUrl,
    /// How to log in; `None` for anonymous.
    pub credentials: Option<Credentials>,
    /// TLS settings; kept, but without effect, while the plugin `tls` is off.
    pub tls: TlsSettings,
    /// What operators sort it by. Links don't use them.
    pub labels: Labels,
    /// Settings of the management center for Mosquitto that are kept and returned.
    pub mmc: MmcFields,
}

/// How to log in to the broker. At least one field is set; otherwise there are no credentials.
///
/// Cloning shares the texts: a connection and its link hold each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Never empty.
    pub username: Option<MqttString>,
    /// Only together with a username (MQTT 3.1.1, 3.1.2.9).
    pub password: Option<MqttPassword>,
    /// The MQTT client id to use instead of haltere's own; never empty.
    pub client_id: Option<MqttString>,
}

impl Credentials {
    /// Drops what is empty or without effect; `None` if nothing is left.
    pub fn new(
        username: Option<MqttString>,
        password: Option<MqttPassword>,
        client_id: Option<MqttString>,
    ) -> Option<Self> {
        let username = username.filter(|text| !text.as_str().is_empty());
        let password = password.filter(|_| username.is_some());
        let client_id = client_id.filter(|text| !text.as_str().is_empty());
        (username.is_some() || client_id.is_some()).then_some(Self {
            username,
            password,
            client_id,
        })
    }
}

/// TLS settings as given. Whether they make sense together is checked by `haltere_link::tls`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsSettings {
    /// `Some(false)`: take any certificate. `None`: never given, which means `true`.
    pub reject_unauthorized: Option<bool>,
    /// Trusted instead of the system's roots; one or more certificates.
    pub ca: Option<Pem>,
    /// Our client certificate, leaf first.
    pub cert: Option<Pem>,
    pub key: Option<Secret<Pem>>,
    /// The protocols to ask for; `None` to ask for none.
    pub alpn: Option<Alpn>,
    /// The name to ask for and to find in the broker's certificate, instead of the URL's host.
    pub server_name: Option<TlsServerName>,
}

impl TlsSettings {
    /// How large the certificates are, and with `key` the private key as well, in bytes.
    pub fn pem_bytes(&self, key: bool) -> usize {
        let Self { ca, cert, key: private, .. } = self;
        let private = private.iter().filter(|_| key).map(Secret::expose);
        ca.iter().chain(cert).chain(private).map(|pem| pem.bytes().len()).sum()
    }
}

/// Settings the management center for Mosquitto stores with a connection: kept and returned. Only
/// `noMetricsMode` has an effect here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MmcFields {
    /// `noMetricsMode`: the link does not ask the broker for its version and uptime (`$SYS`).
    pub no_metrics_mode: Option<bool>,
    pub ca_file: Option<String>,
    pub cert_file: Option<String>,
    pub key_file: Option<String>,
}

/// Changes to some settings of a connection. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionPatch {
    pub name: Option<ConnectionName>,
    pub url: Option<BrokerUrl>,
    /// `credentials.username`; without one there is no password either.
    pub username: FieldChange<MqttString>,
    pub password: FieldChange<MqttPassword>,
    pub client_id: FieldChange<MqttString>,
    pub reject_unauthorized: FieldChange<bool>,
    pub ca: FieldChange<Pem>,
    /// `cert`; a key without one is refused.
    pub cert: FieldChange<Pem>,
    pub key: FieldChange<Secret<Pem>>,
    pub alpn: FieldChange<Alpn>,
    pub server_name: FieldChange<TlsServerName>,
    pub labels: LabelChanges,
    pub no_metrics_mode: FieldChange<bool>,
    pub ca_file: FieldChange<String>,
    pub cert_file: FieldChange<String>,
    pub key_file: FieldChange<String>,
}

impl ConnectionSettings {
    /// Only a name and a URL.
    pub fn new(name: ConnectionName, url: BrokerUrl) -> Self {
        Self {
            name,
            url,
            credentials: None,
            tls: TlsSettings::default(),
            labels: Labels::default(),
            mmc: MmcFields::default(),
        }
    }

    /// The settings after `patch`. No `..`: a new field doesn't compile until it is handled here.
    #[must_use]
    pub fn patched(self, patch: ConnectionPatch) -> Self {
        let Self { name, url, credentials, tls, labels, mmc } = self;
        let (username, password, client_id) = match credentials {
            Some(Credentials { username, password, client_id }) => (username, password, client_id),
            None => (None, None, None),
        };
        Self {
            name: patch.name.unwrap_or(name),
            url: patch.url.unwrap_or(url),
            credentials: Credentials::new(
                patch.username.apply(username),
                patch.password.apply(password),
                patch.client_id.apply(client_id),
            ),
            tls: TlsSettings {
                reject_unauthorized: patch.reject_unauthorized.apply(tls.reject_unauthorized),
                ca: patch.ca.apply(tls.ca),
                cert: patch.cert.apply(tls.cert),
                key: patch.key.apply(tls.key),
                alpn: patch.alpn.apply(tls.alpn),
                server_name: patch.server_name.apply(tls.server_name),
            },
            labels: labels.changed(patch.labels),
            mmc: MmcFields {
                no_metrics_mode: patch.no_metrics_mode.apply(mmc.no_metrics_mode),
                ca_file: patch.ca_file.apply(mmc.ca_file),
                cert_file: patch.cert_file.apply(mmc.cert_file),
                key_file: patch.key_file.apply(mmc.key_file),
            },
        }
    }

    /// The names on the wire of the fields in which the two differ.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        // No `..`: a new field doesn't compile until it is handled here.
        let Self {
            name,
            url,
            credentials,
            tls: TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name },
            labels,
            mmc: MmcFields { no_metrics_mode, ca_file, cert_file, key_file },
        } = self;
        let (mine, others) = (credentials.as_ref(), other.credentials.as_ref());
        let differs = [
            ("name", *name != other.name),
            ("url", *url != other.url),
            (
                "credentials.username",
                mine.and_then(|it| it.username.as_ref())
                    != others.and_then(|it| it.username.as_ref()),
            ),
            (
                "credentials.password",
                mine.and_then(|it| it.password.as_ref())
                    != others.and_then(|it| it.password.as_ref()),
            ),
            (
                "credentials.clientId",
                mine.and_then(|it| it.client_id.as_ref())
                    != others.and_then(|it| it.client_id.as_ref()),
            ),
            ("rejectUnauthorized", *reject_unauthorized != other.tls.reject_unauthorized),
            ("ca", *ca != other.tls.ca),
            ("cert", *cert != other.tls.cert),
            ("key", *key != other.tls.key),
            ("tls.alpn", *alpn != other.tls.alpn),
            ("tls.serverName", *server_name != other.tls.server_name),
            ("labels", *labels != other.labels),
            ("noMetricsMode", *no_metrics_mode != other.mmc.no_metrics_mode),
            ("caFile", *ca_file != other.mmc.ca_file),
            ("certFile", *cert_file != other.mmc.cert_file),
            ("keyFile", *key_file != other.mmc.key_file),
        ];
        differs.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }

    /// What the audit trail says of a change: the fields that differ, without secrets and certificates. `None` is a connection
    /// that is not there.
    pub fn audit_changes(before: Option<&Self>, after: Option<&Self>) -> AuditChanges {
        let Some(any) = after.or(before).map(AuditedFields::of) else {
            return AuditChanges::none();
        };
        let [before, after] =
            [before, after].map(|it| it.map_or_else(|| any.without_values(), AuditedFields::of));
        let mut changes = AuditChanges::none();
        for (old, new) in before.texts.iter().zip(&after.texts) {
            changes.add(old.0, old.1.as_deref(), new.1.as_deref());
        }
        changes.add_labels(&before.labels, &after.labels);
        for (old, new) in before.withheld.iter().zip(&after.withheld) {
            if old.1 != new.1 {
                changes.add_withheld(old.0, old.1.is_some(), new.1.is_some());
            }
        }
        changes
    }

    /// The names on the wire of the fields that are set.
    pub fn given(&self) -> Vec<&'static str> {
        let bare = Self::new(self.name.clone(), self.url.clone());
        ["name", "url"].into_iter().chain(bare.differences(self)).collect()
    }
}

/// The fields of a connection, as the audit trail sees them.
struct AuditedFields<'a> {
    /// Shown.
    texts: [(&'static str, Option<String>); 11],
    labels: Labels,
    /// Compared, and never shown.
    withheld: [(&'static str, Option<&'a [u8]>); 4],
}

impl<'a> AuditedFields<'a> {
    /// No `..`: a new field doesn't compile until it is handled here.
    fn of(settings: &'a ConnectionSettings) -> Self {
        let ConnectionSettings {
            name,
            url,
            credentials,
            tls: TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name },
            labels,
            mmc: MmcFields { no_metrics_mode, ca_file, cert_file, key_file },
        } = settings;
        let (username, password, client_id) = match credentials {
            Some(Credentials { username, password, client_id }) => {
                (username.as_ref(), password.as_ref(), client_id.as_ref())
            }
            None => (None, None, None),
        };
        let texts = [
            ("name", Some(name.as_str().to_owned())),
            ("url", Some(url.as_str().to_owned())),
            ("credentials.username", username.map(MqttString::to_string)),
            ("credentials.clientId", client_id.map(MqttString::to_string)),
            ("rejectUnauthorized", reject_unauthorized.map(|is_on| is_on.to_string())),
            ("tls.alpn", alpn.as_ref().map(Alpn::to_string)),
            ("tls.serverName", server_name.as_ref().map(TlsServerName::to_string)),
            ("noMetricsMode", no_metrics_mode.map(|is_on| is_on.to_string())),
            ("caFile", ca_file.clone()),
            ("certFile", cert_file.clone()),
            ("keyFile", key_file.clone()),
        ];
        let withheld = [
            ("credentials.password", password.map(|password| password.expose().as_bytes())),
            ("ca", ca.as_ref().map(Pem::bytes)),
            ("cert", cert.as_ref().map(Pem::bytes)),
            ("key", key.as_ref().map(|key| key.expose().bytes())),
        ];
        Self { texts, labels: labels.clone(), withheld }
    }

    /// The fields of a connection that is not there.
    fn without_values(&self) -> Self {
        Self {
            texts: self.texts.each_ref().map(|(name, _)| (*name, None)),
            labels: Labels::default(),
            withheld: self.withheld.map(|(name, _)| (name, None)),
        }
    }
}

impl ConnectionPatch {
    /// Makes a replacement of it: fields that are left out are removed, except secrets, which stay as long as
    /// what they belong to (username, certificate) is there.
    #[must_use]
    pub fn replacing_all(self) -> Self {
        // No `..`: a new field doesn't compile until it is handled here.
        let Self {
            name,
            url,
            username,
            password,
            client_id,
            reject_unauthorized,
            ca,
            cert,
            key,
            alpn,
            server_name,
            labels,
            no_metrics_mode,
            ca_file,
            cert_file,
            key_file,
        } = self;
        let cert = cert.or_clear();
        Self {
            name,
            url,
            username: username.or_clear(),
            password,
            client_id: client_id.or_clear(),
            reject_unauthorized: reject_unauthorized.or_clear(),
            ca: ca.or_clear(),
            key: if cert == FieldChange::Clear { key.or_clear() } else { key },
            cert,
            alpn: alpn.or_clear(),
            server_name: server_name.or_clear(),
            labels: LabelChanges { replaces_all: true, ..labels },
            no_metrics_mode: no_metrics_mode.or_clear(),
            ca_file: ca_file.or_clear(),
            cert_file: cert_file.or_clear(),
            key_file: key_file.or_clear(),
        }
    }
}

#[cfg(test)]
mod tests;
