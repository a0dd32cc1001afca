//! A bounded log of changes, which keeps the last change of each thing. Pure: it neither waits nor locks.

use std::collections::{BTreeMap, HashMap};

use haltere_core::ConnectionId;

/// Something has changed: it came, went, or is different. How it is now has to be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A stored connection, or the status of its link.
    Connection(ConnectionId),
    Plugins,
    /// What members of groups may see. No event says so: it wakes event streams, which then look.
    Groups,
}

/// A kind of changes. Each has a capacity of its own, so that frequent changes of one kind never push out
/// those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Connections,
    Plugins,
    Groups,
}

impl Change {
    /// Its kind.
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Connection(_) => ChangeKind::Connections,
            Self::Plugins => ChangeKind::Plugins,
            Self::Groups => ChangeKind::Groups,
        }
    }
}

impl ChangeKind {
    /// All kinds, in the order of their values.
    const ALL: [Self; 3] = [Self::Connections, Self::Plugins, Self::Groups];

    /// How many changed things are kept for readers that are behind.
    pub(super) const fn capacity(self) -> usize {
        match self {
            Self::Connections => 1024,
            // They are one thing.
            Self::Plugins | Self::Groups => 1,
        }
    }
}

/// The log. Changes are numbered from 1. Of each thing only the last change is kept: a reader that was away for
/// long gets each thing once, and misses changes only if more things of a kind have changed than are kept.
pub(super) struct ChangeLog {
    latest: u64,
    kinds: [KindLog; ChangeKind::ALL.len()],
}

/// The changes of one kind.
struct KindLog {
    capacity: usize,
    by_sequence: BTreeMap<u64, Change>,
    sequences: HashMap<Change, u64>,
    /// The newest change that was dropped because of the capacity.
    dropped: u64,
}

/// Changes that a reader asks for are not kept any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overrun;

impl ChangeLog {
    /// Creates an empty log that keeps `capacity` things of each kind.
    pub(super) fn new(capacity: impl Fn(ChangeKind) -> usize) -> Self {
        Self { latest: 0, kinds: ChangeKind::ALL.map(|kind| KindLog::new(capacity(kind))) }
    }

    /// The number of the newest change.
    pub(super) fn latest(&self) -> u64 {
        self.latest
    }

    /// Adds a change.
    pub(super) fn push(&mut self, change: Change) {
        self.latest += 1;
        self.kinds[change.kind() as usize].push(self.latest, change);
    }

    /// The changes after number `after` of the `wanted` kinds, the oldest first, each thing once.
    pub(super) fn read(
        &self,
        after: u64,
        wanted: impl Fn(ChangeKind) -> bool,
    ) -> Result<Vec<Change>, Overrun> {
        let mut changes = Vec::new();
        for kind in ChangeKind::ALL.into_iter().filter(|kind| wanted(*kind)) {
            let log = &self.kinds[kind as usize];
            if after < log.dropped {
                return Err(Overrun);
            }
            changes.extend(log.by_sequence.range(after + 1..));
        }
        changes.sort_unstable_by_key(|(sequence, _)| **sequence);
        Ok(changes.into_iter().map(|(_, change)| change.clone()).collect())
    }
}

impl KindLog {
    fn new(capacity: usize) -> Self {
        Self { capacity, by_sequence: BTreeMap::new(), sequences: HashMap::new(), dropped: 0 }
    }

    fn push(&mut self, sequence: u64, change: Change) {
        if let Some(older) = self.sequences.insert(change.clone(), sequence) {
            self.by_sequence.remove(&older);
        }
        self.by_sequence.insert(sequence, change);
        if self.by_sequence.len() > self.capacity
            && let Some((oldest, change)) = self.by_sequence.pop_first()
        {
            self.sequences.remove(&change);
            self.dropped = oldest;
        }
    }
}

#[cfg(test)]
mod tests;
