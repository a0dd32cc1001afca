//! What is known of a link from before haltere started.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{
    ConnectionStatus, FailureCode, HistoryState, LinkFailure, Revision, Since, StatusChange,
    Timestamp,
};

/// What is found after so short a time as it was left counts as having been so all the time: a restart or an
/// upgrade takes less, and of an outage as short nobody would have heard.
const SHORT: Duration = Duration::from_mins(1);

/// Among how many failures before it a new one is looked for in a link's history.
const RECENT: usize = 8;

/// What was recorded of a link before haltere started.
#[derive(Debug)]
pub struct Past {
    /// Newest last.
    pub(crate) lines: VecDeque<StatusChange>,
    /// Up to when it was observed.
    pub(crate) until: Timestamp,
    /// The connection was edited since: it may be another broker.
    pub(crate) was_edited: bool,
}

impl Past {
    /// Nothing yet of a link that was observed until then.
    pub fn until(until: Timestamp) -> Self {
        Self { lines: VecDeque::new(), until, was_edited: false }
    }

    /// Adds a line to its history: the newest up to now.
    pub fn push(&mut self, mut line: StatusChange) {
        line.failure = line.failure.map(|failure| shared(&self.lines, &failure));
        self.lines.push_back(line);
    }

    /// Notes that the connection was edited after the last look.
    pub fn was_edited(&mut self) {
        self.was_edited = true;
    }

    /// How the link was, for its first attempt now.
    pub(crate) fn resumption(&self, revision: Revision, now: Timestamp) -> Resumption {
        let last = self.lines.iter().rev().find(|line| line.state != HistoryState::Unobserved);
        Resumption {
            last: last.filter(|_| self.is_short(now) && !self.was_edited).map(Last::of),
            revision,
        }
    }

    /// Whether nobody looked for a short time only. A clock that was set back leaves that open.
    fn is_short(&self, now: Timestamp) -> bool {
        let last = self.lines.back().filter(|line| line.state == HistoryState::Unobserved);
        let from = last.map_or(self.until, |line| line.at);
        let gap = now.as_millisecond().checked_sub(from.as_millisecond());
        gap.and_then(|gap| u64::try_from(gap).ok())
            .is_some_and(|gap| Duration::from_millis(gap) <= SHORT)
    }
}

/// How the link was, for the first attempt that comes to an end.
pub(crate) struct Resumption {
    /// `None` when that is too long ago.
    last: Option<Last>,
    /// The connection as it was then: after an edit, it may be another broker.
    revision: Revision,
}

/// How the link was left.
struct Last {
    connected: bool,
    code: Option<FailureCode>,
    since: Since,
}

impl Last {
    fn of(line: &StatusChange) -> Self {
        let code = line.failure.as_ref().map(|failure| failure.code.clone());
        Self { connected: line.state == HistoryState::Online, code, since: line.since }
    }
}

impl Resumption {
    /// Since when the link is as the first look finds it.
    pub(crate) fn since(self, found: &ConnectionStatus, now: Timestamp) -> Since {
        let (connected, code) = (found.connected(), found.failure().map(|failure| &failure.code));
        let is_ordered = !connected && code.is_none();
        if is_ordered || found.revision != self.revision {
            // An operator has disconnected or edited it since.
            return Since::Exactly(now);
        }
        let same =
            self.last.filter(|last| last.connected == connected && last.code.as_ref() == code);
        same.map_or(Since::AtLeast(now), |last| last.since)
    }
}

/// The same failure from one of the lines before, if there is one: a broker that comes and goes for days fails
/// in the same few ways, and a line should not cost what its words do.
pub(crate) fn shared(
    history: &VecDeque<StatusChange>,
    failure: &Arc<LinkFailure>,
) -> Arc<LinkFailure> {
    let told = history.iter().rev().filter_map(|line| line.failure.as_ref());
    Arc::clone(told.take(RECENT).find(|told| *told == failure).unwrap_or(failure))
}
