//! Every field of a connection in JSON: as it is shown, read and described.

use haltere_app::connections::{ConnectionView, Unreadable};
use haltere_core::{
    Alpn, BrokerUrl, Connection, ConnectionId, ConnectionPatch, ConnectionSettings, Credentials,
    MmcFields, MqttPassword, MqttString, Pem, Secret, TlsServerName, TlsSettings,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::broker::BrokerView;
use super::connection_fields::{
    BodyKind, DROPPED, ONLY_OUT, Reader, file, id, ignore_known, key, mqtt_text, name, password,
    url,
};
use super::fields::{Faults, FieldFault, Fields};
use super::labels::LabelsView;
use super::pem::PemView;
use super::status::StatusView;
use super::{client_hello, labels, pem, schema, time};

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
    /// `true` if a password is stored that `credentials` does not show; in lists and events only for callers who may change
    /// connections.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    has_password: bool,
    /// Whether the broker's certificate has to be valid; absent when never given, which means `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reject_unauthorized: Option<bool>,
    /// Trusted instead of the system's roots; in lists and events only for callers who may change connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<PemView>,
    /// Our client certificate; in lists and events only for callers who may change connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<PemView>,
    /// When our client certificate expires; absent if there is none, or it can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    cert_not_after: Option<String>,
    /// The private key of `cert`; only for callers who may see secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PemView>,
    /// What to ask for in the TLS handshake; absent when nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<WireTls<'a>>,
    /// What operators sort connections by; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    labels: Option<LabelsView<'a>>,
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
    /// The status of the link; absent if the stored connection can't be read. The log then says why.
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
    /// The MQTT client id used instead of haltere's own.
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
    /// The name asked for (SNI) and looked for in the broker's certificate, instead of the URL's host.
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
            cert_not_after: entry.cert_not_after().map(time::rfc3339),
            status: status.map(StatusView::from),
            broker: status.and_then(|status| status.broker.as_deref()).map(BrokerView::from),
            ..stored
        }
    }
}

impl<'a> WireConnection<'a> {
    /// What is stored of a connection, without how its link is.
    pub(crate) fn stored(connection: &'a Connection, secrets: bool) -> Self {
        // A file is complete, or says itself that it has no secrets.
        WireConnection { has_password: false, ..of_readable(connection, secrets, true) }
    }
}

fn of_readable(connection: &Connection, secrets: bool, certificates: bool) -> WireConnection<'_> {
    let Connection {
        id,
        settings,
        // The status shows it, once the link has it.
        intent: _,
        revision: _,
        created_at: _,
        updated_at: _,
    } = connection;
    let ConnectionSettings { name, url, credentials, tls, labels, mmc } = settings;
    let TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name } = tls;
    let MmcFields { no_metrics_mode, ca_file, cert_file, key_file } = mmc;
    let alpn = alpn.as_ref().map(Alpn::protocols).unwrap_or_default();
    WireConnection {
        id: id.as_str(),
        name: name.as_str(),
        url: url.as_str(),
        credentials: credentials.as_ref().map(|credentials| of_credentials(credentials, secrets)),
        has_password: certificates
            && !secrets
            && credentials.as_ref().is_some_and(|it| it.password.is_some()),
        reject_unauthorized: *reject_unauthorized,
        ca: ca.as_ref().filter(|_| certificates).map(PemView::from),
        cert: cert.as_ref().filter(|_| certificates).map(PemView::from),
        cert_not_after: None,
        key: key.as_ref().filter(|_| secrets).map(|key: &Secret<Pem>| key.expose().into()),
        tls: WireTls::of(
            alpn.iter().map(String::as_str).collect(),
            server_name.as_ref().map(TlsServerName::as_str),
        ),
        labels: LabelsView::of(labels),
        no_metrics_mode: *no_metrics_mode,
        ca_file: ca_file.as_deref(),
        cert_file: cert_file.as_deref(),
        key_file: key_file.as_deref(),
        status: None,
        broker: None,
    }
}

/// All that a corrupt row contains except the secrets.
fn of_unreadable(unreadable: &Unreadable, certificates: bool) -> WireConnection<'_> {
    let Unreadable { reason: _, labels, row } = unreadable;
    let credentials = WireCredentials {
        username: row.username.as_deref(),
        password: None,
        client_id: row.client_id.as_deref(),
    };
    let any = credentials.username.is_some() || credentials.client_id.is_some();
    WireConnection {
        id: &row.id,
        name: &row.name,
        url: &row.url,
        credentials: any.then_some(credentials),
        has_password: false,
        reject_unauthorized: row.reject_unauthorized,
        ca: row.ca.as_ref().filter(|_| certificates).map(PemView::from),
        cert: row.cert.as_ref().filter(|_| certificates).map(PemView::from),
        cert_not_after: None,
        key: None,
        tls: WireTls::of(
            row.alpn.as_deref().unwrap_or_default().split_ascii_whitespace().collect(),
            row.server_name.as_deref(),
        ),
        labels: LabelsView::of(labels),
        no_metrics_mode: row.no_metrics_mode,
        ca_file: row.ca_file.as_deref(),
        cert_file: row.cert_file.as_deref(),
        key_file: row.key_file.as_deref(),
        status: None,
        broker: None,
    }
}

fn of_credentials(credentials: &Credentials, secrets: bool) -> WireCredentials<'_> {
    let Credentials { username, password, client_id } = credentials;
    WireCredentials {
        username: username.as_ref().map(MqttString::as_str),
        password: password.as_ref().filter(|_| secrets).map(MqttPassword::expose),
        client_id: client_id.as_ref().map(MqttString::as_str),
    }
}

/// Reads all fields of a connection, and notes every fault.
///
/// The result is a patch also of a whole connection: what it leaves out keeps its value, and a new connection
/// has none.
pub(super) fn read(
    mut fields: Fields,
    kind: BodyKind,
    faults: &mut Faults,
) -> (Option<ConnectionId>, ConnectionPatch) {
    if kind == BodyKind::Patch {
        for required in ["id", "name", "url"] {
            if fields.null(required) {
                faults.note(Err::<(), _>(fields.refuse(required, "can't be removed")));
            }
        }
    }
    let id = faults.note(id(&mut fields));
    let name = faults.note(name(&mut fields));
    let has_url = fields.has("url");
    let url = faults.note(url(&mut fields));
    if kind == BodyKind::Whole && !has_url {
        faults.note(Err::<(), _>(fields.fault("url", &FieldFault::Missing)));
    }
    let mut read = Reader { kind, faults };
    let mut credentials = read.section(&mut fields, "credentials");
    let mut tls = read.section(&mut fields, "tls");
    let labels = labels::read(&mut read, &mut fields);
    let patch = ConnectionPatch {
        name,
        url,
        username: read.field(&mut credentials, "username", mqtt_text),
        password: read.field(&mut credentials, "password", password),
        client_id: read.field(&mut credentials, "clientId", mqtt_text),
        reject_unauthorized: read.field(&mut fields, "rejectUnauthorized", Fields::boolean),
        ca: read.field(&mut fields, "ca", pem::take),
        cert: read.field(&mut fields, "cert", pem::take),
        key: read.field(&mut fields, "key", key),
        alpn: read.field_or_empty(&mut tls, "alpn", client_hello::alpn),
        server_name: read.field_or_empty(&mut tls, "serverName", client_hello::server_name),
        labels,
        no_metrics_mode: read.field(&mut fields, "noMetricsMode", Fields::boolean),
        ca_file: read.field(&mut fields, "caFile", file),
        cert_file: read.field(&mut fields, "certFile", file),
        key_file: read.field(&mut fields, "keyFile", file),
    };
    ignore_known(&mut fields);
    for section in [credentials, tls, fields] {
        read.faults.note(section.finish());
    }
    (id, patch)
}

/// The properties of a body, as JSON Schema.
pub(crate) fn properties() -> Value {
    let encodings: Vec<_> = pem::encodings().collect();
    let pem = |what: &str| {
        json!({
            "description": format!("{what}: a PEM file in base64, of at most 256 KiB. Also accepted: a string; the PEM text itself; DER; other encodings; `endoding` for `encoding`; no encoding."),
            "oneOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "required": ["data"],
                    "additionalProperties": false,
                    "properties": {
                        "data": {"type": "string"},
                        "encoding": {"type": "string", "enum": encodings},
                        "endoding": {"type": "string", "enum": encodings}
                    }
                }
            ]
        })
    };
    let boolean = |what: &str| {
        json!({
            "description": what,
            "oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]
        })
    };
    let mut properties = json!({
        "id": {
            "type": "string", "minLength": 1, "maxLength": 128, "pattern": schema::ID,
            "description": "Unique, case-sensitive, kept as given. Left out: a UUIDv7 is made. A new one contains a visible character, and nothing that is invisible or changes the direction of text; the joiners U+200C and U+200D may be between visible characters."
        },
        "name": {
            "type": "string", "minLength": 1, "maxLength": 128, "pattern": schema::NAME,
            "description": "For people; unique, case-sensitive, trimmed. A new one contains a visible character, and nothing that is invisible or changes the direction of text, as in an id."
        },
        "url": {
            "type": "string", "maxLength": BrokerUrl::MAX_BYTES, "pattern": schema::URL,
            "description": "`mqtt://`, `mqtts://`, `ws://` or `wss://` (also `tcp://`, `ssl://`, `tls://`), a host, a port (default 1883, 8883, 80, 443); for WebSocket a path."
        },
        "credentials": {
            "type": "object",
            "description": "How to log in to the broker; an empty user name means none. A password needs a user name.",
            "additionalProperties": false,
            "properties": {
                "username": {"type": "string", "maxLength": 16_383, "pattern": schema::MQTT_TEXT},
                "password": {"type": "string", "maxLength": 16_383, "pattern": schema::MQTT_TEXT},
                "clientId": {
                    "type": "string", "maxLength": 16_383, "pattern": schema::MQTT_TEXT,
                    "description": "The MQTT client id to use instead of haltere's own. One connection per broker has it: a second one at the same host and port is refused."
                }
            }
        },
        "rejectUnauthorized": boolean("Whether the broker's certificate has to be valid (default true). Counts while the plugin tls is on."),
        "ca": pem("Trusted instead of the system's roots. Only certificates are kept of it, and a private key is refused"),
        "cert": pem("Our client certificate, leaf first. Only certificates are kept of it; a private key among them becomes key, if there is none"),
        "key": pem("The private key of cert, not encrypted"),
        "tls": client_hello::property(),
        "labels": labels::property(),
        "noMetricsMode": boolean("Do not ask the broker for its version and uptime (`$SYS`), and with MQTT 5 ask it to publish no metrics about haltere's client (user property `sys-metrics: none`)."),
        "caFile": {"type": "string", "maxLength": 1_024, "description": "Kept and returned."},
        "certFile": {"type": "string", "maxLength": 1_024, "description": "Kept and returned."},
        "keyFile": {"type": "string", "maxLength": 1_024, "description": "Kept and returned."}
    });
    if let Some(properties) = properties.as_object_mut() {
        for name in DROPPED.iter().chain(&ONLY_OUT) {
            let any = json!(["null", "boolean", "number", "string", "array", "object"]);
            let property = json!({"type": any, "description": "Accepted and dropped."});
            properties.insert((*name).to_owned(), property);
        }
    }
    properties
}
