//! A connection on its way out.

use haltere_app::connections::{ConnectionView, Unreadable};
use haltere_core::{
    Alpn, Connection, Credentials, MmcFields, Pem, Secret, TlsMaterial, TlsServerName,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::broker::BrokerView;
use super::pem::PemView;
use super::status::StatusView;

/// A connection with its live status. The fields are in the order of the management center for Mosquitto.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connection, example = json!({
    "id": "mosquitto-dev", "name": "Development Server", "url": "mqtts://broker.example:8883",
    "credentials": {"username": "admin"}, "rejectUnauthorized": true,
    "status": {"connected": true, "timestamp": 1_795_412_400_123_i64, "state": "online"},
    "broker": {"version": "mosquitto version 2.0.11", "protocolVersion": "5",
        "tls": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "legacyCertificate": false, "notAfter": "2027-11-23T06:00:00Z"}},
}))]
pub(crate) struct WireConnection<'a> {
    /// Unique.
    id: &'a str,
    /// For people; unique.
    name: &'a str,
    /// Where the broker is.
    url: &'a str,
    /// How to log in to the broker; absent when anonymous.
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<WireCredentials<'a>>,
    /// Whether the broker's certificate has to be valid; absent when never given, which means `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reject_unauthorized: Option<bool>,
    /// Trusted in place of the system's roots; in lists and events only for callers who may change connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<PemView>,
    /// Our client certificate; in lists and events only for callers who may change connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<PemView>,
    /// The private key of `cert`; only for callers who may see secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PemView>,
    /// What to ask for in the TLS handshake; absent when nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<WireTls<'a>>,
    /// A setting of the management center for Mosquitto, kept and returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_metrics_mode: Option<bool>,
    /// A setting of the management center for Mosquitto, kept and returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<&'a str>,
    /// A setting of the management center for Mosquitto, kept and returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_file: Option<&'a str>,
    /// A setting of the management center for Mosquitto, kept and returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<&'a str>,
    /// How the link is; absent when what is stored can't be read, and then the log says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<StatusView<'a>>,
    /// What the broker says about itself; absent while unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<BrokerView<'a>>,
}

/// How to log in to a broker.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Credentials)]
pub(crate) struct WireCredentials<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    /// Only for callers who may see secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    /// The MQTT client id used in place of haltere's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

/// What to ask for in the TLS handshake.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TlsSettings)]
pub(crate) struct WireTls<'a> {
    /// Protocols (ALPN), the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    alpn: Vec<&'a str>,
    /// The name asked for (SNI) and looked for in the broker's certificate, in place of the URL's host.
    #[serde(skip_serializing_if = "Option::is_none")]
    server_name: Option<&'a str>,
}

impl<'a> WireTls<'a> {
    /// `None` when nothing is set.
    fn of(alpn: Vec<&'a str>, server_name: Option<&'a str>) -> Option<Self> {
        (!alpn.is_empty() || server_name.is_some()).then_some(Self { alpn, server_name })
    }
}

impl<'a> From<&'a ConnectionView> for WireConnection<'a> {
    fn from(view: &'a ConnectionView) -> Self {
        let ConnectionView { entry, status, secrets, certificates } = view;
        let stored = match entry.connection() {
            Ok(connection) => of_readable(connection, *secrets, *certificates),
            Err(unreadable) => of_unreadable(unreadable, *certificates),
        };
        let status = status.as_deref();
        Self {
            status: status.map(StatusView::from),
            broker: status.and_then(|status| status.broker.as_deref()).map(BrokerView::from),
            ..stored
        }
    }
}

impl<'a> WireConnection<'a> {
    /// What is stored of a connection, without how its link is.
    pub(crate) fn stored(connection: &'a Connection, secrets: bool) -> Self {
        of_readable(connection, secrets, true)
    }
}

fn of_readable(connection: &Connection, secrets: bool, certificates: bool) -> WireConnection<'_> {
    let Connection {
        id,
        name,
        url,
        credentials,
        tls: TlsMaterial { reject_unauthorized, ca, cert, key, alpn, server_name },
        mmc,
        // The status shows it, once the link has it.
        intent: _,
        revision: _,
        created_at: _,
        updated_at: _,
    } = connection;
    let alpn = alpn.as_ref().map(Alpn::protocols).unwrap_or_default();
    WireConnection {
        credentials: credentials.as_ref().map(|credentials| of_credentials(credentials, secrets)),
        reject_unauthorized: *reject_unauthorized,
        ca: ca.as_ref().filter(|_| certificates).map(PemView::from),
        cert: cert.as_ref().filter(|_| certificates).map(PemView::from),
        key: key.as_ref().filter(|_| secrets).map(|key: &Secret<Pem>| key.expose().into()),
        tls: WireTls::of(
            alpn.iter().map(String::as_str).collect(),
            server_name.as_ref().map(TlsServerName::as_str),
        ),
        ..bare(id.as_str(), name.as_str(), url.as_str(), mmc)
    }
}

/// All that a corrupt row contains except the secrets.
fn of_unreadable(unreadable: &Unreadable, certificates: bool) -> WireConnection<'_> {
    let Unreadable {
        reason: _,
        id,
        name,
        url,
        username,
        client_id,
        reject_unauthorized,
        ca,
        cert,
        alpn,
        server_name,
        mmc,
        intent: _,
        revision: _,
        created_at: _,
        updated_at: _,
    } = unreadable;
    let credentials = WireCredentials {
        username: username.as_deref(),
        password: None,
        client_id: client_id.as_deref(),
    };
    let any = credentials.username.is_some() || credentials.client_id.is_some();
    WireConnection {
        credentials: any.then_some(credentials),
        reject_unauthorized: *reject_unauthorized,
        ca: ca.as_ref().filter(|_| certificates).map(PemView::from),
        cert: cert.as_ref().filter(|_| certificates).map(PemView::from),
        tls: WireTls::of(
            alpn.as_deref().unwrap_or_default().split_ascii_whitespace().collect(),
            server_name.as_deref(),
        ),
        ..bare(id, name, url, mmc)
    }
}

fn of_credentials(credentials: &Credentials, secrets: bool) -> WireCredentials<'_> {
    let Credentials { username, password, client_id } = credentials;
    WireCredentials {
        username: username.as_deref(),
        password: password.as_ref().filter(|_| secrets).map(|password| password.expose().as_str()),
        client_id: client_id.as_deref(),
    }
}

fn bare<'a>(id: &'a str, name: &'a str, url: &'a str, mmc: &'a MmcFields) -> WireConnection<'a> {
    let MmcFields { no_metrics_mode, ca_file, cert_file, key_file } = mmc;
    WireConnection {
        id,
        name,
        url,
        credentials: None,
        reject_unauthorized: None,
        ca: None,
        cert: None,
        key: None,
        tls: None,
        no_metrics_mode: *no_metrics_mode,
        ca_file: ca_file.as_deref(),
        cert_file: cert_file.as_deref(),
        key_file: key_file.as_deref(),
        status: None,
        broker: None,
    }
}
