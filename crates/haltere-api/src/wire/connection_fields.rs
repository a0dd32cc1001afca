//! The fields of a connection, which a whole connection and a patch read and describe alike.

use haltere_core::{BrokerUrl, ConnectionId, ConnectionName, Credentials};
use serde_json::{Value, json};

use super::fields::{Fields, Invalid};
use super::{client_hello, pem, schema};

/// Further fields that the management center for Mosquitto stores and accepts. [`MmcFields`] are kept and
/// returned; these are dropped.
pub(crate) const DROPPED: [&str; 7] = [
    "supportsRestart",
    "serviceName",
    "cluster",
    "internalUrl",
    "externalEncryptedUrl",
    "externalUnencryptedUrl",
    "websocketsUrl",
];

/// Only ever go out; accepted so that an answer of ours can be sent back.
const ONLY_OUT: [&str; 2] = ["status", "broker"];

/// The longest path of a file, in bytes (`PATH_MAX` on Linux).
const MAX_PATH_BYTES: usize = 4_096;

/// `id`
pub(super) fn id(fields: &mut Fields) -> Result<Option<ConnectionId>, Invalid> {
    let id = fields.string("id")?;
    id.map(|id| ConnectionId::parse(&id).map_err(|why| fields.refuse("id", why))).transpose()
}

/// `name`
pub(super) fn name(fields: &mut Fields) -> Result<Option<ConnectionName>, Invalid> {
    let name = fields.string("name")?;
    name.map(|name| ConnectionName::parse(&name).map_err(|why| fields.refuse("name", why)))
        .transpose()
}

/// `url`
pub(super) fn url(fields: &mut Fields) -> Result<Option<BrokerUrl>, Invalid> {
    let url = fields.string("url")?;
    url.map(|url| BrokerUrl::parse(&url).map_err(|why| fields.refuse("url", why))).transpose()
}

/// A text that goes into an MQTT packet (MQTT 5, 1.5.4): not too long, and no U+0000.
pub(super) fn mqtt_text(fields: &mut Fields, name: &str) -> Result<Option<String>, Invalid> {
    let text = fields.string(name)?;
    match &text {
        Some(text) if text.len() > Credentials::MAX_BYTES => {
            Err(fields
                .refuse(name, format!("must be at most {} bytes long", Credentials::MAX_BYTES)))
        }
        Some(text) if text.contains('\0') => {
            Err(fields.refuse(name, "must not contain the character U+0000"))
        }
        _ => Ok(text),
    }
}

/// `caFile`, `certFile`, `keyFile`
pub(super) fn file(fields: &mut Fields, name: &str) -> Result<Option<String>, Invalid> {
    let path = fields.string(name)?;
    if path.as_ref().is_some_and(|path| path.len() > MAX_PATH_BYTES) {
        let why = format!("must be at most {MAX_PATH_BYTES} bytes long");
        return Err(fields.refuse(name, why));
    }
    // It would be stored unsealed, and shown.
    if path.as_ref().is_some_and(|path| path.contains("-----BEGIN")) {
        let field = name.trim_end_matches("File");
        let why = format!("must be the path of a file; give what is in the file as {field}");
        return Err(fields.refuse(name, why));
    }
    Ok(path)
}

/// Takes what is accepted without being looked at.
pub(super) fn ignore_known(fields: &mut Fields) {
    fields.ignore(&DROPPED);
    fields.ignore(&ONLY_OUT);
}

/// The properties of a body, as JSON Schema.
pub(super) fn properties() -> Value {
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
            "description": "Unique, case-sensitive, kept as given. Left out: a UUIDv7 is made. A new one holds nothing that is invisible or changes the direction of text; the joiners U+200C and U+200D may stand between visible characters."
        },
        "name": {
            "type": "string", "minLength": 1, "maxLength": 128, "pattern": schema::NAME,
            "description": "For people; unique, case-sensitive, trimmed. A new one holds nothing that is invisible or changes the direction of text, as in an id."
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
                    "description": "The MQTT client id to use in place of haltere's own. One connection per broker has it: a second one at the same host and port is refused."
                }
            }
        },
        "rejectUnauthorized": boolean("Whether the broker's certificate has to be valid (default true). Counts while the plugin tls is on."),
        "ca": pem("Trusted in place of the system's roots. Only certificates are kept of it, and a private key is refused"),
        "cert": pem("Our client certificate, leaf first. Only certificates are kept of it; a private key among them becomes key, if there is none"),
        "key": pem("The private key of cert, not encrypted"),
        "tls": client_hello::property(),
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
