//! A whole connection on its way in: `POST /api/connections`, `PUT`, `POST /api/connection-test`.

use haltere_app::connections::{ConnectionReplacement, FieldChange, NewConnection};
use haltere_core::{
    Alpn, BrokerUrl, ConnectionId, ConnectionName, Credentials, MmcFields, Pem, Secret,
    TlsMaterial, TlsServerName,
};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection_fields::{file, id, ignore_known, mqtt_text, name, properties, url};
use super::connection_patch::ConnectionPatchBody;
use super::fields::{Faults, Fields, Invalid};
use super::{client_hello, pem, schema};

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
