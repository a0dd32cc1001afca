//! Reading one entry of a file.

use haltere_app::connections::{ImportEntry, ImportFault, ImportNote, Incoming, Source};
use haltere_core::text::misleads;
use haltere_core::url_credentials::{Unpacked, unpack};
use haltere_core::{BrokerUrl, Intent, Sentence, UrlError};
use serde_json::{Map, Value};

use crate::extract::params::printable;
use crate::extract::strict_json::{self, JsonError};
use crate::limits::body_memory::MAX_BODY;
use crate::wire::connection_fields::DROPPED;
use crate::wire::connection_input::{ConnectionInput, name_is_missing};
use crate::wire::fields::{FieldFault, Invalid};

/// Files on the machine of the management center for Mosquitto, and what is to be given in their place.
const FILES: [(&str, &str, ImportNote); 3] = [
    ("caFile", "ca", ImportNote::CaFileNotRead),
    ("certFile", "cert", ImportNote::CertFileNotRead),
    ("keyFile", "key", ImportNote::KeyFileNotRead),
];

/// The longest part of an id or name that is shown of a malformed entry, in characters.
const SHOWN: usize = 128;

/// Reads the text of an entry, which is JSON.
pub(super) fn read(text: &str, source: Source) -> ImportEntry {
    // The largest single connection.
    if text.len() > MAX_BODY {
        return refused(None, None, of_whole(&ImportFault::EntryTooLarge));
    }
    let entry = match strict_json::parse(text.as_bytes()) {
        Ok(Value::Object(entry)) => entry,
        Ok(_) => return refused(None, None, of_whole(&FieldFault::NotAnObject)),
        Err(error) => return refused(None, None, vec![of_json(error)]),
    };
    let (id, name) =
        (label(&entry, "id"), label(&entry, "name").map(|name| name.trim().to_owned()));
    let mut entry = EntryReader { rest: entry, source, notes: Vec::new(), faults: Vec::new() };
    entry.drop_nulls();
    let held_back = entry.take_withheld();
    let intent = entry.take_intent(held_back);
    entry.note_what_is_not_taken_over();
    entry.move_credentials_out_of_the_url();
    entry.drop_path_without_use();
    let EntryReader { rest, notes, mut faults, .. } = entry;
    if !rest.contains_key("name") {
        faults.push(name_is_missing());
    }
    let read = ConnectionInput::read_all(Value::Object(rest));
    let read = read.and_then(|input| input.into_new().map_err(|fault| vec![fault]));
    match read {
        Ok(connection) if faults.is_empty() => {
            ImportEntry { id, name, content: Ok(Incoming { connection, intent }), notes }
        }
        Ok(_) => refused(id, name, faults),
        Err(more) => {
            faults.extend(more.into_iter().filter(|fault| *fault != name_is_missing()));
            refused(id, name, faults)
        }
    }
}

fn refused(id: Option<String>, name: Option<String>, faults: Vec<Invalid>) -> ImportEntry {
    ImportEntry { id, name, content: Err(faults), notes: Vec::new() }
}

/// A fault of the entry as a whole.
fn of_whole(fault: &impl Sentence) -> Vec<Invalid> {
    vec![Invalid::of("", fault)]
}

/// The entry is no JSON that can be read.
fn of_json(error: JsonError) -> Invalid {
    match error {
        JsonError::Empty => Invalid::of("", &FieldFault::NotAnObject),
        JsonError::Malformed { line, column } => {
            Invalid::of("", &ImportFault::MalformedJson { line, column })
        }
        JsonError::Duplicate(name) => Invalid::of(name, &ImportFault::GivenTwice),
    }
}

/// How an entry is called, malformed or not. A text that is no id or name is cut to be shown.
fn label(entry: &Map<String, Value>, name: &str) -> Option<String> {
    let text = entry.get(name)?.as_str()?;
    let as_it_is = text.chars().count() <= SHOWN && !text.chars().any(misleads);
    Some(if as_it_is { text.to_owned() } else { printable(text) })
}

/// Replaces a URL that was found faulty already.
const PLACEHOLDER: &str = "mqtt://faulty.invalid";

/// An entry being read.
struct EntryReader {
    rest: Map<String, Value>,
    source: Source,
    notes: Vec<ImportNote>,
    faults: Vec<Invalid>,
}

impl EntryReader {
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
                self.faults.push(Invalid::of("withheld", &FieldFault::NotList));
                return false;
            }
        };
        let is_withheld = |name: &str| withheld.iter().any(|value| value == name);
        let has_password = self.rest.get("credentials").and_then(|it| it.get("password")).is_some();
        let password = is_withheld("credentials.password") && !has_password;
        let key = is_withheld("key") && !self.rest.contains_key("key");
        if password {
            self.notes.push(ImportNote::PasswordMissing);
        }
        if key {
            // A certificate without its key is useless, so it is not stored.
            self.rest.remove("cert");
            self.notes.push(ImportNote::KeyMissing);
        }
        password || key
    }

    /// Does not dial with incomplete credentials: brokers count failed logins.
    fn take_intent(&mut self, held_back: bool) -> Intent {
        let mut disconnected = held_back;
        if self.source == Source::Haltere {
            match self.rest.remove("disconnected") {
                None => {}
                Some(Value::Bool(given)) => disconnected |= given,
                Some(_) => self.faults.push(Invalid::of("disconnected", &FieldFault::NotBoolean)),
            }
        }
        if held_back {
            self.notes.push(ImportNote::Disconnected);
        }
        if disconnected { Intent::Disconnected } else { Intent::Connected }
    }

    fn note_what_is_not_taken_over(&mut self) {
        for (file, field, note) in FILES {
            let is_given =
                self.rest.get(file).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
            if is_given && !self.rest.contains_key(field) {
                self.notes.push(note);
            }
        }
        for name in DROPPED.iter().filter(|name| self.rest.contains_key(**name)).collect::<Vec<_>>()
        {
            self.notes.push(ImportNote::NotTakenOver { property: (*name).to_owned() });
        }
    }

    /// Other programs keep user name and password in the URL. `credentials` takes precedence.
    fn move_credentials_out_of_the_url(&mut self) {
        let Some(url) = self.rest.get("url").and_then(Value::as_str) else { return };
        let Unpacked { url, username, password } = match unpack(url) {
            Ok(None) => return,
            Ok(Some(unpacked)) => unpacked,
            Err(error) => {
                self.faults.push(Invalid::of("url", &error));
                // A second message about the same URL would only repeat it.
                self.rest.insert("url".to_owned(), Value::from(PLACEHOLDER));
                return;
            }
        };
        self.rest.insert("url".to_owned(), Value::from(url));
        let given = self.rest.entry("credentials").or_insert_with(|| Value::Object(Map::new()));
        // Anything else is refused for what it is.
        let Value::Object(given) = given else { return };
        let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_same = username.as_deref() == Some(text("username"));
        let note = if username.is_none() {
            ImportNote::UrlPasswordAlone
        } else if !text("username").is_empty() && (!is_same || !text("password").is_empty()) {
            match password {
                None => ImportNote::UrlUserName,
                Some(_) => ImportNote::UrlCredentials,
            }
        } else {
            given.insert("username".to_owned(), username.into());
            if let Some(password) = password {
                given.insert("password".to_owned(), Value::from(password.expose().as_str()));
            }
            ImportNote::UrlCredentialsMoved
        };
        if given.is_empty() {
            self.rest.remove("credentials");
        }
        self.notes.push(note);
    }

    /// Paths are for WebSockets; other programs pass over one behind `mqtt://`.
    fn drop_path_without_use(&mut self) {
        let Some(url) = self.rest.get("url").and_then(Value::as_str) else { return };
        if BrokerUrl::parse(url) != Err(UrlError::UnexpectedPath) {
            return;
        }
        let end = url.find("://").map_or(0, |at| at + 3);
        let end = url[end..].find(['/', '?', '\\']).map_or(url.len(), |at| end + at);
        let url = url[..end].to_owned();
        self.rest.insert("url".to_owned(), Value::from(url));
        self.notes.push(ImportNote::UrlPathDropped);
    }
}
