//! Hand-written JSON Schema for the description of bodies we read by hand.

use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};

/// A connection's id; of the characters beyond U+FFFF that are refused as well it says nothing.
pub(super) const ID: &str = r"^(?!\.\.?$)(?!.*(^|[\s\u200c\u200d])[\u200c\u200d])(?!.*[\u200c\u200d]([\s\u200c\u200d]|$))[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff]+$";
/// A connection's name: something is left after trimming.
pub(super) const NAME: &str = r"^(?!.*(^|[\s\u200c\u200d])[\u200c\u200d])(?!.*[\u200c\u200d]([\s\u200c\u200d]|$))[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff]*$";
/// A broker's URL; what is accepted beyond this (spaces around it, IPv6, other scripts) is in the description.
pub(super) const URL: &str = r"^((mqtts?|tcp|ssl|tls)://[A-Za-z][A-Za-z0-9]{0,30}(\.[A-Za-z][A-Za-z0-9]{0,30}){0,3}(:[1-9][0-9]{0,3})?/?|wss?://[A-Za-z][A-Za-z0-9]{0,30}(\.[A-Za-z][A-Za-z0-9]{0,30}){0,3}(:[1-9][0-9]{0,3})?(/[A-Za-z0-9/._-]*)?|(mqtts?|tcp|ssl|tls|wss?)://([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/.*)?)$";
/// The key of a label.
pub(super) const LABEL_KEY: &str = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$";
/// The value of a label.
pub(super) const LABEL_VALUE: &str = "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$";
/// A text inside an MQTT packet.
pub(super) const MQTT_TEXT: &str = r"^[^\u0000]*$";

/// A schema from JSON that we wrote ourselves.
pub(crate) fn from_json(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).expect("a schema that is covered by a test")
}
