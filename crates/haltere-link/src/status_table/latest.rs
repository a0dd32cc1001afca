//! The latest status changes of many links, in one order.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use haltere_core::{ConnectionId, StatusChange};

use super::{READ_BATCH, StatusTable};

/// The position of a change among those of all links, which are in the order of their time, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePosition {
    /// When it was observed, in milliseconds since 1970.
    pub at: i64,
    /// The connection; changes of the same millisecond are in the order of the ids.
    pub connection: ConnectionId,
    /// How many newer changes the link has in the same millisecond.
    pub newer: usize,
}

/// A position, borrowed, in the order of positions.
type Key<'a> = (Reverse<i64>, &'a ConnectionId, usize);

impl ChangePosition {
    fn key(&self) -> Key<'_> {
        (Reverse(self.at), &self.connection, self.newer)
    }
}

impl PartialOrd for ChangePosition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ChangePosition {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// Changes by their position, the newest first.
pub type LatestChanges = BTreeMap<ChangePosition, StatusChange>;

impl StatusTable {
    /// The first `limit` changes of these links that are wanted and come `after` a position.
    ///
    /// Looks at every change of these links, because the clock may have been set back between two of them.
    pub(crate) fn latest_changes(
        &self,
        ids: &[&ConnectionId],
        limit: usize,
        after: Option<&ChangePosition>,
        is_wanted: &dyn Fn(&StatusChange) -> bool,
    ) -> LatestChanges {
        let mut latest = LatestChanges::new();
        // Links can write between two batches.
        for ids in ids.chunks(READ_BATCH) {
            let inner = self.inner();
            for &id in ids {
                let Some(entry) = inner.entries.get(id) else { continue };
                let (mut last_at, mut newer) = (None, 0);
                for change in entry.changes() {
                    let at = change.at.as_millisecond();
                    newer = if last_at.replace(at) == Some(at) { newer + 1 } else { 0 };
                    let key: Key<'_> = (Reverse(at), id, newer);
                    let is_later = after.is_none_or(|after| key > after.key());
                    let last = latest.last_key_value().filter(|_| latest.len() >= limit);
                    let is_among = last.is_none_or(|(last, _)| key < last.key());
                    if !is_later || !is_among || !is_wanted(change) {
                        continue;
                    }
                    let connection = id.clone();
                    latest.insert(ChangePosition { at, connection, newer }, change.clone());
                    if latest.len() > limit {
                        latest.pop_last();
                    }
                }
            }
        }
        latest
    }
}
