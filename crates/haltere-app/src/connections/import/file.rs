//! What a file holds, already taken apart, not yet validated.

use haltere_core::Intent;

use super::super::input::NewConnection;
use super::sentences::ImportNote;
use crate::error::Invalid;

/// A file with connections. Its reader limits their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    pub source: Source,
    pub entries: Vec<ImportEntry>,
    /// The names of other parts of the file, which are not imported.
    pub not_taken_over: Vec<String>,
}

/// What kinds of files there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `config.json` of the management center for Mosquitto.
    Mmc,
    /// An export of haltere.
    Haltere,
    /// A bare list, as `GET /api/connections` answers it.
    List,
}

impl Source {
    /// The name on the wire and in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mmc => "mmc",
            Self::Haltere => "haltere",
            Self::List => "list",
        }
    }
}

/// One connection in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportEntry {
    /// Its id as far as there is one that can be shown, also when the entry is malformed.
    pub id: Option<String>,
    /// Its name, likewise.
    pub name: Option<String>,
    /// The connection to store, or its faults, which never quote a secret.
    pub content: Result<Incoming, Vec<Invalid>>,
    /// Notes for a person: what is not imported, and what to do about it.
    pub notes: Vec<ImportNote>,
}

/// A connection that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub connection: NewConnection,
    pub intent: Intent,
}
