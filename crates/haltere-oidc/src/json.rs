//! Reading JSON that a provider sends. Errors don't quote it.

use serde_json::{Map, Value};

/// The text is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct NotJson;

/// The members of an object.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, NotJson> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(NotJson),
    }
}
