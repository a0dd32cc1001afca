//! Files generated from the code and committed, so that a change of the API or of its access shows in a
//! file that people review. `UPDATE_GOLDEN=1` regenerates them.

use std::path::{Path, PathBuf};

use haltere_app::FieldFault;
use haltere_app::connections::{
    Advice, AlreadyThere, FileContent, ImportExceeds, ImportFault, ImportNote, MaterialFault,
};
use haltere_core::sentence::{Sentence as _, SentenceKind};
use haltere_core::url_credentials::UnpackError;
use haltere_core::{
    AlpnError, AuditAction, LabelError, MqttStringError, Note, PluginId, Reason, Role,
    SelectorError, TextError, TlsServerNameError, TopicError, UrlError,
};
use serde_json::{Map, Value, json};

use crate::access::X_ACCESS;
use crate::openapi;
use crate::openapi::operations;
use crate::wire::sentence::key;

fn check(name: &str, content: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a writable file");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == content, "{name} is out of date: run the tests with UPDATE_GOLDEN=1");
}

#[test]
fn golden_openapi() {
    let text = openapi().to_pretty_json().expect("JSON");
    check("openapi/haltere.json", &(text + "\n"));
}

#[test]
fn golden_access_table() {
    check("docs/access.md", &crate::access_table());
}

#[test]
fn golden_sentences() {
    let list = |sentences: &[SentenceKind]| {
        let named = sentences.iter().map(|(name, parameters)| {
            let shown = parameters.iter().filter(|(_, kind)| !kind.is_empty());
            let parameters: Map<_, _> =
                shown.map(|(name, kind)| ((*name).into(), json!(kind))).collect();
            (key(name), Value::Object(parameters))
        });
        Value::Object(named.collect())
    };
    let all = json!({
        "reasons": list(Reason::ALL), "notes": list(Note::ALL), "advice": list(Advice::ALL),
        "faults": list(&faults()), "fileContents": list(FileContent::ALL),
        "importNotes": list(ImportNote::ALL), "importReasons": list(AlreadyThere::ALL),
        "importExceeds": list(ImportExceeds::ALL),
    });
    let text = serde_json::to_string_pretty(&all).expect("JSON");
    check("openapi/sentences.json", &(text + "\n"));
}

/// Names in answers for which programs have words of their own.
#[test]
fn golden_names() {
    let all = json!({
        "auditActions": AuditAction::ALL.map(AuditAction::as_str),
        "plugins": PluginId::ALL.map(PluginId::as_str),
        "roles": Role::ALL.map(Role::as_str),
    });
    let text = serde_json::to_string_pretty(&all).expect("JSON");
    check("openapi/names.json", &(text + "\n"));
}

/// What can be wrong with a field. A key has one meaning, wherever it is used.
fn faults() -> Vec<SentenceKind> {
    let all = [
        FieldFault::ALL,
        TextError::ALL,
        UrlError::ALL,
        TopicError::ALL,
        AlpnError::ALL,
        TlsServerNameError::ALL,
        MqttStringError::ALL,
        LabelError::ALL,
        SelectorError::ALL,
        MaterialFault::ALL,
        UnpackError::ALL,
        ImportFault::ALL,
    ];
    let mut faults: Vec<SentenceKind> = Vec::new();
    for (name, parameters) in all.concat() {
        match faults.iter().find(|(other, _)| *other == name) {
            Some((_, others)) => assert_eq!(*others, parameters, "{name}"),
            None => faults.push((name, parameters)),
        }
    }
    faults
}

#[test]
fn every_route_says_who_may_use_it_and_has_a_name_of_its_own() {
    let document = openapi();
    let mut names = std::collections::BTreeSet::new();
    for (_, path, operation) in operations(&document) {
        let access = operation.extensions.as_ref().and_then(|extensions| extensions.get(X_ACCESS));
        assert!(access.is_some_and(Value::is_object), "{path} has no {X_ACCESS}");
        let name = operation.operation_id.clone().expect("an operation id");
        assert!(names.insert(name.clone()), "{name} is used twice");
        assert!(operation.summary.is_some(), "{name} has no summary");
    }
}

#[test]
fn the_description_is_openapi_3_1_and_its_references_lead_somewhere() {
    let document = serde_json::to_value(openapi()).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().expect("a pointer");
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = serde_json::to_value(openapi()).expect("JSON");
    let mut examples = Vec::new();
    collect_examples(&document["paths"], "", &mut examples);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        examples.extend(schema.get("example").map(|example| (name.clone(), schema, example)));
    }
    assert!(examples.len() > 50, "only {} examples were found", examples.len());
    for (path, schema, example) in examples {
        let mut schema = schema.clone();
        schema["components"] = document["components"].clone();
        let wrong = crate::test_support::violations(&schema, example);
        assert!(wrong.is_empty(), "{path}: {wrong:?}\n{example}");
    }
}

/// A schema and an example of it, and where they are.
type Example<'a> = (String, &'a Value, &'a Value);

/// Finds everything that has both a schema and examples.
fn collect_examples<'a>(value: &'a Value, path: &str, found: &mut Vec<Example<'a>>) {
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        collect_examples(item, &format!("{path}/{index}"), found);
    }
    let Some(properties) = value.as_object() else { return };
    if let Some(schema) = properties.get("schema") {
        let named = properties.get("examples").and_then(Value::as_object);
        let named = named.into_iter().flat_map(|examples| examples.values());
        let all = named.map(|example| &example["value"]).chain(properties.get("example"));
        found.extend(all.map(|example| (path.to_owned(), schema, example)));
    }
    for (name, inner) in properties {
        collect_examples(inner, &format!("{path}/{name}"), found);
    }
}
