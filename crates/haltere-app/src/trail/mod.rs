//! Writing audit entries that belong to no change: of what was read, tried or refused.
//!
//! A commit waits for the disk. Entries that come while one is under way share the next, so that many
//! readers of secrets at once wait for a commit or two and not for each other's in a row.
//!
//! The trail is never cut, so no caller may make it grow at will. Entries that repeat an earlier one within a
//! short time are summed up: see [`repeats`], [`reads`], [`refusals`], [`own`] and [`tests_of_connections`].
//! What differs each time has a pace per user: see [`pace`].

mod own;
mod pace;
mod reads;
mod refusals;
mod repeats;
mod tests_of_connections;

use parking_lot::Mutex;
use std::hash::Hash;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditEntry, UserName};
use haltere_store::{Store, StoreError};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use reads::Content;

use self::own::Own;
use self::pace::{Pace, TooFast};
use self::reads::Reads;
use self::refusals::Refusals;
use self::repeats::Repeats;
use self::tests_of_connections::Tests;
use crate::app::AuditSettings;
use crate::ctx::Ctx;
use crate::error::NotAllowed;

/// How long the trail counts as one that takes entries after it has taken one.
const FRESH: Duration = Duration::from_secs(1);

/// What the pace of a user's changes, tests and looks is measured by.
const HOUR: Duration = Duration::from_hours(1);

/// How long to wait before sums that could not be written are tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How often to look for windows that are over, at most.
const SHORTEST_LOOK: Duration = Duration::from_millis(1);

/// The most sums that wait for a store that takes none.
const MAX_UNWRITTEN: usize = 10_000;

/// Where such entries go.
pub(crate) struct Trail {
    store: Arc<dyn Store>,
    tasks: TaskTracker,
    /// One per request under way at most, and those are bounded.
    waiting: Mutex<Vec<Waiting>>,
    /// Held while a transaction is under way.
    turn: tokio::sync::Mutex<()>,
    /// When the store has last taken an entry; `None` after it has refused one.
    took_one: Mutex<Option<Instant>>,
    /// Held while somebody finds out whether it takes one.
    probing: tokio::sync::Mutex<()>,
    reads: Reads,
    refusals: Refusals,
    own: Own,
    tests: Tests,
    /// How often a user changes or tests something.
    changes: Pace,
    /// How often a user looks at something else than before.
    looks: Pace,
    /// How often to look for windows that are over, at least.
    look_every: Duration,
    /// Sums that could not be written yet.
    unwritten: Mutex<Vec<AuditEntry>>,
    /// A window was opened.
    opened: Notify,
}

struct Waiting {
    entry: AuditEntry,
    written: oneshot::Sender<Result<(), Arc<StoreError>>>,
}

/// What to do with a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Count it, if the store takes entries.
    NeedsTheTrail,
    /// Count it.
    IsCounted,
    /// Count it, even when it is the first of its kind: write nothing now.
    IsAll,
}

/// Why an entry is not in the trail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWritten {
    /// The store did not take it.
    #[error("failed to write to the audit trail")]
    Failed(#[source] Option<Arc<StoreError>>),
    /// The user has done too much lately.
    #[error("too many audited actions")]
    TooMany {
        /// When trying again makes sense; whole seconds, at least one.
        retry_after: Duration,
    },
}

impl Trail {
    /// The trail in `store`; what is under way is among `tasks`.
    pub(crate) fn new(store: Arc<dyn Store>, tasks: TaskTracker, settings: &AuditSettings) -> Self {
        let &AuditSettings { reads_within, repeats_within, refusals_per_minute, actions_per_hour } =
            settings;
        Self {
            store,
            tasks,
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            took_one: Mutex::default(),
            probing: tokio::sync::Mutex::default(),
            reads: reads::within(reads_within),
            refusals: Refusals::within(repeats_within, refusals_per_minute),
            own: Own::within(repeats_within),
            tests: tests_of_connections::within(repeats_within),
            changes: Pace::new(actions_per_hour, HOUR),
            looks: Pace::new(actions_per_hour, HOUR),
            look_every: (reads_within.min(repeats_within) / 10).max(SHORTEST_LOOK),
            unwritten: Mutex::default(),
            opened: Notify::new(),
        }
    }

    /// Appends an entry; once this returns `Ok`, it is durable. An entry that was handed over is
    /// written even when whoever waits for it goes away.
    pub(crate) async fn append(self: &Arc<Self>, entry: AuditEntry) -> Result<(), NotWritten> {
        let (written, outcome) = oneshot::channel();
        self.waiting.lock().push(Waiting { entry, written });
        self.tasks.spawn(Arc::clone(self).write_waiting());
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(NotWritten::Failed(Some(error))),
            Err(_) => Err(NotWritten::Failed(None)),
        }
    }

    /// Counts a change that `ctx` is about to make, unless that would be one too many.
    pub(crate) fn count_change(&self, ctx: &Ctx) -> Result<(), NotAllowed> {
        keep(&self.changes, &ctx.caller.user)
            .map_err(|retry_after| NotAllowed::TooMany { retry_after })
    }

    /// Appends the first entry of a kind, and counts the next ones; `false` when there is no room to count.
    /// With a pace, a first entry is one that has to keep it.
    async fn append_once<Caller: Eq + Hash + Clone, Kind: Eq + Hash + Clone>(
        self: &Arc<Self>,
        windows: &Repeats<Caller, Kind>,
        caller: &Caller,
        kind: &Kind,
        entry: &AuditEntry,
        repeat: Repeat,
        pace: Option<(&Pace, &UserName)>,
    ) -> Result<bool, NotWritten> {
        loop {
            let Some(window) = windows.window(caller, kind, Instant::now()) else {
                return Ok(false);
            };
            self.opened.notify_one();
            let mut is_first = false;
            if repeat != Repeat::IsAll {
                let write = async || {
                    if let Some((pace, user)) = pace {
                        keep(pace, user)
                            .map_err(|retry_after| NotWritten::TooMany { retry_after })?;
                    }
                    is_first = true;
                    self.append(entry.clone()).await
                };
                window.first.get_or_try_init(write).await?;
            }
            if repeat == Repeat::NeedsTheTrail && !is_first {
                self.takes_entries().await?;
            }
            // One that has closed in the meantime counts nothing.
            if is_first || window.count(entry) {
                return Ok(true);
            }
        }
    }

    async fn write_waiting(self: Arc<Self>) {
        let _turn = self.turn.lock().await;
        let entries = mem::take(&mut *self.waiting.lock());
        // Whoever had the turn before may have taken ours along.
        if entries.is_empty() {
            return;
        }
        let outcome = self.write(entries.iter().map(|waiting| &waiting.entry)).await;
        let outcome = outcome.map_err(Arc::new);
        for Waiting { written, .. } in entries {
            // Who has gone away needs no answer.
            let _ = written.send(outcome.clone());
        }
    }

    async fn write(
        &self,
        entries: impl Iterator<Item = &AuditEntry> + Send,
    ) -> Result<(), StoreError> {
        let entries: Vec<_> = entries.cloned().collect();
        let written = async {
            let mut tx = self.store.write().await?;
            tx.append_audits(&entries).await?;
            tx.commit().await
        };
        let outcome = written.await;
        self.note(outcome.is_ok());
        outcome
    }

    /// Makes sure that the store takes entries, as far as can be told: it has taken one within the last
    /// second, or does so now.
    async fn takes_entries(self: &Arc<Self>) -> Result<(), NotWritten> {
        if self.took_one_lately() {
            return Ok(());
        }
        let this = Arc::clone(self);
        // A task, because a probe that is left half-way leaves something behind.
        let probe = self.tasks.spawn(async move {
            let _turn = this.probing.lock().await;
            if this.took_one_lately() {
                return Ok(());
            }
            let outcome = this.store.probe().await;
            this.note(outcome.is_ok());
            outcome
        });
        match probe.await {
            Ok(outcome) => outcome.map_err(|error| NotWritten::Failed(Some(Arc::new(error)))),
            Err(_) => Err(NotWritten::Failed(None)),
        }
    }

    fn took_one_lately(&self) -> bool {
        let took_one = *self.took_one.lock();
        took_one.is_some_and(|at| at.elapsed() < FRESH) && self.store.trouble().is_none()
    }

    fn note(&self, took_one: bool) {
        *self.took_one.lock() = took_one.then(Instant::now);
    }

    /// Closes windows when their time is over, until `stopping`.
    pub(crate) async fn close_windows(self: Arc<Self>, stopping: CancellationToken) {
        let look = self.look_every.min(RETRY);
        loop {
            while !self.has_written_all() {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = sleep(look) => self.write_sums(Some(Instant::now())).await,
                }
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = self.opened.notified() => {}
            }
        }
    }

    /// Closes all windows; to be called when nothing comes any more.
    pub(crate) async fn close(&self) {
        self.write_sums(None).await;
        let lost = self.unwritten().len();
        if lost > 0 {
            tracing::error!(lost, "counts of repeats are missing in the audit trail");
        }
    }

    fn has_written_all(&self) -> bool {
        let Self { reads, refusals, own, tests, .. } = self;
        let is_idle = reads.is_empty() && refusals.is_empty() && own.is_empty() && tests.is_empty();
        is_idle && self.unwritten().is_empty()
    }

    /// Writes what the windows that are over have counted; what can't be written waits.
    async fn write_sums(&self, over: Option<Instant>) {
        let mut sums = mem::take(&mut *self.unwritten());
        sums.extend(self.reads.take_closed(over));
        sums.extend(self.refusals.take_closed(over));
        sums.extend(self.own.take_closed(over));
        sums.extend(self.tests.take_closed(over));
        if sums.is_empty() {
            return;
        }
        let Err(error) = self.write(sums.iter()).await else { return };
        tracing::debug!(error = &error as &dyn std::error::Error, "sums of the audit trail wait");
        let over = sums.len().saturating_sub(MAX_UNWRITTEN);
        if over > 0 {
            tracing::error!(over, "counts of repeats are missing in the audit trail");
        }
        self.unwritten().extend(sums.into_iter().skip(over));
    }

    fn unwritten(&self) -> parking_lot::MutexGuard<'_, Vec<AuditEntry>> {
        self.unwritten.lock()
    }
}

/// Counts once more for `user`, or says how long to wait.
fn keep(pace: &Pace, user: &UserName) -> Result<(), Duration> {
    let Err(TooFast { retry_after, is_news }) = pace.keep(user, Instant::now()) else {
        return Ok(());
    };
    if is_news {
        let user = user.as_str();
        tracing::warn!(user, "more audited actions than limits.audited_actions_per_hour");
    }
    Err(retry_after)
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
