//! A whole connection on its way in: `POST /api/connections`, `PUT`, `POST /api/connection-test`.

use haltere_app::connections::{ConnectionReplacement, FieldChange, NewConnection};
use haltere_core::{
    Alpn, BrokerUrl, ConnectionId, ConnectionName, Credentials, MmcFields, Pem, Secret,
    TlsMaterial, TlsServerName,
};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection_patch::ConnectionPatchBody;
use super::fields::{Faults, Fields, Invalid};
use super::{client_hello, pem, schema};

/// What the management center for Mosquitto stores beside what we use, and accepts to get back.
/// The first group is kept and returned, these are dropped.
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

/// A connection as somebody sent it, checked field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionInput {
    pub(crate) id: Option<ConnectionId>,
    pub(crate) name: Option<ConnectionName>,
    pub(crate) url: BrokerUrl,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret<String>>,
    pub(crate) client_id: Option<String>,
    pub(crate) reject_unauthorized: Option<bool>,
    pub(crate) ca: Option<Pem>,
    pub(crate) cert: Option<Pem>,
    pub(crate) key: Option<Secret<Pem>>,
    pub(crate) alpn: Option<Alpn>,
    pub(crate) server_name: Option<TlsServerName>,
    pub(crate) mmc: MmcFields,
}

impl ConnectionInput {
    /// Takes a body apart. `name` may be missing here; see [`Self::into_new`].
    pub(crate) fn read(body: Value) -> Result<Self, Invalid> {
        // The first fault is enough for somebody who sends one connection.
        let input = Self::read_all(body).map_err(|mut faults| faults.swap_remove(0))?;
        let has_password = input.password.as_ref().is_some_and(|it| !it.expose().is_empty());
        // An empty user name means none, as forms send it. One that is not there at all was forgotten.
        if has_password && input.username.is_none() {
            return Err(Invalid::new("credentials.username: is missing; a password needs one"));
        }
        Ok(input)
    }

    /// Takes a body apart; all that is wrong with it, at least one fault.
    pub(crate) fn read_all(body: Value) -> Result<Self, Vec<Invalid>> {
        let fields = Fields::of_body(body).map_err(|fault| vec![fault])?;
        let mut faults = Faults::default();
        let input = Self::collect(fields, &mut faults);
        match (input, faults.found()) {
            (_, Some(faults)) => Err(faults),
            (Some(input), None) => Ok(input),
            (None, None) => Err(vec![Invalid::new("url: is missing")]),
        }
    }

    /// `None` when there is no URL, which is noted.
    fn collect(mut fields: Fields, faults: &mut Faults) -> Option<Self> {
        let id = faults.note(id(&mut fields));
        let name = faults.note(name(&mut fields));
        let has_url = fields.has("url");
        let url = faults.note(url(&mut fields));
        if !has_url {
            faults.note(Err::<(), _>(fields.refuse("url", "is missing")));
        }
        let mut credentials = faults.note(fields.object("credentials"));
        let mut credential = |name| match &mut credentials {
            Some(inner) => faults.note(mqtt_text(inner, name)),
            None => None,
        };
        let username = credential("username");
        let password = credential("password").map(Secret::new);
        let client_id = credential("clientId");
        let reject_unauthorized = faults.note(fields.boolean("rejectUnauthorized"));
        let ca = faults.note(pem::take(&mut fields, "ca"));
        let cert = faults.note(pem::take(&mut fields, "cert"));
        let key = faults.note(pem::take(&mut fields, "key")).map(Secret::new);
        let mut tls = faults.note(fields.object("tls"));
        let alpn = tls.as_mut().and_then(|tls| faults.note(client_hello::alpn(tls, "alpn")));
        let server_name =
            tls.as_mut().and_then(|tls| faults.note(client_hello::server_name(tls, "serverName")));
        let mmc = MmcFields {
            no_metrics_mode: faults.note(fields.boolean("noMetricsMode")),
            ca_file: faults.note(file(&mut fields, "caFile")),
            cert_file: faults.note(file(&mut fields, "certFile")),
            key_file: faults.note(file(&mut fields, "keyFile")),
        };
        ignore_known(&mut fields);
        faults.note(credentials.map_or(Ok(()), Fields::finish));
        faults.note(tls.map_or(Ok(()), Fields::finish));
        faults.note(fields.finish());
        Some(Self {
            id,
            name,
            url: url?,
            username,
            password,
            client_id,
            reject_unauthorized,
            ca,
            cert,
            key,
            alpn,
            server_name,
            mmc,
        })
    }

    /// For a create.
    pub(crate) fn into_new(self) -> Result<NewConnection, Invalid> {
        let name = self.name.clone().ok_or_else(name_is_missing)?;
        Ok(self.into_new_named(name))
    }

    /// For a test, where neither id nor name matter.
    pub(crate) fn into_candidate(self) -> NewConnection {
        let name = ConnectionName::parse("connection test").expect("a valid name");
        self.into_new_named(name)
    }

    fn into_new_named(self, name: ConnectionName) -> NewConnection {
        let Self {
            id,
            name: _,
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
            mmc,
        } = self;
        NewConnection {
            id,
            name,
            url,
            credentials: Credentials::new(username, password, client_id),
            tls: TlsMaterial { reject_unauthorized, ca, cert, key, alpn, server_name },
            mmc,
        }
    }

    /// For a replace of the connection `id`: secrets left out keep their stored value.
    pub(crate) fn into_replacement(
        self,
        stored: &ConnectionId,
    ) -> Result<ConnectionReplacement, Invalid> {
        let Self {
            id,
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
            mmc,
        } = self;
        if id.is_some_and(|id| id != *stored) {
            return Err(Invalid::new("id: can't be changed; it has to be the one in the URL"));
        }
        Ok(ConnectionReplacement {
            name: name.ok_or_else(name_is_missing)?,
            url,
            username,
            password: password.map_or(FieldChange::Keep, FieldChange::Set),
            client_id,
            reject_unauthorized,
            ca,
            cert,
            key: key.map_or(FieldChange::Keep, FieldChange::Set),
            alpn,
            server_name,
            mmc,
        })
    }
}

pub(crate) fn name_is_missing() -> Invalid {
    Invalid::new("name: is missing")
}

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

/// Describes the body. By hand, because the reading is.
impl PartialSchema for ConnectionInput {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "type": "object",
            "description": "A connection to create, replace or test. What an answer contains may be sent back: status and broker are dropped.",
            "required": ["name", "url"],
            "additionalProperties": false,
            "properties": properties(),
            "example": {
                "id": "mosquitto-dev",
                "name": "Development Server",
                "url": "mqtts://broker.example:8883",
                "credentials": {"username": "admin", "password": "adminpassword"},
                "rejectUnauthorized": true
            }
        }))
    }
}

impl ToSchema for ConnectionInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConnectionInput".into()
    }
}

/// Describes the body of `POST /api/connection-test`: the same, but a name is not needed.
pub(crate) struct TestInput;

impl PartialSchema for TestInput {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "type": "object",
            "description": "A connection to try. Neither id nor name matter.",
            "required": ["url"],
            "additionalProperties": false,
            "properties": properties(),
            "example": {"url": "mqtts://broker.example:8883", "credentials": {"username": "admin", "password": "adminpassword"}}
        }))
    }
}

impl ToSchema for TestInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConnectionTestInput".into()
    }
}

/// Describes the body of `POST /api/connection-test` altogether: of a stored connection it is a merge patch.
pub(crate) struct TestBody;

impl PartialSchema for TestBody {
    fn schema() -> RefOr<Schema> {
        let part = |name: std::borrow::Cow<'_, str>| json!({"$ref": format!("#/components/schemas/{name}")});
        schema::from_json(json!({
            "description": "A connection to try; with `?connection={id}`, a merge patch of the stored one.",
            "anyOf": [part(TestInput::name()), part(ConnectionPatchBody::name())],
        }))
    }
}

impl ToSchema for TestBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConnectionTestBody".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TestInput::name().into_owned(), TestInput::schema()));
    }
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
        "noMetricsMode": boolean("Do not ask the broker for its version and uptime (`$SYS`)."),
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

#[cfg(test)]
mod tests {
    use haltere_app::connections::FieldChange;
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::violations;

    const NAMES: [&str; 21] = [
        "id",
        "name",
        "url",
        "credentials",
        "username",
        "password",
        "clientId",
        "ca",
        "cert",
        "key",
        "data",
        "encoding",
        "endoding",
        "tls",
        "alpn",
        "serverName",
        "rejectUnauthorized",
        "status",
        "noMetricsMode",
        "caFile",
        "cluster",
    ];

    /// Any JSON, with a preference for what we know.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            prop::sample::select(vec!["-----BEGIN X", "mqtt://localhost", "base64", "true"])
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            let name = prop_oneof![
                prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
                ".{0,10}",
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..8)
                    .prop_map(|properties| Value::Object(properties.into_iter().collect())),
            ]
        })
    }

    fn described() -> Value {
        serde_json::to_value(ConnectionInput::schema()).expect("JSON")
    }

    proptest! {
        #[test]
        fn no_json_makes_it_panic(body in any_json()) {
            let _ = ConnectionInput::read(body);
        }

        #[test]
        fn what_is_described_is_taken(
            name in "[a-z]{1,8}",
            host in "[a-z]{1,8}",
            port in 1_u16..9_999,
            reject in any::<bool>(),
            quoted in any::<bool>(),
            username in prop::option::of("[a-z]{1,8}"),
        ) {
            let reject = if quoted { json!(reject.to_string()) } else { json!(reject) };
            let url = format!("mqtt://{host}:{port}");
            let mut body = json!({"name": name, "url": url, "rejectUnauthorized": reject});
            if let Some(username) = &username {
                body["credentials"] = json!({ "username": username });
            }
            let wrong = violations(&described(), &body);
            prop_assert!(wrong.is_empty(), "{wrong:?}");
            let new = ConnectionInput::read(body).expect("fits").into_new().expect("named");
            prop_assert_eq!(new.name.as_str(), name);
            prop_assert_eq!(new.url.port(), port);
            let given = new.credentials.as_ref().and_then(|given| given.username.as_deref());
            prop_assert_eq!(given, username.as_deref());
        }
    }

    #[test]
    fn what_is_forgiven_is_described() {
        let pem = "-----BEGIN CERTIFICATE-----";
        for body in [
            json!({"name": "n", "url": "wss://h/mqtt", "rejectUnauthorized": "false",
                "ca": {"data": pem, "endoding": "base64"}}),
            json!({"name": "n", "url": "mqtt://10.0.0.1", "ca": {"data": pem},
                "status": {"connected": "x"}, "broker": null}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": ["mqtt"], "serverName": "b.example"}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": [], "serverName": ""}}),
            json!({"name": "n", "url": "mqtts://h", "ca": pem,
                "cert": {"data": pem, "encoding": "utf8"}}),
            json!({"name": "n", "url": "mqtts://[::1]:8883/", "cluster": [], "websocketsUrl": 1,
                "supportsRestart": true}),
        ] {
            let wrong = violations(&described(), &body);
            assert!(wrong.is_empty(), "{body}: {wrong:?}");
            assert!(ConnectionInput::read(body.clone()).is_ok(), "{body}");
        }
    }

    #[test]
    fn what_is_not_described_is_refused() {
        for body in [
            json!({"url": "mqtt://h"}),
            json!({"name": "n", "url": "http://h"}),
            json!({"name": " ", "url": "mqtt://h"}),
            json!({"name": "n", "url": "mqtt://h", "id": ".."}),
            json!({"name": "n", "url": "mqtt://h", "id": ""}),
            json!({"name": "n", "url": "mqtt://h", "ca": {"data": "x", "encoding": "utf16"}}),
            json!({"name": "n", "url": "mqtt://h", "rejectUnauthorized": "yes"}),
            json!({"name": "n", "url": "mqtt://h", "x": 1}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": "mqtt"}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": [""]}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": ["a b"]}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"alpn": ["a", "a"]}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"serverName": "*.example"}}),
            json!({"name": "n", "url": "mqtts://h", "tls": {"servername": "h"}}),
        ] {
            assert!(!violations(&described(), &body).is_empty(), "{body} is described");
            let read = ConnectionInput::read(body.clone());
            assert!(read.and_then(ConnectionInput::into_new).is_err(), "{body} is taken");
        }
    }

    #[test]
    fn secrets_left_out_of_a_replacement_are_kept() {
        let id = ConnectionId::parse("a").expect("an id");
        let body = json!({"name": "n", "url": "mqtt://h", "credentials": {"username": "u"}});
        let replacement = ConnectionInput::read(body).expect("fits").into_replacement(&id);
        let replacement = replacement.expect("fits");
        assert_eq!((replacement.password, replacement.key), (FieldChange::Keep, FieldChange::Keep));
        assert_eq!(replacement.ca, None);
    }
}
