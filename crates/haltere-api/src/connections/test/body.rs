//! The body of a test: a connection or a merge patch of one, and optionally the topic of a round trip.

use std::borrow::Cow;

use haltere_core::RoundtripTopic;
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::wire::connection::properties;
use crate::wire::connection_patch::ConnectionPatchBody;
use crate::wire::fields::Invalid;
use crate::wire::schema;

const ROUNDTRIP: &str = "roundtrip";

/// Removes the topic of the round trip from a body, which is a connection or a merge patch without it.
pub(super) fn take_roundtrip(body: &mut Value) -> Result<Option<RoundtripTopic>, Invalid> {
    match body.as_object_mut().and_then(|fields| fields.remove(ROUNDTRIP)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            RoundtripTopic::parse(&text).map(Some).map_err(|why| Invalid::of(ROUNDTRIP, &why))
        }
        Some(_) => Err(Invalid::new(ROUNDTRIP, "must be a string")),
    }
}

/// Describes the field.
fn with_roundtrip(mut properties: Value) -> Value {
    properties[ROUNDTRIP] = json!({
        "type": ["string", "null"],
        "minLength": 1,
        "maxLength": RoundtripTopic::MAX_BYTES,
        "pattern": "^[^$+#][^+#]*$",
        "description": "A topic. Once the broker has accepted the connection, the test subscribes to it, publishes a short message to it (QoS 1 if the broker accepts that, not retained), and waits until the broker sends it back. Other subscribers of the topic receive the message, too. At most 1,024 bytes, without wildcards, not beginning with $.",
        "example": "haltere/test",
    });
    properties
}

/// Describes a connection to be tested: as for a create, but a name is not needed.
pub(crate) struct TestInput;

impl PartialSchema for TestInput {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "type": "object",
            "description": "A connection to test. Id and name are ignored.",
            "required": ["url"],
            "additionalProperties": false,
            "properties": with_roundtrip(properties()),
            "example": {"url": "mqtts://broker.example:8883", "credentials": {"username": "admin", "password": "adminpassword"}}
        }))
    }
}

impl ToSchema for TestInput {
    fn name() -> Cow<'static, str> {
        "ConnectionTestInput".into()
    }
}

/// Describes a merge patch to be tested.
pub(crate) struct TestPatch;

impl PartialSchema for TestPatch {
    fn schema() -> RefOr<Schema> {
        let mut patch = serde_json::to_value(ConnectionPatchBody::schema()).expect("JSON");
        patch["properties"] = with_roundtrip(patch["properties"].take());
        schema::from_json(patch)
    }
}

impl ToSchema for TestPatch {
    fn name() -> Cow<'static, str> {
        "ConnectionTestPatch".into()
    }
}

/// Describes the body altogether: of a stored connection it is a merge patch.
pub(crate) struct TestBody;

impl PartialSchema for TestBody {
    fn schema() -> RefOr<Schema> {
        let part = |name: Cow<'_, str>| json!({"$ref": format!("#/components/schemas/{name}")});
        schema::from_json(json!({
            "description": "A connection to test; with `?connection={id}`, a merge patch of the stored one.",
            "anyOf": [part(TestInput::name()), part(TestPatch::name())],
        }))
    }
}

impl ToSchema for TestBody {
    fn name() -> Cow<'static, str> {
        "ConnectionTestBody".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TestInput::name().into_owned(), TestInput::schema()));
        schemas.push((TestPatch::name().into_owned(), TestPatch::schema()));
    }
}
