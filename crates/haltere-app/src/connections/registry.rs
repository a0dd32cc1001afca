//! All stored connections, in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use haltere_link::LinkSpec;

use super::entry::Entry;
use crate::policy::{Action, Visibility};

/// All stored connections, in the order they were created. Readers never wait; writers hold a
/// [`PendingChange`](crate::write_lock::PendingChange).
#[derive(Default)]
pub(crate) struct Registry(ArcSwap<Snapshot>);

/// All connections at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    entries: Arc<[Arc<Entry>]>,
    positions: Arc<HashMap<Arc<str>, usize>>,
    has_secrets: bool,
    generation: u64,
}

impl Registry {
    /// How it is now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// The connection with this id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Entry>> {
        self.0.load().get(id).cloned()
    }

    /// Replaces the entry with the id of `entry`, or appends it.
    pub(crate) fn put(&self, entry: Arc<Entry>) {
        let old = self.snapshot();
        let mut entries = old.entries.to_vec();
        if let Some(position) = old.positions.get(entry.id()) {
            entries[*position] = entry;
            let has_secrets = entries.iter().any(|entry| entry.has_secrets());
            let positions = Arc::clone(&old.positions);
            let generation = old.generation + 1;
            let entries = entries.into();
            self.0.store(Arc::new(Snapshot { entries, positions, has_secrets, generation }));
        } else {
            entries.push(entry);
            self.replace(entries);
        }
    }

    /// Puts new connections at the end, all at once.
    pub(crate) fn append(&self, new: &[Arc<Entry>]) {
        let mut entries = self.snapshot().entries.to_vec();
        entries.extend_from_slice(new);
        self.replace(entries);
    }

    /// Removes the connection with this id.
    pub(crate) fn remove(&self, id: &str) {
        let mut entries = self.snapshot().entries.to_vec();
        entries.retain(|entry| entry.id() != id);
        self.replace(entries);
    }

    /// Removes entries, replaces others, and appends new ones, which also replace those with their ids.
    pub(crate) fn merge(&self, removed: &[String], changed: &[Arc<Entry>], added: &[Arc<Entry>]) {
        let old = self.snapshot();
        let gone = removed.iter().map(String::as_str).chain(added.iter().map(|entry| entry.id()));
        let gone: HashSet<&str> = gone.collect();
        let changed: HashMap<&str, &Arc<Entry>> =
            changed.iter().map(|entry| (entry.id(), entry)).collect();
        let kept = old.entries.iter().filter(|entry| !gone.contains(entry.id()));
        let kept = kept.map(|entry| *changed.get(entry.id()).unwrap_or(&entry));
        self.replace(kept.chain(added).cloned().collect());
    }

    /// Replaces everything.
    pub(crate) fn replace(&self, entries: Vec<Arc<Entry>>) {
        let old = self.snapshot();
        let is_same = old.entries.len() == entries.len()
            && old.entries.iter().zip(&entries).all(|(old, new)| Arc::ptr_eq(old, new));
        let positions = entries.iter().enumerate();
        let positions = positions.map(|(position, entry)| (Arc::from(entry.id()), position));
        self.0.store(Arc::new(Snapshot {
            positions: Arc::new(positions.collect()),
            has_secrets: entries.iter().any(|entry| entry.has_secrets()),
            entries: entries.into(),
            generation: if is_same { old.generation } else { old.generation + 1 },
        }));
    }
}

impl Snapshot {
    /// All of them, in the order they were created.
    pub(crate) fn entries(&self) -> &Arc<[Arc<Entry>]> {
        &self.entries
    }

    /// The one with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Entry>> {
        self.position(id).map(|position| &self.entries[position])
    }

    /// The position of the connection with this id.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// Whether there is a password or a private key in any of those whose secrets `visibility` allows to read.
    pub(crate) fn has_secrets(&self, visibility: &Visibility) -> bool {
        let is_visible =
            |entry: &Entry| visibility.allows(Action::ReadConnectionSecrets, entry.id());
        self.has_secrets
            && (visibility.is_all()
                || self.entries.iter().any(|entry| is_visible(entry) && entry.has_secrets()))
    }

    /// Moves whenever an entry comes, goes or changes.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// What the supervisor should keep up.
    pub(crate) fn specs(&self) -> Vec<Arc<LinkSpec>> {
        self.entries.iter().filter_map(|entry| entry.spec().cloned()).collect()
    }
}
