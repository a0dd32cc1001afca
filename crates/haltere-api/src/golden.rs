//! Files generated from the code and committed, so that a change of the API or of its access shows in a
//! file that people review. `UPDATE_GOLDEN=1` regenerates them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use haltere_app::FieldFault;
use haltere_app::connections::{
    Advice, AlreadyThere, FileContent, ImportExceeds, ImportFault, ImportNote, MaterialFault,
    SecretFault,
};
use haltere_app::vault::UnsealError;
use haltere_core::sentence::{Parameter, Sentence, SentenceKind, public_key};
use haltere_core::text::misleads;
use haltere_core::url_credentials::UnpackError;
use haltere_core::{
    AlertMeaning, AlpnError, AuditAction, Bug, IoFault, LabelError, MqttStringError, Note,
    PluginId, ProtocolViolation, Reason, ResolverFault, Role, SelectorError, SignatureAlgorithm,
    SpecialNetwork, TextError, TlsServerNameError, TopicError, UpgradeFault, UrlError,
};
use serde_json::{Map, Value, json};

use crate::access::X_ACCESS;
use crate::openapi;
use crate::openapi::operations;

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
                shown.map(|(name, kind)| ((*name).into(), json!(kind_of(name, kind)))).collect();
            (public_key(name), Value::Object(parameters))
        });
        Value::Object(named.collect())
    };
    let within = within().into_iter().map(|(kind, sentences)| (kind.to_owned(), list(sentences)));
    let all = json!({
        "reasons": list(Reason::ALL), "notes": list(Note::ALL), "advice": list(Advice::ALL),
        "faults": list(&faults()), "fileContents": list(FileContent::ALL),
        "importNotes": list(ImportNote::ALL), "importReasons": list(AlreadyThere::ALL),
        "importExceeds": list(ImportExceeds::ALL), "details": within.collect::<Map<_, _>>(),
    });
    let text = serde_json::to_string_pretty(&all).expect("JSON");
    check("openapi/sentences.json", &(text + "\n"));
}

/// What a parameter of text is, by its name. Text that haltere writes itself is in one language, so no parameter may
/// contain any: a name that is missing here is either that of a value, or the text has to become sentences with keys.
const TEXTS: [(&str, &[&str]); 7] = [
    ("host", &["host"]),
    ("address", &["address", "authority", "ip", "peer"]),
    ("url", &["meant", "path", "url"]),
    (
        "name",
        &["client", "connections", "id", "name", "names", "protocols", "subject", "topic", "user"],
    ),
    // The same in every language: codes of protocols, names of settings and algorithms, arguments of commands.
    (
        "code",
        &[
            "argument",
            "character",
            "code",
            "command",
            "encoded",
            "field",
            "fingerprint",
            "hash",
            "kind",
            "known",
            "oid",
            "property",
            "rule",
            "scheme",
        ],
    ),
    ("number", &["port", "seconds"]),
    // The words of a broker or of the operating system as they are; `status` is a number with them.
    ("words", &["location", "server", "status", "text", "words"]),
];

/// Kinds of parameters that are not text, and not sentences.
const KINDS: [&str; 5] = ["number", "date", "time", "certificate", "code"];

fn kind_of(name: &str, kind: &'static str) -> &'static str {
    match kind {
        "text" => {
            let known = TEXTS.iter().find(|(_, names)| names.contains(&name));
            known.unwrap_or_else(|| panic!("{name} is free text: give it a key, see TEXTS")).0
        }
        kind if KINDS.contains(&kind) || ["content", "fault"].contains(&kind) => kind,
        kind => {
            let (kind, _) = within().into_iter().find(|(other, _)| *other == kind).expect(kind);
            assert_eq!(name, kind, "a sentence within a sentence has one name everywhere");
            kind
        }
    }
}

/// The sentences that are parameters of other sentences, by their kind, which is also the name of the parameter. Those
/// about fields and files are in lists of their own.
fn within() -> Vec<(&'static str, &'static [SentenceKind])> {
    fn named<S: Sentence + Parameter>() -> (&'static str, &'static [SentenceKind]) {
        (S::KIND, S::ALL)
    }
    vec![
        named::<AlertMeaning>(),
        named::<Bug>(),
        named::<IoFault>(),
        named::<ProtocolViolation>(),
        named::<ResolverFault>(),
        named::<SignatureAlgorithm>(),
        named::<SpecialNetwork>(),
        named::<UpgradeFault>(),
    ]
}

/// The parameters of a sentence and of the one within it are in one list.
#[test]
fn parameters_of_a_sentence_within_a_sentence_have_names_of_their_own() {
    fn names_of(sentence: &SentenceKind) -> Vec<&'static str> {
        let (_, parameters) = sentence;
        let mut names = Vec::new();
        for (name, kind) in *parameters {
            names.push(*name);
            let inner = within().into_iter().find(|(other, _)| other == kind);
            let inner = match *kind {
                "fault" => faults(),
                _ => inner.map(|(_, sentences)| sentences.to_vec()).unwrap_or_default(),
            };
            // Only one of them is there at a time.
            let inner: BTreeSet<_> = inner.iter().flat_map(names_of).collect();
            names.extend(inner);
        }
        names
    }
    let outer = [Reason::ALL, Note::ALL, Advice::ALL, IoFault::ALL, MaterialFault::ALL].concat();
    for sentence in &outer {
        let names = names_of(sentence);
        let unique: BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{}: {names:?}", sentence.0);
    }
}

/// The characters that mislead, as ranges of code points.
fn misleading_ranges() -> Vec<[u32; 2]> {
    let mut ranges: Vec<[u32; 2]> = Vec::new();
    for point in ('\0'..=char::MAX).filter(|letter| misleads(*letter)).map(u32::from) {
        match ranges.last_mut() {
            Some([_, last]) if *last + 1 == point => *last = point,
            _ => ranges.push([point, point]),
        }
    }
    ranges
}

/// Names in answers for which programs have words of their own, and the characters that they show by their code.
#[test]
fn golden_names() {
    let all = json!({
        "auditActions": AuditAction::ALL.map(AuditAction::as_str).to_vec(),
        "plugins": PluginId::ALL.map(PluginId::as_str),
        "roles": Role::ALL.map(Role::as_str),
        "misleadingCharacters": misleading_ranges(),
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
        UnsealError::ALL,
        SecretFault::ALL,
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
    let mut names = BTreeSet::new();
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
