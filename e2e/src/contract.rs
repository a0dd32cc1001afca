//! The committed description of the API, and whether what was answered is what it describes.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// `openapi/haltere.json`.
pub struct Contract {
    document: Value,
    /// By the place of the answer: making one takes a good part of a second in a debug build.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One operation of the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// In capitals.
    pub method: String,
    /// With its placeholders, for example `/api/connections/{id}`.
    pub path: String,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Contract {
    /// The document, read once.
    pub fn committed() -> &'static Self {
        static COMMITTED: LazyLock<Contract> = LazyLock::new(|| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/haltere.json");
            let text = std::fs::read_to_string(path)
                .unwrap_or_else(|error| panic!("{path} can't be read: {error}"));
            Contract::of(serde_json::from_str(&text).expect("the description is JSON"))
        });
        &COMMITTED
    }

    fn of(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    /// The document itself.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// All operations, by path.
    pub fn operations(&self) -> Vec<(Operation, &Value)> {
        let paths = self.document["paths"].as_object().expect("a description has paths");
        let mut operations = Vec::new();
        for (path, item) in paths {
            for method in METHODS {
                if let Some(described) = item.get(method) {
                    let operation = Operation { method: method.to_uppercase(), path: path.clone() };
                    operations.push((operation, described));
                }
            }
        }
        operations
    }

    /// Fails when the description has the operation, but not this answer to it.
    ///
    /// `target` is the path as sent, with or without a query. Paths and methods the description
    /// does not know are none of its business.
    pub fn check(&self, method: &str, target: &str, answer: &Described<'_>) {
        let path = target.split('?').next().unwrap_or(target);
        let Some((template, operation)) = self.find(method, path) else { return };
        let responses = &operation["responses"];
        let place = format!("{method} {target} -> {}", answer.status);
        let response = responses
            .get(answer.status.to_string())
            .or_else(|| responses.get("default"))
            .unwrap_or_else(|| panic!("{place} is not described; it said {}", answer.text()));
        let response = self.resolve(response);
        let Some(content) = response.get("content").and_then(Value::as_object) else { return };
        let kind = answer.content_type.split(';').next().unwrap_or_default().trim();
        let described = content
            .get(kind)
            .unwrap_or_else(|| panic!("{place}: content type {kind:?} is not described"));
        let Some(schema) = described.get("schema") else { return };
        if kind != "application/json" {
            return;
        }
        let body: Value = serde_json::from_slice(answer.body)
            .unwrap_or_else(|error| panic!("{place}: not JSON ({error}): {}", answer.text()));
        let complaints: Vec<_> = self
            .validator(&format!("{method} {template} {}", answer.status), schema)
            .iter_errors(&body)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(complaints.is_empty(), "{place}: {complaints:#?} in {body:#}");
    }

    /// The template of the path, and the operation.
    fn find(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let paths = self.document["paths"].as_object()?;
        // A literal segment is a better match than a placeholder.
        let (template, item) = paths
            .get_key_value(path)
            .or_else(|| paths.iter().find(|(template, _)| matches(template, path)))?;
        Some((template, item.get(method.to_lowercase())?))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or_else(|| panic!("{reference} leads nowhere")),
            None => value,
        }
    }

    fn validator(&self, place: &str, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock();
        let made = validators.entry(place.to_owned()).or_insert_with(|| {
            // References in the schema start at the root of the document.
            let schema = json!({ "allOf": [schema], "components": self.document["components"] });
            let validator = jsonschema::options().should_validate_formats(true).build(&schema);
            let made = validator.unwrap_or_else(|error| panic!("{place}: a bad schema: {error}"));
            Arc::new(made)
        });
        Arc::clone(made)
    }
}

/// An answer as far as the description speaks of it.
pub struct Described<'a> {
    /// HTTP status.
    pub status: u16,
    /// The header's value, or empty.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Described<'_> {
    fn text(&self) -> String {
        String::from_utf8_lossy(self.body).chars().take(2_000).collect()
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(wanted, got)| wanted == got || wanted.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        let id = json!({ "type": "string", "minLength": 1 });
        let ok = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Id" } } } });
        Contract::of(json!({
            "paths": { "/api/things/{id}": { "get": { "responses": { "200": ok } } } },
            "components": { "schemas": { "Id": id } },
        }))
    }

    fn json_answer(status: u16, body: &[u8]) -> Described<'_> {
        Described { status, content_type: "application/json", body }
    }

    #[test]
    fn what_is_described_passes() {
        contract().check("GET", "/api/things/a%2Fb?x=1", &json_answer(200, br#""a/b""#));
        contract().check("GET", "/api/elsewhere", &json_answer(500, b"?"));
    }

    #[test]
    fn an_undescribed_status_fails() {
        let caught = std::panic::catch_unwind(|| {
            contract().check("GET", "/api/things/a", &json_answer(418, b"null"));
        });
        assert!(caught.is_err());
    }

    #[test]
    fn a_body_against_the_schema_fails() {
        let caught = std::panic::catch_unwind(|| {
            contract().check("GET", "/api/things/a", &json_answer(200, br#""""#));
        });
        assert!(caught.is_err());
    }
}
