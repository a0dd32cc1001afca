//! Any bytes as the body of a create, a replace and a patch, and as a file to import.

use haltere_app::connections::{ImportEntry, NewConnection};
use haltere_core::{Connection, ConnectionId, Intent, Revision, Timestamp};
use serde_json::Value;

use super::connection::WireConnection;
use super::connection_input::ConnectionInput;
use super::connection_patch;
use super::fields::Invalid;
use crate::connections::import::file;
use crate::extract::strict_json::{self, JsonError};

/// Reads a body in each of the ways there are.
///
/// The JSON parser has tests of its own. A connection that we accept is returned in a form that we accept and
/// that says the same; a refusal is short and fit to be printed.
pub fn connection_body(input: &[u8]) {
    let Some(body) = json(input) else { return };
    let id = ConnectionId::parse("a").expect("a valid id");
    let replacement = ConnectionInput::read(body.clone());
    answered(replacement.and_then(|input| input.into_replacement(&id)));
    answered(connection_patch::read(body.clone(), &id));
    answered(ConnectionInput::read(body.clone()).map(ConnectionInput::into_candidate));
    if let Some(new) = answered(ConnectionInput::read(body).and_then(ConnectionInput::into_new)) {
        reads_back_the_same(new);
    }
}

/// Reads a file with connections: of the management center for Mosquitto, of ours, or a bare list.
///
/// Each entry can be stored, or says why not; what is said is short and fit to be printed.
pub fn mmc_config(input: &[u8]) {
    let file = match file::read(input) {
        Ok(file) => file,
        Err(error) => return is_fit_for_print(&error.to_string()),
    };
    file.not_taken_over.iter().for_each(|name| is_fit_for_print(name));
    for ImportEntry { id, name, content, notes } in file.entries {
        id.iter().chain(&name).for_each(|text| is_fit_for_print(text));
        for note in &notes {
            is_fit_for_print(&note.to_string());
        }
        match content {
            Ok(incoming) => reads_back_the_same(incoming.connection),
            Err(faults) => {
                assert!(!faults.is_empty(), "refused without a word");
                for fault in &faults {
                    is_fit_for_print(&fault.to_string());
                }
            }
        }
    }
}

fn json(input: &[u8]) -> Option<Value> {
    let ours = strict_json::parse(input);
    match (serde_json::from_slice::<Value>(input), &ours) {
        (Ok(theirs), Ok(ours)) => assert_eq!(&theirs, ours),
        (Ok(_), Err(error)) => assert!(matches!(error, JsonError::Duplicate(_)), "{error}"),
        (Err(error), _) => assert!(ours.is_err(), "{error}"),
    }
    ours.inspect_err(|error| is_fit_for_print(&error.to_string())).ok()
}

fn answered<T>(result: Result<T, Invalid>) -> Option<T> {
    result.inspect_err(|error| is_fit_for_print(&error.to_string())).ok()
}

fn is_fit_for_print(refusal: &str) {
    assert!(refusal.chars().count() <= 1_000, "{refusal}");
    assert!(!refusal.chars().any(char::is_control), "{refusal:?}");
}

fn reads_back_the_same(new: NewConnection) {
    let NewConnection { id, settings } = new.clone();
    let id = id.unwrap_or_else(|| ConnectionId::parse("made").expect("a valid id"));
    let stored = Connection {
        id: id.clone(),
        settings,
        intent: Intent::Connected,
        revision: Revision::FIRST,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let shown =
        serde_json::to_vec(&WireConnection::stored(&stored, true)).expect("it can be shown");
    let read = json(&shown).map(ConnectionInput::read);
    let again = read.expect("JSON").and_then(ConnectionInput::into_new);
    assert_eq!(again, Ok(NewConnection { id: Some(id.clone()), ..new }));
    let patch = json(&shown).map(|body| connection_patch::read(body, &id));
    assert!(patch.is_some_and(|patch| patch.is_ok()), "what was shown is not taken as a patch");
}
