//! What an import says about a file and its entries.

use std::fmt;

use haltere_core::sentence::{Parameter, ParameterValue};
use haltere_core::sentences;

/// The position of an entry in its file, from 0; as a parameter from 1, as people count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPosition(pub usize);

impl fmt::Display for EntryPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Parameter for EntryPosition {
    const KIND: &'static str = "number";

    fn value(&self) -> ParameterValue {
        (self.0 + 1).value()
    }
}

sentences! {
    /// What is wrong with a file, or with one of its entries. Each message of a field completes "`<field>`: …".
    pub enum ImportFault {
        FileEmpty => "the file is empty",
        FileNotUtf16 => "the text is not UTF-16",
        MalformedJson { line: usize, column: usize } => "malformed JSON at line {line}, column {column}",
        NotAFile => "must be an object or a list of connections",
        NoConnections => "is missing; this is neither a config.json of the management center for Mosquitto nor an export of haltere",
        TooManyConnections { max: usize } => "are more than {max}",
        TooManyProperties { max: usize } => "has more than {max} properties",
        OtherFormat { known: String } => "must be {known:?}",
        OtherFormatVersion { known: u64 } => "must be {known}",
        NewerFormatVersion { newer: u64, known: u64 } => "{newer} is newer than this haltere, which reads {known}",
        EntryTooLarge => "is larger than 1 MiB",
        GivenTwice => "is given twice",
        SameAsEntry { entry: EntryPosition } => "is that of connections[{entry}], too",
        SameClientIdAsEntry { entry: EntryPosition } => "is that of connections[{entry}] at the same broker, too, and each would end the other's session",
    }
}

sentences! {
    /// What is not taken over of an entry, or was changed in it, and what to do about it.
    pub enum ImportNote {
        PasswordMissing => "credentials.password: is not in the file; give it, and connect",
        KeyMissing => "key: is not in the file, so cert is not taken over; give both, and connect",
        Disconnected => "comes in disconnected",
        CaFileNotRead => "caFile: is kept, but the file is not read; give what is in it as ca",
        CertFileNotRead => "certFile: is kept, but the file is not read; give what is in it as cert",
        KeyFileNotRead => "keyFile: is kept, but the file is not read; give what is in it as key",
        NotTakenOver { property: String } => "{property}: is not taken over",
        UrlPasswordAlone => "url: a password without a user name is not taken over",
        UrlUserName => "url: the user name in it is not taken over, as credentials has one",
        UrlCredentials => "url: user name and password in it are not taken over, as credentials has its own",
        UrlCredentialsMoved => "url: user name and password were moved from it to credentials",
        UrlPathDropped => "url: the path was dropped, as mqtt:// and mqtts:// have none; if the broker speaks MQTT over WebSocket there, use ws:// or wss://",
    }
}

sentences! {
    /// How an entry matches stored connections.
    pub enum AlreadyThere {
        IdAndName => "id and name are there already",
        Id { name: String } => "the id is there already, under the name {name:?}",
        Name { id: String } => "the name is there already, under the id {id:?}",
        TwoOthers { name: String, id: String } => "the id is there already, under the name {name:?}, and the name under the id {id:?}",
        // Its id or its name is that of a connection that the caller may not see.
        Hidden => "the id or the name is there already",
    }
}

sentences! {
    /// Which limit a file without faults would exceed.
    pub enum ImportExceeds {
        ConnectionsMax { new: u64, all: u64, max: u64 } => "{new} more would make {all} connections, and connections.max is {max}",
        MaterialBudget { new: u64, all: u64, max: u64 } => "{new} bytes more would make {all}, and connections.material_budget is {max}",
    }
}
