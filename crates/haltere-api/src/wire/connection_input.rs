//! A whole connection on its way in: `POST /api/connections`, `PUT`, `POST /api/connection-test`.

use haltere_app::connections::{ConnectionReplacement, NewConnection};
use haltere_core::{
    BrokerUrl, ConnectionId, ConnectionName, ConnectionPatch, ConnectionSettings, FieldChange,
};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection::{self, properties};
use super::connection_fields::BodyKind;
use super::fields::{Faults, FieldFault, Fields, Invalid};
use super::schema;

/// A connection as a client sent it, checked field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionInput {
    id: Option<ConnectionId>,
    url: BrokerUrl,
    fields: ConnectionPatch,
}

impl ConnectionInput {
    /// Reads a body; the first fault, if any. `name` may be missing here; see [`Self::into_new`].
    pub(crate) fn read(body: Value) -> Result<Self, Invalid> {
        let input = Self::read_all(body).map_err(|mut faults| faults.swap_remove(0))?;
        let ConnectionPatch { username, password, .. } = &input.fields;
        let has_password =
            matches!(password, FieldChange::Set(password) if !password.expose().is_empty());
        // An empty user name means none, as forms send it. One that is not there at all was forgotten.
        if has_password && *username == FieldChange::Keep {
            return Err(Invalid::of("credentials.username", &FieldFault::UserNameMissing));
        }
        Ok(input)
    }

    /// Reads a body; all its faults, at least one.
    pub(crate) fn read_all(body: Value) -> Result<Self, Vec<Invalid>> {
        let fields = Fields::of_body(body).map_err(|fault| vec![fault])?;
        let mut faults = Faults::default();
        let (id, fields) = connection::read(fields, BodyKind::Whole, &mut faults);
        match (fields.url.clone(), faults.found()) {
            (_, Some(faults)) => Err(faults),
            (Some(url), None) => Ok(Self { id, url, fields }),
            (None, None) => Err(vec![Invalid::of("url", &FieldFault::Missing)]),
        }
    }

    /// For a create.
    pub(crate) fn into_new(self) -> Result<NewConnection, Invalid> {
        let name = self.fields.name.clone().ok_or_else(name_is_missing)?;
        Ok(self.into_new_named(name))
    }

    /// For a test, where neither id nor name matter.
    pub(crate) fn into_candidate(self) -> NewConnection {
        let name = ConnectionName::parse("connection test").expect("a valid name");
        self.into_new_named(name)
    }

    fn into_new_named(self, name: ConnectionName) -> NewConnection {
        let Self { id, url, fields } = self;
        let fields = ConnectionPatch { name: None, ..fields };
        NewConnection { id, settings: ConnectionSettings::new(name, url).patched(fields) }
    }

    /// For a replace of the connection `id`: secrets left out keep their stored value.
    pub(crate) fn into_replacement(
        self,
        stored: &ConnectionId,
    ) -> Result<ConnectionReplacement, Invalid> {
        let Self { id, url, fields: rest } = self;
        if id.is_some_and(|id| id != *stored) {
            return Err(another_id());
        }
        let name = rest.name.clone().ok_or_else(name_is_missing)?;
        Ok(ConnectionReplacement { name, url, rest })
    }
}

pub(crate) fn name_is_missing() -> Invalid {
    Invalid::of("name", &FieldFault::Missing)
}

pub(super) fn another_id() -> Invalid {
    Invalid::new("id", "can't be changed; it has to be the one in the URL")
}

/// Describes the body. Written by hand, as is the code that parses it.
impl PartialSchema for ConnectionInput {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "type": "object",
            "description": "A connection to create, replace or test. What a response contains may be sent back: status and broker are dropped.",
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::violations;

    const NAMES: [&str; 22] = [
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
        "labels",
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
            prop_assert_eq!(new.settings.name.as_str(), name);
            prop_assert_eq!(new.settings.url.port(), port);
            let given = new.settings.credentials.and_then(|given| given.username);
            prop_assert_eq!(given.map(|it| it.to_string()), username);
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
            json!({"name": "n", "url": "mqtts://h", "labels": {"site": "graz", "a.b-c/D_e": ""}}),
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
            json!({"name": "n", "url": "mqtts://h", "labels": {"-a": "b"}}),
            json!({"name": "n", "url": "mqtts://h", "labels": {"A/b": "b"}}),
            json!({"name": "n", "url": "mqtts://h", "labels": {"a": "b c"}}),
            json!({"name": "n", "url": "mqtts://h", "labels": {"a": null}}),
            json!({"name": "n", "url": "mqtts://h", "labels": ["a"]}),
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
        let patch = ConnectionPatch::from(replacement);
        assert_eq!((patch.password, patch.ca), (FieldChange::Keep, FieldChange::Clear));
    }
}
