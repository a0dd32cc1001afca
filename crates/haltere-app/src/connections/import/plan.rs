//! The plan of an import: the outcome of each entry.

use std::collections::{HashMap, hash_map};

use haltere_core::ConnectionSettings;
use haltere_store::{ClientIdUse, ConnectionKey, ConnectionReads, StoreError};

use super::super::check;
use super::super::input::NewConnection;
use super::super::mqtt_session_key::{self, MqttSessionKey};
use super::file::{ImportEntry, ImportFile, Incoming, Source};
use super::sentences::{AlreadyThere, EntryPosition, ImportExceeds, ImportFault, ImportNote};
use crate::error::Invalid;
use crate::policy::Visibility;

/// The number of refused entries whose faults are listed. The others are counted.
pub const LISTED_REFUSALS: usize = 1_000;

/// What an import does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    DryRun,
    /// Store everything, unless an entry is refused.
    Store,
    /// Store the valid entries, and leave out refused ones.
    StoreGood,
}

/// The plan of an import, or its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    pub source: Source,
    /// Whether it was stored. If an entry is refused, nothing is, unless the mode is [`ImportMode::StoreGood`].
    pub done: bool,
    pub entries: Vec<Planned>,
    /// The limit that a file without faults would exceed.
    pub exceeds: Option<ImportExceeds>,
    /// The names of other parts of the file.
    pub not_taken_over: Vec<String>,
}

/// An entry of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its id; one that haltere makes is known once it is stored.
    pub id: Option<String>,
    pub name: Option<String>,
    pub outcome: EntryOutcome,
    pub notes: Vec<ImportNote>,
}

/// The outcome of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryOutcome {
    /// It is stored and dialled.
    Create,
    /// It exists already and stays unchanged.
    Skip(AlreadyThere),
    /// It can't be stored because of these faults. Empty beyond [`LISTED_REFUSALS`].
    Refuse(Vec<Invalid>),
}

impl ImportReport {
    /// How many are created.
    pub fn creates(&self) -> usize {
        self.count(|outcome| matches!(outcome, EntryOutcome::Create))
    }

    /// How many are skipped.
    pub fn skips(&self) -> usize {
        self.count(|outcome| matches!(outcome, EntryOutcome::Skip(_)))
    }

    /// How many are refused.
    pub fn refusals(&self) -> usize {
        self.count(|outcome| matches!(outcome, EntryOutcome::Refuse(_)))
    }

    /// The ids of those that were created.
    pub fn created_ids(&self) -> impl Iterator<Item = &str> {
        let created = self.entries.iter().filter(|entry| entry.outcome == EntryOutcome::Create);
        created.filter(|_| self.done).filter_map(|entry| entry.id.as_deref())
    }

    /// Whether it can't be stored as a whole.
    pub fn is_refused(&self) -> bool {
        self.is_refused_by(ImportMode::Store)
    }

    /// Whether nothing of it can be stored in `mode`.
    pub fn is_refused_by(&self, mode: ImportMode) -> bool {
        let by_entries = mode != ImportMode::StoreGood && self.refusals() > 0;
        self.exceeds.is_some() || by_entries
    }

    fn count(&self, what: impl Fn(&EntryOutcome) -> bool) -> usize {
        self.entries.iter().filter(|entry| what(&entry.outcome)).count()
    }
}

/// The stored ids, names and sessions that can conflict with new ones.
pub(in super::super) struct Stored {
    keys: Vec<ConnectionKey>,
    client_ids: Vec<ClientIdUse>,
    instance: String,
}

impl Stored {
    /// Reads connections; `instance` is the instance id.
    pub(super) async fn read(
        connections: &mut dyn ConnectionReads,
        instance: String,
    ) -> Result<Self, StoreError> {
        let keys = connections.list_keys().await?;
        let client_ids = connections.list_client_ids().await?;
        Ok(Self { keys, client_ids, instance })
    }
}

/// Compares a validated file with the store. Returns the plan and the connections to create, each with its index.
pub(super) fn plan(
    file: ImportFile,
    stored: &Stored,
    visibility: &Visibility,
    max: u64,
) -> (ImportReport, Vec<(usize, Incoming)>) {
    let mut taken = TakenKeys::of(stored, visibility);
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
        let mut outcome = match content {
            Err(faults) => EntryOutcome::Refuse(faults),
            Ok(incoming) => {
                let id = id.as_deref().and_then(|id| by_id.get(id).copied());
                let name = by_name.get(incoming.connection.settings.name.as_str()).copied();
                if let Some(there) = already_there(visibility, id, name) {
                    EntryOutcome::Skip(there)
                } else if let Some(faults) = new_faults(&incoming) {
                    EntryOutcome::Refuse(faults)
                } else if let Err(outside) = check_scope(visibility, &incoming) {
                    EntryOutcome::Refuse(vec![outside])
                } else if let Some(fault) = taken.take(&incoming, position) {
                    EntryOutcome::Refuse(vec![fault])
                } else {
                    new.push((position, incoming));
                    EntryOutcome::Create
                }
            }
        };
        if let EntryOutcome::Refuse(faults) = &mut outcome {
            refused += 1;
            if refused > LISTED_REFUSALS {
                *faults = Vec::new();
            }
        }
        planned.push(Planned { id, name, outcome, notes });
    }
    let report = ImportReport {
        source,
        done: false,
        entries: planned,
        exceeds: over_limit(stored.len(), new.len(), max),
        not_taken_over,
    };
    (report, new)
}

/// The MQTT sessions that are taken: by stored connections, and by earlier entries of the file.
struct TakenKeys<'a> {
    held: HashMap<MqttSessionKey, ClientIdHolder<'a>>,
    instance: &'a str,
    visibility: &'a Visibility,
}

enum ClientIdHolder<'a> {
    Stored(&'a ClientIdUse),
    Entry(usize),
}

impl<'a> TakenKeys<'a> {
    fn of(Stored { client_ids, instance, .. }: &'a Stored, visibility: &'a Visibility) -> Self {
        let held = client_ids.iter();
        let held = held.filter_map(|it| {
            Some((MqttSessionKey::of_use(it, instance)?, ClientIdHolder::Stored(it)))
        });
        Self { held: held.collect(), instance, visibility }
    }

    /// Takes the session of the entry, or returns the conflict.
    fn take(&mut self, entry: &Incoming, position: usize) -> Option<Invalid> {
        let NewConnection { id, settings } = &entry.connection;
        let is_given = settings.credentials.as_ref().is_some_and(|it| it.client_id.is_some());
        let key = MqttSessionKey::of_new(id.as_ref(), settings, self.instance)?;
        match self.held.entry(key) {
            hash_map::Entry::Vacant(free) => {
                free.insert(ClientIdHolder::Entry(position));
                None
            }
            hash_map::Entry::Occupied(held) => Some(match held.get() {
                ClientIdHolder::Stored(it) => {
                    mqtt_session_key::taken(self.visibility, &it.name, &it.id, !is_given)
                }
                ClientIdHolder::Entry(first) => {
                    let fault = ImportFault::SameClientIdAsEntry { entry: EntryPosition(*first) };
                    Invalid::of(mqtt_session_key::FIELD, &fault)
                }
            }),
        }
    }
}

/// The faults of the id, the name and the URL that only new connections may not have.
fn new_faults(incoming: &Incoming) -> Option<Vec<Invalid>> {
    let NewConnection { id, settings } = &incoming.connection;
    let ConnectionSettings { name, url, .. } = settings;
    let id = id.as_ref().map_or(Ok(()), check::new_id);
    let checks = [id, check::new_name(name), check::new_url(url)];
    let faults: Vec<Invalid> = checks.into_iter().filter_map(Result::err).collect();
    (!faults.is_empty()).then_some(faults)
}

/// Whether the caller would see the connection.
fn check_scope(visibility: &Visibility, incoming: &Incoming) -> Result<(), Invalid> {
    if visibility.is_all() {
        return Ok(());
    }
    let NewConnection { id, settings } = &incoming.connection;
    // One without an id gets one of its own, which no set has.
    let id = id.as_ref().map_or("", |id| id.as_str());
    let outside = visibility.check_stored(id, &settings.labels);
    outside.map_err(|outside| Invalid::new(outside.field(), outside.reason()))
}

fn already_there(
    visibility: &Visibility,
    by_id: Option<&ConnectionKey>,
    by_name: Option<&ConnectionKey>,
) -> Option<AlreadyThere> {
    if by_id.iter().chain(&by_name).any(|key| !visibility.covers(&key.id)) {
        return Some(AlreadyThere::Hidden);
    }
    Some(match (by_id, by_name) {
        (None, None) => return None,
        (Some(a), Some(b)) if a.id == b.id => AlreadyThere::IdAndName,
        (Some(a), Some(b)) => AlreadyThere::TwoOthers { name: a.name.clone(), id: b.id.clone() },
        (Some(a), None) => AlreadyThere::Id { name: a.name.clone() },
        (None, Some(b)) => AlreadyThere::Name { id: b.id.clone() },
    })
}

fn over_limit(stored: usize, new: usize, max: u64) -> Option<ImportExceeds> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (stored, new) = (count(stored), count(new));
    // An import that creates nothing must not fail because the limit was lowered.
    let all = stored.saturating_add(new);
    (new > 0 && all > max).then_some(ImportExceeds::ConnectionsMax { new, all, max })
}
