//! Files made from the code and kept beside it, so that a change of the API or of who may use it is a
//! change in a file that people review. `UPDATE_GOLDEN=1` writes them anew.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::openapi::{X_ACCESS, openapi, operations};

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
    // Through a value: keys in one order, whatever a hash map says.
    let document = serde_json::to_value(openapi()).expect("JSON");
    let text = serde_json::to_string_pretty(&document).expect("JSON");
    check("openapi/haltere.json", &(text + "\n"));
}

#[test]
fn golden_access_table() {
    check("docs/access.md", &crate::access_table());
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
