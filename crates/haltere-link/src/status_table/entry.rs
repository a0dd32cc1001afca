//! One link's entry in the status table: its status and its history.

use std::collections::VecDeque;
use std::sync::Arc;

use haltere_core::{
    BrokerFacts, ConnectionStatus, FailureCode, HistoryState, LinkState, Revision, Since, Stage,
    StatusChange, Timestamp,
};
use tokio::sync::Notify;

use crate::chain_store::StoredChain;
use crate::recorded_history::{RecordedHistory, Resumption, share_failure};

/// The right to write the status of one link. It ends when the link is removed or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusToken(pub(super) u64);

/// The status and the history of one link.
pub(super) struct StatusEntry {
    pub(super) token: StatusToken,
    pub(super) status: Arc<ConnectionStatus>,
    /// The certificates the broker presented last.
    pub(super) presented_chain: Option<Arc<StoredChain>>,
    /// Who signed them, if the last attempt has refused them.
    pub(super) refused_issuer: Option<Arc<str>>,
    /// The newest last.
    history: VecDeque<StatusChange>,
    /// How many of the newest changes are not recorded.
    unrecorded: usize,
    /// Set until the first attempt since the start of haltere has ended.
    resumption: Option<Resumption>,
    /// Created on demand: waiting for an outcome is rare, and a `watch` per link is large.
    waiters: Option<Arc<Notify>>,
}

/// The effect of a write.
pub(super) enum StatusWrite {
    Unchanged,
    Changed {
        /// The change was added to the history.
        recorded: bool,
    },
}

impl StatusEntry {
    /// A link that starts in `state`, and continues the history of an earlier run if there is one.
    pub(super) fn new(
        token: StatusToken,
        revision: Revision,
        state: LinkState,
        restored: Option<RecordedHistory>,
        now: Timestamp,
        limit: usize,
    ) -> Self {
        let since = Since::Exactly(now);
        let mut entry = Self {
            token,
            status: Arc::new(ConnectionStatus {
                revision,
                state,
                since,
                broker: None,
                issuer: None,
            }),
            presented_chain: None,
            refused_issuer: None,
            history: VecDeque::new(),
            unrecorded: 0,
            resumption: None,
            waiters: None,
        };
        match restored {
            Some(recorded) => entry.resume(recorded, now, limit),
            None => entry.record(now, limit),
        }
        entry
    }

    /// Replaces the status, and adds a change to the history if the [`transition_key`] changes.
    pub(super) fn write(
        &mut self,
        revision: Revision,
        state: LinkState,
        broker: Option<Arc<BrokerFacts>>,
        now: Timestamp,
        limit: usize,
    ) -> StatusWrite {
        let since = Since::Exactly(now);
        let mut status = ConnectionStatus { revision, state, since, broker, issuer: None };
        // The connection may have failed before TLS.
        if status.failure().is_some_and(|failure| failure.stage == Stage::Tls) {
            status.issuer.clone_from(&self.refused_issuer);
        }
        // After a restart the link's state is unknown until an attempt ends or an operator disconnects it.
        let is_unknown = self.resumption.is_some() && !status.is_outcome();
        let is_transition = if is_unknown {
            false
        } else if let Some(resumption) = self.resumption.take() {
            status.since = resumption.since(&status, now);
            true
        } else {
            transition_key(&status) != transition_key(&self.status)
        };
        if !is_transition {
            status.since = self.status.since;
            if status == *self.status {
                return StatusWrite::Unchanged;
            }
        }
        self.status = Arc::new(status);
        if is_transition {
            self.record(now, limit);
        }
        StatusWrite::Changed { recorded: is_transition }
    }

    /// Wakes the tasks that wait for an outcome of this link.
    pub(super) fn wake_waiters(&self) {
        if let Some(waiters) = &self.waiters {
            waiters.notify_waiters();
        }
    }

    /// The handle on which tasks wait for an outcome of this link.
    pub(super) fn waiters(&mut self) -> Arc<Notify> {
        Arc::clone(self.waiters.get_or_insert_default())
    }

    /// The history, the newest change first.
    pub(super) fn history(&self) -> Vec<StatusChange> {
        self.changes().cloned().collect()
    }

    /// The changes of the history, the newest first.
    pub(super) fn changes(&self) -> impl Iterator<Item = &StatusChange> {
        self.history.iter().rev()
    }

    /// Whether there are unrecorded changes.
    pub(super) fn has_unrecorded(&self) -> bool {
        self.unrecorded > 0
    }

    /// Takes the newest `limit` unrecorded changes, the oldest first. Older unrecorded changes are
    /// skipped for good.
    pub(super) fn take_unrecorded(&mut self, limit: usize) -> Vec<StatusChange> {
        let count = std::mem::take(&mut self.unrecorded).min(limit);
        self.history.range(self.history.len() - count..).cloned().collect()
    }

    /// Marks `count` more of the newest changes as unrecorded, as far as they are still kept.
    pub(super) fn return_unrecorded(&mut self, count: usize) {
        self.unrecorded = (self.unrecorded + count).min(self.history.len());
    }

    /// Adds the current status to the history.
    fn record(&mut self, at: Timestamp, limit: usize) {
        let ConnectionStatus { state, since, .. } = &*self.status;
        let failure = self.status.failure().map(|failure| share_failure(&self.history, failure));
        self.push(StatusChange { at, since: *since, state: state.into(), failure }, limit);
    }

    fn push(&mut self, change: StatusChange, limit: usize) {
        self.history.push_back(change);
        self.unrecorded += 1;
        self.truncate(limit);
    }

    fn truncate(&mut self, limit: usize) {
        let over = self.history.len().saturating_sub(limit.max(1));
        self.history.drain(..over);
        self.unrecorded = self.unrecorded.min(self.history.len());
    }

    /// Continues the history of an earlier run, and adds a change for the time in between.
    fn resume(&mut self, recorded: RecordedHistory, now: Timestamp, limit: usize) {
        let resumption = recorded.resumption(self.status.revision, now);
        let RecordedHistory { changes, until, was_edited: _ } = recorded;
        let last = changes.back().map(|change| (change.state, change.since));
        self.history = changes;
        self.truncate(limit);
        let is_idle = matches!(self.status.state, LinkState::Idle);
        if let Some((HistoryState::Idle, since)) = last
            && is_idle
        {
            // Idle is an order, not an observation, so it also held while haltere did not run.
            self.set_since(since);
            return;
        }
        if !matches!(last, Some((HistoryState::Unobserved, _))) {
            let at = until.min(now);
            let (since, state) = (Since::Exactly(at), HistoryState::Unobserved);
            self.push(StatusChange { at, since, state, failure: None }, limit);
        }
        if is_idle {
            self.set_since(Since::AtLeast(now));
            self.record(now, limit);
        } else {
            self.resumption = Some(resumption);
        }
    }

    fn set_since(&mut self, since: Since) {
        self.status = Arc::new(ConnectionStatus { since, ..(*self.status).clone() });
    }
}

/// The part of a status whose change is recorded: connected, idle, and the failure's code.
fn transition_key(status: &ConnectionStatus) -> (bool, bool, Option<&FailureCode>) {
    let idle = matches!(status.state, LinkState::Idle);
    (status.connected(), idle, status.failure().map(|failure| &failure.code))
}
