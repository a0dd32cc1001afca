//! Taking a JSON object apart, property by property.

use std::fmt;

pub(crate) use haltere_app::{FieldFault, Invalid};
use haltere_core::sentence::Sentence;
use serde_json::{Map, Value};

use crate::extract::params::printable;

/// Collects faults, for callers that report all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Invalid>);

impl Faults {
    /// The value, or in its place a default, once the fault has been written down.
    pub(crate) fn note<T: Default>(&mut self, read: Result<T, Invalid>) -> T {
        read.unwrap_or_else(|fault| {
            self.0.push(fault);
            T::default()
        })
    }

    /// All of them, in the order they were found; `None` when there is none.
    pub(crate) fn found(self) -> Option<Vec<Invalid>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// The properties of an object that have not been taken yet.
///
/// Take each property that is known, then [`Fields::finish`], which refuses what is left.
#[derive(Debug)]
pub(crate) struct Fields {
    /// The path of the object: empty for the body, `credentials.` within a property.
    prefix: String,
    rest: Map<String, Value>,
    /// The object is `null` in a merge patch, and with it each of its properties.
    is_removed: bool,
}

impl Fields {
    /// The properties of a body.
    pub(crate) fn of_body(body: Value) -> Result<Self, Invalid> {
        match body {
            Value::Object(rest) => Ok(Self { prefix: String::new(), rest, is_removed: false }),
            _ => Err(Invalid::body("must be a JSON object")),
        }
    }

    /// A text.
    pub(crate) fn string(&mut self, name: &str) -> Result<Option<String>, Invalid> {
        match self.rest.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.fault(name, &FieldFault::NotText)),
        }
    }

    /// A text that must be there.
    pub(crate) fn required_string(&mut self, name: &str) -> Result<String, Invalid> {
        self.string(name)?.ok_or_else(|| self.fault(name, &FieldFault::Missing))
    }

    /// A list of texts.
    pub(crate) fn strings(&mut self, name: &str) -> Result<Option<Vec<String>>, Invalid> {
        let text = |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        let list = match self.rest.remove(name) {
            None => return Ok(None),
            Some(Value::Array(list)) => list.into_iter().map(text).collect(),
            Some(_) => None,
        };
        list.ok_or_else(|| self.fault(name, &FieldFault::NotListOfText)).map(Some)
    }

    /// A boolean and nothing else.
    pub(crate) fn strict_boolean(&mut self, name: &str) -> Result<Option<bool>, Invalid> {
        match self.rest.remove(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(self.fault(name, &FieldFault::NotBoolean)),
        }
    }

    /// A boolean, or the text of one: examples for the management center for Mosquitto print `"true"`.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, Invalid> {
        match self.rest.remove(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(Value::String(text)) if text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if text == "false" => Ok(Some(false)),
            Some(_) => Err(self.fault(name, &FieldFault::NotBoolean)),
        }
    }

    /// An object, to be taken apart and finished in turn.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Invalid> {
        match self.rest.remove(name) {
            None => Ok(None),
            Some(Value::Object(rest)) => Ok(Some(Self { rest, ..self.absent(name) })),
            Some(_) => Err(self.fault(name, &FieldFault::NotAnObject)),
        }
    }

    /// The properties of `name` when that object is absent: none.
    pub(crate) fn absent(&self, name: &str) -> Self {
        let prefix = format!("{}{name}.", self.prefix);
        Self { prefix, rest: Map::new(), is_removed: false }
    }

    /// The properties of `name` when that object is `null`: each is `null`.
    pub(crate) fn removed(&self, name: &str) -> Self {
        Self { is_removed: true, ..self.absent(name) }
    }

    /// Takes `name` when its value is `null`, which means "remove" in a merge patch; whether it was.
    pub(crate) fn null(&mut self, name: &str) -> bool {
        if self.is_removed {
            return true;
        }
        let is_null = self.rest.get(name).is_some_and(Value::is_null);
        if is_null {
            self.rest.remove(name);
        }
        is_null
    }

    /// Whether `name` is there and not yet taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.rest.contains_key(name)
    }

    /// Whether `name` is there, not yet taken, and a text.
    pub(crate) fn is_string(&self, name: &str) -> bool {
        self.rest.get(name).is_some_and(Value::is_string)
    }

    /// The names of the properties that have not been taken.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rest.keys().cloned().collect()
    }

    /// Takes all properties, of an object whose names are data.
    pub(crate) fn take_all(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.rest)
    }

    /// Takes `names` whatever their values are.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.rest.remove(*name);
        }
    }

    /// Refuses the properties that have not been taken, each by name.
    pub(crate) fn finish(self) -> Result<(), Invalid> {
        const NAMED: usize = 10;
        let mut names: Vec<String> = self
            .rest
            .keys()
            .take(NAMED)
            .map(|name| format!("{}{}", self.prefix, printable(name)))
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let more = self.rest.len() - names.len();
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        let is_one = self.rest.len() == 1;
        let fault =
            if is_one { FieldFault::UnknownProperty } else { FieldFault::UnknownProperties };
        Err(Invalid::of(names.join(", "), &fault))
    }

    /// A refusal of the property `name`.
    pub(crate) fn refuse(&self, name: &str, why: impl fmt::Display) -> Invalid {
        Invalid::new(format!("{}{name}", self.prefix), why.to_string())
    }

    /// A refusal of the property `name` for a reason that has a key.
    pub(crate) fn fault(&self, name: &str, fault: &impl Sentence) -> Invalid {
        Invalid::of(format!("{}{name}", self.prefix), fault)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message<T: fmt::Debug>(result: Result<T, Invalid>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn each_refusal_names_its_field() {
        let mut fields = Fields::of_body(json!({
            "a": 1, "b": "yes", "c": [], "d": {"e": null},
        }))
        .expect("an object");
        assert_eq!(message(fields.string("a")), "a: must be a string");
        assert_eq!(message(fields.boolean("b")), "b: must be true or false");
        assert_eq!(message(fields.object("c")), "c: must be an object");
        let mut inner = fields.object("d").expect("an object").expect("there");
        assert_eq!(message(inner.required_string("e")), "d.e: must be a string");
        assert_eq!(message(inner.required_string("f")), "d.f: is missing");
        assert_eq!(message(Fields::of_body(json!([]))), "the body must be a JSON object");
    }

    #[test]
    fn what_is_left_is_refused_by_name() {
        let fields = Fields::of_body(json!({"x": 1, "y\n": 2})).expect("an object");
        assert_eq!(message(fields.finish()), "x, y\u{fffd}: unknown properties");
        let many: Map<String, Value> = (0..30).map(|n| (format!("{n:02}"), n.into())).collect();
        let fields = Fields::of_body(many.into()).expect("an object");
        assert!(message(fields.finish()).ends_with("09, and 20 more: unknown properties"));
    }
}
