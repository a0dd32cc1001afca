//! The history of a link that an earlier run of haltere has recorded.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{
    ConnectionStatus, FailureCode, HistoryState, LinkFailure, Revision, Since, StatusChange,
    Timestamp,
};

/// If a link is found unchanged after a gap no longer than this, it counts as unchanged throughout. A
/// restart or an upgrade takes less, and an outage as short as this would hardly be noticed.
const SHORT_GAP: Duration = Duration::from_mins(1);

/// How many earlier failures are searched for an equal one.
const SHARE_DEPTH: usize = 8;

/// The history of a link that an earlier run of haltere has recorded.
#[derive(Debug)]
pub struct RecordedHistory {
    /// The newest last.
    pub(crate) changes: VecDeque<StatusChange>,
    /// Until when the link was observed.
    pub(crate) until: Timestamp,
    /// The connection was edited later, so it may point at another broker.
    pub(crate) was_edited: bool,
}

impl RecordedHistory {
    /// Creates the empty history of a link that was observed until `until`.
    pub fn until(until: Timestamp) -> Self {
        Self { changes: VecDeque::new(), until, was_edited: false }
    }

    /// Adds a change that is newer than those before.
    pub fn push(&mut self, mut change: StatusChange) {
        change.failure = change.failure.map(|failure| share_failure(&self.changes, &failure));
        self.changes.push_back(change);
    }

    /// Notes that the connection was edited after the last observation.
    pub fn mark_edited(&mut self) {
        self.was_edited = true;
    }

    /// The last recorded state, to compare with the first observation at `revision`.
    pub(crate) fn resumption(&self, revision: Revision, now: Timestamp) -> Resumption {
        let last =
            self.changes.iter().rev().find(|change| change.state != HistoryState::Unobserved);
        let is_valid = self.is_short_gap(now) && !self.was_edited;
        Resumption { last: last.filter(|_| is_valid).map(LastState::of), revision }
    }

    /// Whether the link was unobserved only for a short time. If the clock was set back, it is unknown
    /// for how long.
    fn is_short_gap(&self, now: Timestamp) -> bool {
        let last = self.changes.back().filter(|change| change.state == HistoryState::Unobserved);
        let from = last.map_or(self.until, |change| change.at);
        let gap = now.as_millisecond().checked_sub(from.as_millisecond());
        gap.and_then(|gap| u64::try_from(gap).ok())
            .is_some_and(|gap| Duration::from_millis(gap) <= SHORT_GAP)
    }
}

/// The last recorded state of a link, kept until its first attempt ends.
pub(crate) struct Resumption {
    /// `None` if the state is too old to count.
    last: Option<LastState>,
    /// The revision at the start of haltere: after an edit, it may be another broker.
    revision: Revision,
}

struct LastState {
    connected: bool,
    code: Option<FailureCode>,
    since: Since,
}

impl LastState {
    fn of(change: &StatusChange) -> Self {
        let code = change.failure.as_ref().map(|failure| failure.code.clone());
        Self { connected: change.state == HistoryState::Online, code, since: change.since }
    }
}

impl Resumption {
    /// Since when the link is in the state `found` that was observed first.
    pub(crate) fn since(self, found: &ConnectionStatus, now: Timestamp) -> Since {
        let (connected, code) = (found.connected(), found.failure().map(|failure| &failure.code));
        let is_ordered = !connected && code.is_none();
        if is_ordered || found.revision != self.revision {
            // An operator has disconnected or edited the connection in the meantime.
            return Since::Exactly(now);
        }
        let same =
            self.last.filter(|last| last.connected == connected && last.code.as_ref() == code);
        same.map_or(Since::AtLeast(now), |last| last.since)
    }
}

/// Returns an equal failure of an earlier change, if there is one. A broker that flaps for days fails in
/// the same few ways, so its changes share the texts.
pub(crate) fn share_failure(
    history: &VecDeque<StatusChange>,
    failure: &Arc<LinkFailure>,
) -> Arc<LinkFailure> {
    let earlier = history.iter().rev().filter_map(|change| change.failure.as_ref());
    Arc::clone(earlier.take(SHARE_DEPTH).find(|it| *it == failure).unwrap_or(failure))
}
