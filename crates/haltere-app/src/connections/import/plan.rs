//! The plan of an import: what becomes of each entry.

use std::collections::{HashMap, hash_map};
use std::fmt;

use haltere_core::ConnectionId;
use haltere_store::{ClientIdUse, ConnectionKey, ReadTx, StoreError};

use super::super::budget::OverBudget;
use super::super::input::NewConnection;
use super::super::rivalry::{self, Place};
use super::file::{ImportEntry, ImportFile, Incoming, Source};
use super::run::ImportMode;
use crate::instance;

/// Of how many refused entries the faults are listed; the others are counted.
pub const LISTED_REFUSALS: usize = 1_000;

/// What becomes of a file: a plan, or what was done by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// What kind of file it is.
    pub source: Source,
    /// Whether it was done. When anything is refused, nothing is, unless only the good ones were asked for.
    pub done: bool,
    /// Its entries, in their order.
    pub entries: Vec<Planned>,
    /// Why not even a file without faults could be taken.
    pub over_limit: Option<OverLimit>,
    /// Why not, likewise.
    pub over_budget: Option<OverBudget>,
    /// What else is in the file, by name.
    pub not_taken_over: Vec<String>,
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its id; one that haltere makes is known once it is stored.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What a person has to know about it.
    pub notes: Vec<String>,
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is stored and dialled.
    Create,
    /// It stays as it is stored.
    Skip(AlreadyThere),
    /// It can't be stored: `field: reason` for each fault. Empty beyond [`LISTED_REFUSALS`].
    Refuse(Vec<String>),
}

/// By what an entry is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlreadyThere {
    /// By id and name.
    IdAndName,
    /// By its id.
    Id {
        /// The name it is stored under.
        stored_name: String,
    },
    /// By its name.
    Name {
        /// The id it is stored under.
        stored_id: String,
    },
    /// Its id is that of one stored connection, its name that of another.
    TwoOthers {
        /// The name of the one that has its id.
        stored_name: String,
        /// The id of the one that has its name.
        stored_id: String,
    },
}

impl fmt::Display for AlreadyThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdAndName => f.write_str("id and name are there already"),
            Self::Id { stored_name } => {
                write!(f, "the id is there already, under the name {stored_name:?}")
            }
            Self::Name { stored_id } => {
                write!(f, "the name is there already, under the id {stored_id:?}")
            }
            Self::TwoOthers { stored_name, stored_id } => write!(
                f,
                "the id is there already, under the name {stored_name:?}, and the name under the id {stored_id:?}"
            ),
        }
    }
}

/// There would be more connections than the configuration allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{new} more would make {} connections, and connections.max is {max}",
    stored.saturating_add(*new)
)]
pub struct OverLimit {
    /// How many are stored.
    pub stored: u64,
    /// How many there are to create.
    pub new: u64,
    /// The limit.
    pub max: u64,
}

impl ImportReport {
    /// How many are created.
    pub fn creates(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Create))
    }

    /// How many are skipped.
    pub fn skips(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Skip(_)))
    }

    /// How many are refused.
    pub fn refusals(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Refuse(_)))
    }

    /// The ids of those that were created.
    pub fn created_ids(&self) -> impl Iterator<Item = &str> {
        let created = self.entries.iter().filter(|entry| entry.verdict == Verdict::Create);
        created.filter(|_| self.done).filter_map(|entry| entry.id.as_deref())
    }

    /// Whether it can't be done as a whole.
    pub fn is_refused(&self) -> bool {
        self.is_refused_by(ImportMode::Store)
    }

    /// Whether nothing of it can be done in this way.
    pub fn is_refused_by(&self, mode: ImportMode) -> bool {
        let by_entries = mode != ImportMode::StoreGood && self.refusals() > 0;
        self.over_limit.is_some() || self.over_budget.is_some() || by_entries
    }

    fn count(&self, what: impl Fn(&Verdict) -> bool) -> usize {
        self.entries.iter().filter(|entry| what(&entry.verdict)).count()
    }
}

/// What is stored, as far as it can be in the way of what comes.
pub(in super::super) struct Stored {
    keys: Vec<ConnectionKey>,
    client_ids: Vec<ClientIdUse>,
    instance: String,
}

impl Stored {
    pub(super) async fn read(tx: &mut (dyn ReadTx + '_)) -> Result<Self, StoreError> {
        let keys = tx.list_connection_keys().await?;
        let client_ids = tx.list_client_ids().await?;
        Ok(Self { keys, client_ids, instance: instance::known(tx).await? })
    }
}

/// Compares a judged file with what is stored. What is to be created comes back beside the plan, each
/// with its place in it.
pub(super) fn plan(
    file: ImportFile,
    stored: &Stored,
    max: u64,
) -> (ImportReport, Vec<(usize, Incoming)>) {
    let mut places = Places::of(stored);
    let stored = &stored.keys;
    let ImportFile { source, entries, not_taken_over } = file;
    let by_id: HashMap<&str, &ConnectionKey> =
        stored.iter().map(|key| (key.id.as_str(), key)).collect();
    let by_name: HashMap<&str, &ConnectionKey> =
        stored.iter().map(|key| (key.name.as_str(), key)).collect();
    let (mut new, mut refused) = (Vec::new(), 0);
    let mut planned = Vec::with_capacity(entries.len());
    for (position, entry) in entries.into_iter().enumerate() {
        let ImportEntry { id, name, content, notes } = entry;
        let mut verdict = match content {
            Err(faults) => Verdict::Refuse(faults),
            Ok(incoming) => {
                let id = id.as_deref().and_then(|id| by_id.get(id).copied());
                let name = by_name.get(incoming.connection.name.as_str()).copied();
                if let Some(there) = already_there(id, name) {
                    Verdict::Skip(there)
                } else if let Some(faults) = hidden(&incoming) {
                    Verdict::Refuse(faults)
                } else if let Some(fault) = places.take(&incoming, position) {
                    Verdict::Refuse(vec![fault])
                } else {
                    new.push((position, incoming));
                    Verdict::Create
                }
            }
        };
        if let Verdict::Refuse(faults) = &mut verdict {
            refused += 1;
            if refused > LISTED_REFUSALS {
                *faults = Vec::new();
            }
        }
        planned.push(Planned { id, name, verdict, notes });
    }
    let over_limit = over_limit(stored.len(), new.len(), max);
    let report = ImportReport {
        source,
        done: false,
        entries: planned,
        over_limit,
        over_budget: None,
        not_taken_over,
    };
    (report, new)
}

/// Who has which client id at which broker: what is stored, and what comes before in the file.
struct Places<'a> {
    held: HashMap<Place, Holder<'a>>,
    instance: &'a str,
}

enum Holder<'a> {
    Stored(&'a ClientIdUse),
    Entry(usize),
}

impl<'a> Places<'a> {
    fn of(Stored { client_ids, instance, .. }: &'a Stored) -> Self {
        let held = client_ids.iter();
        let held = held.filter_map(|it| Some((Place::of_use(it, instance)?, Holder::Stored(it))));
        Self { held: held.collect(), instance }
    }

    /// Gives the entry its place, or tells who has it.
    fn take(&mut self, entry: &Incoming, position: usize) -> Option<String> {
        let NewConnection { id, url, credentials, tls, .. } = &entry.connection;
        let is_given = credentials.as_ref().is_some_and(|it| it.client_id.is_some());
        let place = Place::wanted(id.as_ref(), url, credentials.as_ref(), tls, self.instance)?;
        match self.held.entry(place) {
            hash_map::Entry::Vacant(free) => {
                free.insert(Holder::Entry(position));
                None
            }
            hash_map::Entry::Occupied(held) => Some(match held.get() {
                Holder::Stored(it) => rivalry::taken(&it.name, &it.id, !is_given).to_string(),
                Holder::Entry(first) => format!(
                    "{}: is that of connections[{first}] at the same broker, too, and each would end the other's session",
                    rivalry::FIELD
                ),
            }),
        }
    }
}

/// What is wrong with the id, the name and the URL of a connection that comes into being.
fn hidden(incoming: &Incoming) -> Option<Vec<String>> {
    let NewConnection { id, name, url, .. } = &incoming.connection;
    let id =
        id.as_ref().map_or(Ok(()), ConnectionId::check_new).map_err(|why| format!("id: {why}"));
    let name = name.check_new().map_err(|why| format!("name: {why}"));
    let url = url.check_new().map_err(|why| format!("url: {why}"));
    let faults: Vec<String> = [id, name, url].into_iter().filter_map(Result::err).collect();
    (!faults.is_empty()).then_some(faults)
}

fn already_there(
    by_id: Option<&ConnectionKey>,
    by_name: Option<&ConnectionKey>,
) -> Option<AlreadyThere> {
    let stored_name = |key: &ConnectionKey| key.name.clone();
    let stored_id = |key: &ConnectionKey| key.id.clone();
    Some(match (by_id, by_name) {
        (None, None) => return None,
        (Some(a), Some(b)) if a.id == b.id => AlreadyThere::IdAndName,
        (Some(a), Some(b)) => {
            AlreadyThere::TwoOthers { stored_name: stored_name(a), stored_id: stored_id(b) }
        }
        (Some(a), None) => AlreadyThere::Id { stored_name: stored_name(a) },
        (None, Some(b)) => AlreadyThere::Name { stored_id: stored_id(b) },
    })
}

fn over_limit(stored: usize, new: usize, max: u64) -> Option<OverLimit> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (stored, new) = (count(stored), count(new));
    // A limit that was lowered below what is there is nobody's fault who adds nothing.
    (new > 0 && stored.saturating_add(new) > max).then_some(OverLimit { stored, new, max })
}
