//! `labels`: the labels of a connection.

use std::borrow::Cow;

use haltere_core::{LabelChanges, LabelError, LabelKey, LabelValue, Labels};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::connection_fields::{BodyKind, Reader};
use super::fields::{Faults, Fields, Invalid};
use super::schema;
use crate::extract::params::printable;

/// For how many connections labels are changed at once, at most.
pub(crate) const MAX_CONNECTIONS: usize = 10_000;

/// The labels as a JSON object, by key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelsView<'a>(&'a Labels);

impl<'a> LabelsView<'a> {
    /// `None` when there are none.
    pub(super) fn of(labels: &'a Labels) -> Option<Self> {
        (!labels.is_empty()).then_some(Self(labels))
    }
}

impl Serialize for LabelsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.iter() {
            map.serialize_entry(key.as_str(), value.as_str())?;
        }
        map.end()
    }
}

impl PartialSchema for LabelsView<'_> {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({"type": "object", "additionalProperties": {"type": "string"}}))
    }
}

impl ToSchema for LabelsView<'_> {
    fn name() -> Cow<'static, str> {
        "Labels".into()
    }
}

/// `labels` of many connections: what is absent stays, and `null` removes.
pub(crate) fn read_changes(fields: &mut Fields, faults: &mut Faults) -> LabelChanges {
    read(&mut Reader { kind: BodyKind::Patch, faults }, fields)
}

/// `labels` of a connection: what is absent stays, and in a patch `null` removes.
pub(super) fn read(read: &mut Reader<'_>, fields: &mut Fields) -> LabelChanges {
    if read.kind == BodyKind::Patch && fields.null("labels") {
        return LabelChanges { replaces_all: true, ..LabelChanges::default() };
    }
    let given = read.faults.note(fields.object("labels"));
    let mut given = given.unwrap_or_else(|| fields.absent("labels"));
    let mut labels = LabelChanges::default();
    for (key, value) in given.take_all() {
        match label(&given, &key, value, read.kind) {
            Ok((key, value)) => {
                labels.changes.insert(key, value);
            }
            Err(fault) => read.faults.note(Err(fault)),
        }
    }
    if labels.changes.values().flatten().count() > Labels::MAX {
        let fault = LabelError::TooManyLabels { max: Labels::MAX };
        read.faults.note(Err::<(), _>(fields.fault("labels", &fault)));
    }
    labels
}

fn label(
    labels: &Fields,
    name: &str,
    value: Value,
    kind: BodyKind,
) -> Result<(LabelKey, Option<LabelValue>), Invalid> {
    let shown = printable(name);
    let fault = |why: LabelError| labels.fault(&shown, &why);
    let key = LabelKey::parse(name).map_err(fault)?;
    match value {
        Value::String(text) => Ok((key, Some(LabelValue::parse(&text).map_err(fault)?))),
        Value::Null if kind == BodyKind::Patch => Ok((key, None)),
        _ => Err(labels.refuse(&shown, "must be a string")),
    }
}

/// `labels` of a whole connection, as JSON Schema.
pub(super) fn property() -> Value {
    let mut property = described(
        "What operators sort connections by, as `{\"site\": \"graz\"}`. Keys and values have the syntax of Kubernetes. Changes do not affect the link.",
        &value(),
    );
    property["maxProperties"] = Labels::MAX.into();
    property
}

/// `labels` in a patch, as JSON Schema.
pub(crate) fn changes_property() -> Value {
    let changes = described(
        "Labels to set, and with `null` to remove. Others stay; `null` in place of the object removes all. A connection has at most 16.",
        &json!({"oneOf": [{"type": "null"}, value()]}),
    );
    json!({"oneOf": [{"type": "null"}, changes]})
}

fn described(description: &str, value: &Value) -> Value {
    json!({
        "type": "object", "description": description,
        "propertyNames": {"type": "string", "pattern": schema::LABEL_KEY},
        "additionalProperties": value
    })
}

fn value() -> Value {
    json!({"type": "string", "maxLength": LabelValue::MAX_CHARS, "pattern": schema::LABEL_VALUE})
}

/// Describes changes of the labels of many connections.
pub(crate) struct LabelChangesBody;

impl PartialSchema for LabelChangesBody {
    fn schema() -> RefOr<Schema> {
        schema::from_json(json!({
            "type": "object",
            "required": ["connections", "labels"],
            "additionalProperties": false,
            "properties": {
                "connections": {
                    "type": "array", "maxItems": MAX_CONNECTIONS, "items": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": schema::ID},
                    "description": "The ids of the connections."
                },
                "labels": changes_property()
            },
            "example": {"connections": ["press-1", "press-4"], "labels": {"site": "graz", "line": null}}
        }))
    }
}

impl ToSchema for LabelChangesBody {
    fn name() -> Cow<'static, str> {
        "LabelChanges".into()
    }
}
