//! Changes to a connection on their way in: a JSON merge patch (RFC 7396), in which `null` removes.

use haltere_core::{ConnectionId, ConnectionPatch};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection::{self, properties};
use super::connection_fields::BodyKind;
use super::connection_input::another_id;
use super::fields::{Faults, Fields, Invalid};
use super::{labels, schema};

/// Reads a merge patch of the connection `id`.
///
/// `ca`, `cert` and `key` are replaced as a whole: half a certificate is none.
pub(crate) fn read(body: Value, id: &ConnectionId) -> Result<ConnectionPatch, Invalid> {
    let mut faults = Faults::default();
    let (given, patch) = connection::read(Fields::of_body(body)?, BodyKind::Patch, &mut faults);
    if given.is_some_and(|given| given != *id) {
        faults.note(Err::<(), _>(another_id()));
    }
    match faults.found() {
        Some(mut faults) => Err(faults.swap_remove(0)),
        None => Ok(patch),
    }
}

/// Describes the body.
pub(crate) struct ConnectionPatchBody;

impl PartialSchema for ConnectionPatchBody {
    fn schema() -> RefOr<Schema> {
        let mut properties = properties();
        if let Some(properties) = properties.as_object_mut() {
            for (name, property) in properties.iter_mut() {
                let removable = !matches!(name.as_str(), "id" | "name" | "url");
                let takes_null = property["type"].is_array();
                if matches!(name.as_str(), "credentials" | "tls") {
                    make_properties_nullable(property);
                }
                if removable && !takes_null {
                    *property = nullable(property);
                }
            }
            properties.insert("labels".to_owned(), labels::changes_property());
        }
        schema::from_json(json!({
            "type": "object",
            "description": "A JSON merge patch (RFC 7396): what is absent stays, null removes. ca, cert and key are replaced as a whole.",
            "additionalProperties": false,
            "properties": properties,
            "example": {"url": "mqtts://broker.example:8883", "credentials": {"password": "new"}, "ca": null}
        }))
    }
}

impl ToSchema for ConnectionPatchBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConnectionPatch".into()
    }
}

fn make_properties_nullable(object: &mut Value) {
    if let Some(inner) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for property in inner.values_mut() {
            *property = nullable(property);
        }
    }
}

fn nullable(schema: &Value) -> Value {
    json!({"oneOf": [{"type": "null"}, schema]})
}

#[cfg(test)]
mod tests {
    use haltere_core::{Alpn, FieldChange, Pem, TlsServerName};
    use haltere_testkit::builders::mqtt_text;

    use super::*;

    fn patch(body: Value) -> Result<ConnectionPatch, String> {
        let id = ConnectionId::parse("a").expect("an id");
        read(body, &id).map_err(|error| error.to_string())
    }

    #[test]
    fn absent_keeps_null_removes_a_value_sets() {
        assert_eq!(patch(json!({})), Ok(ConnectionPatch::default()));
        let changed = patch(json!({
            "id": "a", "credentials": {"password": null, "username": "u"},
            "ca": null, "cert": {"data": "-----BEGIN X"}, "rejectUnauthorized": "false", "status": {},
        }));
        let expected = ConnectionPatch {
            username: FieldChange::Set(mqtt_text("u")),
            password: FieldChange::Clear,
            ca: FieldChange::Clear,
            cert: FieldChange::Set(Pem::new(b"-----BEGIN X".to_vec())),
            reject_unauthorized: FieldChange::Set(false),
            ..ConnectionPatch::default()
        };
        assert_eq!(changed, Ok(expected));
        let all_gone = patch(json!({"credentials": null})).expect("valid");
        assert_eq!(
            (all_gone.username, all_gone.client_id),
            (FieldChange::Clear, FieldChange::Clear)
        );
    }

    #[test]
    fn what_to_ask_for_in_the_handshake_is_merged() {
        let (alpn, server_name) = (Alpn::parse("mqtt h2"), TlsServerName::parse("b.example"));
        let (alpn, server_name) = (alpn.expect("valid"), server_name.expect("valid"));
        for (tls, expected) in [
            (json!({}), (FieldChange::Keep, FieldChange::Keep)),
            (json!(null), (FieldChange::Clear, FieldChange::Clear)),
            (json!({"alpn": ["mqtt", "h2"]}), (FieldChange::Set(alpn), FieldChange::Keep)),
            (
                json!({"serverName": "b.example"}),
                (FieldChange::Keep, FieldChange::Set(server_name)),
            ),
            (json!({"alpn": null, "serverName": null}), (FieldChange::Clear, FieldChange::Clear)),
            (json!({"alpn": [], "serverName": ""}), (FieldChange::Clear, FieldChange::Clear)),
        ] {
            let read = patch(json!({"tls": tls.clone()})).expect("valid");
            assert_eq!((read.alpn, read.server_name), expected, "{tls}");
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (body, why) in [
            (json!({"id": "b"}), "id: can't be changed; it has to be the one in the URL"),
            (json!({"name": null}), "name: can't be removed"),
            (json!({"url": null}), "url: can't be removed"),
            (json!({"credentials": {"user": "x"}}), "credentials.user: unknown property"),
            (json!({"credentials": []}), "credentials: must be an object"),
            (json!({"tls": {"x": 1}}), "tls.x: unknown property"),
            (json!({"tls": {"alpn": "mqtt"}}), "tls.alpn: must be a list of strings"),
            (json!({"tls": {"alpn": [1]}}), "tls.alpn: must be a list of strings"),
            (
                json!({"tls": {"serverName": "10.0.0.1"}}),
                "tls.serverName: must be a host name; an IP address can't be asked for, put it into the URL",
            ),
            (json!({"intent": "connected"}), "intent: unknown property"),
        ] {
            assert_eq!(patch(body.clone()), Err(why.to_owned()), "{body}");
        }
    }
}
