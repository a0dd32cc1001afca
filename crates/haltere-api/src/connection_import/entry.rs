//! Reading one entry of a file.

use haltere_app::connections::{ImportEntry, Incoming, Source};
use haltere_core::Intent;
use haltere_core::text::misleads;
use serde_json::{Map, Value};

use crate::extract::params::printable;
use crate::extract::{body, strict_json};
use crate::wire::connection_input::{ConnectionInput, DROPPED, name_is_missing};
use crate::wire::fields::Invalid;

/// Files on the machine of the management center for Mosquitto, and what is to be given in their place.
const FILES: [(&str, &str); 3] = [("caFile", "ca"), ("certFile", "cert"), ("keyFile", "key")];

/// The longest part of an id or name that is shown of a malformed entry, in characters.
const SHOWN: usize = 128;

/// Reads the text of an entry, which is JSON.
pub(super) fn read(text: &str, source: Source) -> ImportEntry {
    // What one connection may be by itself.
    if text.len() > body::LIMIT {
        return refused(None, None, vec!["is larger than 1 MiB".to_owned()]);
    }
    let entry = match strict_json::parse(text.as_bytes()) {
        Ok(Value::Object(entry)) => entry,
        Ok(_) => return refused(None, None, vec!["must be an object".to_owned()]),
        Err(error) => return refused(None, None, vec![error.to_string()]),
    };
    let (id, name) =
        (label(&entry, "id"), label(&entry, "name").map(|name| name.trim().to_owned()));
    let mut entry = Entry { rest: entry, source, notes: Vec::new(), faults: Vec::new() };
    entry.drop_nulls();
    let held_back = entry.take_withheld();
    let intent = entry.take_intent(held_back);
    entry.note_what_is_not_taken_over();
    let Entry { rest, notes, mut faults, .. } = entry;
    if !rest.contains_key("name") {
        faults.push(name_is_missing().to_string());
    }
    let read = ConnectionInput::read_all(Value::Object(rest));
    let read = read.and_then(|input| input.into_new().map_err(|fault| vec![fault]));
    match read {
        Ok(connection) if faults.is_empty() => {
            ImportEntry { id, name, content: Ok(Incoming { connection, intent }), notes }
        }
        Ok(_) => refused(id, name, faults),
        Err(more) => {
            let more = more.iter().map(Invalid::to_string);
            let more = more.filter(|fault| *fault != name_is_missing().to_string());
            faults.extend(more.collect::<Vec<_>>());
            refused(id, name, faults)
        }
    }
}

fn refused(id: Option<String>, name: Option<String>, faults: Vec<String>) -> ImportEntry {
    ImportEntry { id, name, content: Err(faults), notes: Vec::new() }
}

/// How an entry is called, malformed or not. A text that is no id or name is cut to be shown.
fn label(entry: &Map<String, Value>, name: &str) -> Option<String> {
    let text = entry.get(name)?.as_str()?;
    let as_it_is = text.chars().count() <= SHOWN && !text.chars().any(misleads);
    Some(if as_it_is { text.to_owned() } else { printable(text) })
}

/// An entry being read.
struct Entry {
    rest: Map<String, Value>,
    source: Source,
    notes: Vec<String>,
    faults: Vec<String>,
}

impl Entry {
    /// The management center writes what was never given as `null`, sometimes.
    fn drop_nulls(&mut self) {
        if self.source == Source::Haltere {
            return;
        }
        self.rest.retain(|_, value| !value.is_null());
        if let Some(Value::Object(credentials)) = self.rest.get_mut("credentials") {
            credentials.retain(|_, value| !value.is_null());
        }
    }

    /// In our own files: what was left out because it is secret, and is not there now either.
    fn take_withheld(&mut self) -> bool {
        if self.source != Source::Haltere {
            return false;
        }
        let withheld = match self.rest.remove("withheld") {
            None => return false,
            Some(Value::Array(names)) => names,
            Some(_) => {
                self.faults.push("withheld: must be a list".to_owned());
                return false;
            }
        };
        let is_withheld = |name: &str| withheld.iter().any(|value| value == name);
        let has_password = self.rest.get("credentials").and_then(|it| it.get("password")).is_some();
        let password = is_withheld("credentials.password") && !has_password;
        let key = is_withheld("key") && !self.rest.contains_key("key");
        if password {
            self.note("credentials.password: is not in the file; give it, and connect");
        }
        if key {
            // A certificate is of no use without its key, and is not stored without it.
            self.rest.remove("cert");
            self.note("key: is not in the file, so cert is not taken over; give both, and connect");
        }
        password || key
    }

    /// Nobody dials with half of what it takes to log in: brokers count that against us.
    fn take_intent(&mut self, held_back: bool) -> Intent {
        let mut disconnected = held_back;
        if self.source == Source::Haltere {
            match self.rest.remove("disconnected") {
                None => {}
                Some(Value::Bool(given)) => disconnected |= given,
                Some(_) => self.faults.push("disconnected: must be true or false".to_owned()),
            }
        }
        if held_back {
            self.note("comes in disconnected");
        }
        if disconnected { Intent::Disconnected } else { Intent::Connected }
    }

    fn note_what_is_not_taken_over(&mut self) {
        for (file, field) in FILES {
            let is_given =
                self.rest.get(file).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
            if is_given && !self.rest.contains_key(field) {
                self.note(&format!(
                    "{file}: is kept, but the file is not read; give what is in it as {field}"
                ));
            }
        }
        for name in DROPPED.iter().filter(|name| self.rest.contains_key(**name)).collect::<Vec<_>>()
        {
            self.note(&format!("{name}: is not taken over"));
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}
