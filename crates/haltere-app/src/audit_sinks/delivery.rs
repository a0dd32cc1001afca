//! Delivers the entries of the audit trail to a sink, one batch after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use haltere_core::{Clock, error_chain};
use haltere_store::{AuditFilter, AuditRecord, StoreError, Transactions};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{AuditSink, SinkAttempt, SinkError, SinkSettings, SinkState};
use crate::audit_trail::NumberedEntry;
use crate::error::{ErrorContext as _, Internal};
use crate::now::now;

/// How many entries are read and delivered at a time.
const AT_ONCE: u32 = 200;
/// After this many batches a run ends, and the next one begins at once.
const BATCHES: usize = 20;
/// How long an attempt may go on when haltere stops.
const GRACE: Duration = Duration::from_millis(500);
/// The position is stored at most this often, because each write wakes the disk. What was delivered since the last
/// time comes again after a crash.
const STORE_EVERY: Duration = Duration::from_secs(1);
const OPERATION: &str = "read the audit trail";

/// One sink, and how far it is.
pub(crate) struct Delivery {
    sink: Arc<dyn AuditSink>,
    /// Whether changes are refused while it takes no entries, if the audit trail is strict.
    pub(super) is_required: bool,
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    position: tokio::sync::Mutex<Position>,
    /// The sequence number of the last entry that the sink is known to have.
    taken: AtomicI64,
    state: Mutex<SinkState>,
}

/// The sequence number of the last entry that was delivered.
#[derive(Debug, Default)]
struct Position {
    /// `None` before it is read from the store.
    delivered: Option<i64>,
    stored: i64,
    /// When it was written to the store last.
    stored_at: Option<Instant>,
}

/// Waits until an attempt has to end because haltere stops.
async fn ends(stopping: &CancellationToken) {
    stopping.cancelled().await;
    sleep(GRACE).await;
}

impl Position {
    /// Whether it is time to write it to the store.
    fn is_due(&self) -> bool {
        let is_changed = self.delivered.is_some_and(|delivered| delivered != self.stored);
        is_changed && self.stored_at.is_none_or(|at| at.elapsed() >= STORE_EVERY)
    }
}

impl Delivery {
    pub(crate) fn new(
        SinkSettings { sink, is_required }: SinkSettings,
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (position, state) = (tokio::sync::Mutex::default(), Mutex::default());
        Self { sink, is_required, store, clock, position, taken: AtomicI64::new(0), state }
    }

    /// The name of its background task.
    pub(crate) fn task(&self) -> &'static str {
        self.sink.task()
    }

    /// The name of the sink.
    pub(super) fn name(&self) -> &'static str {
        self.sink.name()
    }

    /// The sequence number of the last entry that the sink has; 0 before that is known.
    pub(super) fn taken(&self) -> i64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// What is known of the sink.
    pub(crate) fn state(&self) -> SinkState {
        self.state.lock().clone()
    }

    /// Waits until there is something to deliver, or the sink has to be tried again.
    pub(crate) async fn wait_until_due(&self) {
        let pause = self.state.lock().pause();
        sleep(pause).await;
        while !self.has_work().await {
            let pause = self.state.lock().pause();
            sleep(pause).await;
        }
    }

    async fn has_work(&self) -> bool {
        if self.state.lock().is_working != Some(true) {
            return true;
        }
        let position = self.position.lock().await;
        // What can't be read is for the run to report.
        position.is_due()
            || self.newest().await.map_or(true, |newest| Some(newest) > position.delivered)
    }

    /// Delivers entries that the sink does not have, until `stopping`.
    pub(crate) async fn run(&self, stopping: &CancellationToken) -> Result<(), Internal> {
        let outcome = self.deliver_batches(stopping).await;
        if let Err(error) = &outcome
            && self.state.lock().is_working != Some(false)
        {
            // Not the sink, but the trail could not be read: that is tried again after a pause, too.
            self.state.lock().failed(now(&*self.clock));
            let (sink, error) = (self.sink.name(), error_chain(error));
            tracing::error!(sink, error, "the audit trail can't be read for the audit sink");
        }
        outcome
    }

    async fn deliver_batches(&self, stopping: &CancellationToken) -> Result<(), Internal> {
        let mut position = self.position.lock().await;
        for _ in 0..BATCHES {
            if stopping.is_cancelled() {
                return Ok(());
            }
            let delivered = self.delivered(&mut position).await?;
            let newest = self.newest().await.context(OPERATION)?;
            self.state.lock().behind = u64::try_from(newest - delivered).unwrap_or(0);
            if newest <= delivered {
                break;
            }
            let entries = self.next(delivered).await.context(OPERATION)?;
            let Some(last) = entries.last().map(|entry| entry.sequence) else { break };
            let attempt = self.attempt(self.sink.deliver(&entries), stopping).await;
            let Some(outcome) = attempt else { return Ok(()) };
            if let Err(error) = outcome {
                // What was delivered before does not come again because of this.
                let _ = self.store_position(&mut position).await;
                return self.note(Err(error));
            }
            self.note(Ok(()))?;
            position.delivered = Some(last);
            self.taken.store(last, Ordering::Relaxed);
            if position.is_due() {
                self.store_position(&mut position).await?;
            }
        }
        if self.state.lock().is_working != Some(true) {
            let attempt = self.attempt(self.sink.open(), stopping).await;
            let Some(outcome) = attempt else { return Ok(()) };
            self.note(outcome)?;
        }
        if position.is_due() { self.store_position(&mut position).await } else { Ok(()) }
    }

    /// How an attempt has ended, by its deadline at the latest; `None` if it had to end because haltere stops.
    async fn attempt(
        &self,
        attempt: SinkAttempt<'_>,
        stopping: &CancellationToken,
    ) -> Option<Result<(), SinkError>> {
        let deadline = self.sink.deadline();
        tokio::select! {
            outcome = timeout(deadline, attempt) => Some(outcome.unwrap_or_else(|_| {
                Err(format!("{} does not answer within {deadline:?}", self.sink.target()).into())
            })),
            () = ends(stopping) => None,
        }
    }

    /// Delivers what is left and stores the position. Call it when no more entries arrive.
    pub(crate) async fn close(&self) {
        // Both report their errors.
        let _ = self.run(&CancellationToken::new()).await;
        let _ = self.store_position(&mut *self.position.lock().await).await;
    }

    /// Notes how an attempt has ended. Logs when that changes, and only then.
    fn note(&self, outcome: Result<(), SinkError>) -> Result<(), Internal> {
        let name = self.sink.name();
        let Err(error) = outcome else {
            if self.state.lock().succeeded() {
                tracing::info!(sink = name, "the audit sink takes entries again");
            }
            return Ok(());
        };
        let is_first = self.state.lock().failed(now(&*self.clock));
        if is_first {
            let error = error_chain(&*error);
            tracing::error!(
                sink = name,
                error,
                "the audit sink takes no entries; they wait in the database"
            );
        }
        Err(Internal::new(format!("write to the audit sink {name}"), error))
    }

    async fn newest(&self) -> Result<i64, StoreError> {
        let newest = AuditFilter { limit: 1, ..AuditFilter::default() };
        let mut read = self.store.read().await?;
        let newest = read.audit().list(&newest).await?;
        Ok(newest.first().map_or(0, |record| record.sequence))
    }

    async fn next(&self, after: i64) -> Result<Vec<NumberedEntry>, StoreError> {
        let filter = AuditFilter {
            after: Some(after),
            is_oldest_first: true,
            limit: AT_ONCE,
            ..AuditFilter::default()
        };
        let mut read = self.store.read().await?;
        let records = read.audit().list(&filter).await?;
        let entry = |AuditRecord { sequence, entry, link }| NumberedEntry { sequence, entry, link };
        Ok(records.into_iter().map(entry).collect())
    }

    async fn delivered(&self, position: &mut Position) -> Result<i64, Internal> {
        if let Some(delivered) = position.delivered {
            return Ok(delivered);
        }
        let mut read = self.store.read().await.context(OPERATION)?;
        let stored = read.meta().get(&self.key()).await.context(OPERATION)?;
        let target = self.sink.target();
        let stored = match stored.as_deref().and_then(<[u8]>::split_first_chunk) {
            Some((delivered, of)) if of == target.as_bytes() => i64::from_be_bytes(*delivered),
            // A new sink begins with the oldest entry.
            other => {
                if other.is_some() {
                    let sink = self.sink.name();
                    tracing::info!(
                        sink,
                        target,
                        "the audit sink is another one than before; it gets all entries"
                    );
                }
                0
            }
        };
        (position.delivered, position.stored) = (Some(stored), stored);
        self.taken.store(stored, Ordering::Relaxed);
        Ok(stored)
    }

    async fn store_position(&self, position: &mut Position) -> Result<(), Internal> {
        const OPERATION: &str = "store the position of an audit sink";
        let Some(delivered) = position.delivered.filter(|it| *it != position.stored) else {
            return Ok(());
        };
        position.stored_at = Some(Instant::now());
        let mut tx = self.store.write().await.context(OPERATION)?;
        let value = [&delivered.to_be_bytes(), self.sink.target().as_bytes()].concat();
        tx.meta().set(&self.key(), &value).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        position.stored = delivered;
        Ok(())
    }

    /// Where the position (8 bytes, big endian) and the target are kept among the store's meta values.
    fn key(&self) -> String {
        format!("audit.sink.{}", self.sink.name())
    }
}

#[cfg(test)]
mod tests;
