//! Writes audit entries that belong to no transaction: reads, tests and refusals.
//!
//! A commit waits for the disk. Entries that arrive while one is in progress share the next one, so many
//! concurrent readers of secrets wait for one or two commits, not for one each.

use std::hash::Hash;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditEntry, UserName};
use haltere_store::{Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;

use super::account::AccountWindows;
use super::reads::{self, ReadWindows};
use super::refusals::Refusals;
use super::repeats::Repeats;
use super::test_windows::{self, TestWindows};
use super::user_rate_limit::{RateExceeded, UserRateLimit};
use crate::app::AuditSettings;
use crate::ctx::Ctx;
use crate::error::{ErrorContext as _, Internal, NotAllowed};

/// How long after a successful write the store counts as writable.
const RECENT: Duration = Duration::from_secs(1);

/// The period of the rate of a user's changes, tests and reads.
const HOUR: Duration = Duration::from_hours(1);

/// The pause before another attempt to write sums.
const RETRY: Duration = Duration::from_secs(1);

/// The shortest interval between checks for windows that have ended.
const MIN_CHECK_INTERVAL: Duration = Duration::from_millis(1);

/// The most sums that wait for a store that accepts no writes.
const MAX_UNWRITTEN: usize = 10_000;

/// Writes entries to the audit trail, and counts repeats.
pub(crate) struct AuditWriter {
    pub(super) store: Arc<dyn Store>,
    tasks: TaskTracker,
    /// At most one per request in progress, and those are bounded.
    waiting: Mutex<Vec<Waiting>>,
    /// Held during a transaction.
    writing: tokio::sync::Mutex<()>,
    /// The time of the last write; `None` if it failed.
    last_success: Mutex<Option<Instant>>,
    /// Held while the store is probed.
    probing: tokio::sync::Mutex<()>,
    pub(super) reads: ReadWindows,
    pub(super) refusals: Refusals,
    pub(super) account: AccountWindows,
    pub(super) tests: TestWindows,
    /// The rate of changes and tests per user.
    pub(super) change_rate: UserRateLimit,
    /// The rate of reads of different content per user.
    pub(super) read_rate: UserRateLimit,
    /// The interval between checks for windows that have ended.
    check_interval: Duration,
    /// Sums that could not be written yet.
    unwritten: Mutex<Vec<AuditEntry>>,
    /// Notified when a window opens.
    pub(super) opened: Notify,
}

struct Waiting {
    entry: AuditEntry,
    written: oneshot::Sender<Result<(), Arc<StoreError>>>,
}

/// How to treat a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Count it if the store accepts writes.
    RequireStore,
    Count,
    /// Count it even if it is the first of its kind: write nothing now.
    CountFirst,
}

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWritten {
    #[error("failed to write to the audit trail")]
    Failed(#[source] Option<Arc<StoreError>>),
    #[error("too many audited actions")]
    TooMany {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
    },
}

impl AuditWriter {
    /// A writer to `store`, which spawns its writes on `tasks`.
    pub(crate) fn new(store: Arc<dyn Store>, tasks: TaskTracker, settings: &AuditSettings) -> Self {
        let &AuditSettings {
            reads_within,
            repeats_within,
            refusals_per_minute,
            actions_per_hour,
            retention: _,
            strict: _,
        } = settings;
        Self {
            store,
            tasks,
            waiting: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            last_success: Mutex::default(),
            probing: tokio::sync::Mutex::default(),
            reads: reads::within(reads_within),
            refusals: Refusals::within(repeats_within, refusals_per_minute),
            account: AccountWindows::within(repeats_within),
            tests: test_windows::within(repeats_within),
            change_rate: UserRateLimit::new(actions_per_hour, HOUR),
            read_rate: UserRateLimit::new(actions_per_hour, HOUR),
            check_interval: (reads_within.min(repeats_within) / 10).max(MIN_CHECK_INTERVAL),
            unwritten: Mutex::default(),
            opened: Notify::new(),
        }
    }

    /// Appends an entry. It is durable once this returns `Ok`, and is written even if the future is dropped.
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

    /// Counts a change that `ctx` is about to make, or refuses it if it exceeds the rate.
    pub(crate) fn count_change(&self, ctx: &Ctx) -> Result<(), NotAllowed> {
        check_rate(&self.change_rate, ctx.answerable())
            .map_err(|retry_after| NotAllowed::TooMany { retry_after })
    }

    /// Appends the first entry of a kind and counts the next ones; `false` if there is no window to count in.
    /// A first entry counts against `rate`, if there is one.
    pub(super) async fn append_once<Caller: Eq + Hash + Clone, Kind: Eq + Hash + Clone>(
        self: &Arc<Self>,
        windows: &Repeats<Caller, Kind>,
        caller: &Caller,
        kind: &Kind,
        entry: &AuditEntry,
        repeat: Repeat,
        rate: Option<(&UserRateLimit, &UserName)>,
    ) -> Result<bool, NotWritten> {
        loop {
            let Some(window) = windows.window(caller, kind, Instant::now()) else {
                return Ok(false);
            };
            self.opened.notify_one();
            let mut is_first = false;
            if repeat != Repeat::CountFirst {
                let write = async || {
                    if let Some((rate, user)) = rate {
                        check_rate(rate, user)
                            .map_err(|retry_after| NotWritten::TooMany { retry_after })?;
                    }
                    is_first = true;
                    self.append(entry.clone()).await
                };
                window.first.get_or_try_init(write).await?;
            }
            if repeat == Repeat::RequireStore && !is_first {
                self.ensure_writable().await?;
            }
            // A window that has closed meanwhile counts nothing.
            if is_first || window.count(entry) {
                return Ok(true);
            }
        }
    }

    async fn write_waiting(self: Arc<Self>) {
        let _writing = self.writing.lock().await;
        let entries = mem::take(&mut *self.waiting.lock());
        // The previous holder of the lock may have written them.
        if entries.is_empty() {
            return;
        }
        let outcome = self.write(entries.iter().map(|waiting| &waiting.entry)).await;
        let outcome = outcome.map_err(Arc::new);
        for Waiting { written, .. } in entries {
            // The caller may have gone away.
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
            tx.audit().append_many(&entries).await?;
            tx.commit().await
        };
        let outcome = written.await;
        self.record_outcome(outcome.is_ok());
        outcome
    }

    /// Checks that the store accepts writes: the last write succeeded within a second, or a probe does now.
    async fn ensure_writable(self: &Arc<Self>) -> Result<(), NotWritten> {
        if self.wrote_recently() {
            return Ok(());
        }
        let this = Arc::clone(self);
        // A task, because a probe that is cancelled half-way would leave data behind.
        let probe = self.tasks.spawn(async move {
            let _probing = this.probing.lock().await;
            if this.wrote_recently() {
                return Ok(());
            }
            let outcome = this.store.probe().await;
            this.record_outcome(outcome.is_ok());
            outcome
        });
        match probe.await {
            Ok(outcome) => outcome.map_err(|error| NotWritten::Failed(Some(Arc::new(error)))),
            Err(_) => Err(NotWritten::Failed(None)),
        }
    }

    fn wrote_recently(&self) -> bool {
        let last_success = *self.last_success.lock();
        last_success.is_some_and(|at| at.elapsed() < RECENT) && self.store.trouble().is_none()
    }

    fn record_outcome(&self, succeeded: bool) {
        *self.last_success.lock() = succeeded.then(Instant::now);
    }

    /// Waits until windows may have ended whose sums have to be written.
    pub(crate) async fn sums_are_due(&self) {
        while self.has_written_all() {
            self.opened.notified().await;
        }
        sleep(self.check_interval.min(RETRY)).await;
    }

    /// Closes the windows that have ended, and writes their sums.
    pub(crate) async fn write_due_sums(&self) -> Result<(), Internal> {
        self.write_sums(Some(Instant::now())).await.context("write sums of the audit trail")
    }

    /// Closes all windows. Call it when no more entries arrive.
    pub(crate) async fn close(&self) {
        // Counts entries that could not be written.
        let _ = self.write_sums(None).await;
        let lost = self.unwritten().len();
        if lost > 0 {
            tracing::error!(lost, "counts of repeats are missing in the audit trail");
        }
    }

    fn has_written_all(&self) -> bool {
        let Self { reads, refusals, account, tests, .. } = self;
        let is_idle =
            reads.is_empty() && refusals.is_empty() && account.is_empty() && tests.is_empty();
        is_idle && self.unwritten().is_empty()
    }

    /// Writes the sums of windows that ended by `over`, or of all. Sums that can't be written wait.
    async fn write_sums(&self, over: Option<Instant>) -> Result<(), StoreError> {
        let mut sums = mem::take(&mut *self.unwritten());
        sums.extend(self.reads.take_closed(over));
        sums.extend(self.refusals.take_closed(over));
        sums.extend(self.account.take_closed(over));
        sums.extend(self.tests.take_closed(over));
        if sums.is_empty() {
            return Ok(());
        }
        let Err(error) = self.write(sums.iter()).await else { return Ok(()) };
        tracing::debug!(error = &error as &dyn std::error::Error, "sums of the audit trail wait");
        let excess = sums.len().saturating_sub(MAX_UNWRITTEN);
        if excess > 0 {
            tracing::error!(lost = excess, "counts of repeats are missing in the audit trail");
        }
        self.unwritten().extend(sums.into_iter().skip(excess));
        Err(error)
    }

    pub(super) fn unwritten(&self) -> parking_lot::MutexGuard<'_, Vec<AuditEntry>> {
        self.unwritten.lock()
    }
}

/// Counts one more action of `user`, or returns how long to wait.
pub(super) fn check_rate(rate: &UserRateLimit, user: &UserName) -> Result<(), Duration> {
    let Err(RateExceeded { retry_after, is_first_refusal }) = rate.check(user, Instant::now())
    else {
        return Ok(());
    };
    if is_first_refusal {
        let user = user.as_str();
        tracing::warn!(user, "more audited actions than limits.audited_actions_per_hour");
    }
    Err(retry_after)
}
