//! JSON in which no property is given twice.
//!
//! RFC 8259 §4 leaves open what a second `"url"` means; two readers of one body that decide
//! differently are a way around a check. We refuse it, and name it.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why bytes are not JSON to us. The messages quote nothing but names of properties.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonError {
    #[error("the body is missing; it must be a JSON object")]
    Empty,
    #[error("malformed JSON at line {line}, column {column}")]
    Malformed { line: usize, column: usize },
    #[error("{0}: is given twice")]
    Duplicate(String),
}

/// Reads one value and nothing after it. Nesting is limited by `serde_json` (128 levels).
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(JsonError::Empty);
    }
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let result = Strict { duplicate: &duplicate }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    result.map_err(|error| match duplicate.take() {
        Some(name) => JsonError::Duplicate(super::params::printable(&name)),
        None => JsonError::Malformed { line: error.line(), column: error.column() },
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    /// Carries the name of a property given twice past serde's error type, which holds only text.
    duplicate: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut properties = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if properties.contains_key(&name) {
                *self.duplicate.borrow_mut() = Some(name);
                return Err(A::Error::custom("a property is given twice"));
            }
            let value = access.next_value_seed(self)?;
            properties.insert(name, value);
        }
        Ok(Value::Object(properties))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_json_and_what_is_not() {
        let text = br#" {"a": [null, true, -1, 2.5, "x"], "b": {"a": 1}} "#;
        assert_eq!(parse(text), Ok(json!({"a": [null, true, -1, 2.5, "x"], "b": {"a": 1}})));
        assert_eq!(parse(b""), Err(JsonError::Empty));
        assert_eq!(parse(b" \n"), Err(JsonError::Empty));
        assert_eq!(parse(b"{} {}"), Err(JsonError::Malformed { line: 1, column: 4 }));
        assert_eq!(parse(br#"{"a": 1, "a": 1}"#), Err(JsonError::Duplicate("a".into())));
        assert_eq!(parse(br#"[{"b": {"c": 1, "c": 2}}]"#), Err(JsonError::Duplicate("c".into())));
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        let deep = "[".repeat(100_000);
        assert!(matches!(parse(deep.as_bytes()), Err(JsonError::Malformed { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn it_agrees_with_serde_json(text in r#"(\{"[ab]": ?(1|"x"|null|\[\]|\{\})(, ?"[cd]": ?[0-9.e-]{1,4})?\}|[0-9\[\],]{0,8})"#) {
            let theirs = serde_json::from_str::<Value>(&text).ok();
            prop_assert_eq!(parse(text.as_bytes()).ok(), theirs);
        }
    }
}
