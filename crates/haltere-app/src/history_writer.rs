//! Stores the history of links, so that it survives a restart.
//!
//! Links never wait for it: the supervisor holds their histories in memory and marks new changes, which are written every
//! few seconds in a few transactions. Changes that can't be written stay marked; there are no more of them than the
//! histories hold.
//!
//! The time up to which the links were observed is stored with them. What happened between it and the next start is
//! unknown, and reported as unknown.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_core::{Clock, ConnectionId, StorageTrouble, Timestamp, error_chain};
use haltere_link::RecordedHistory;
use haltere_store::failpoint::spared;
use haltere_store::{LinkChangeRecord, Store, StoreError};
use tokio::sync::Mutex;

use crate::connections::Fleet;
use crate::error::{ErrorContext, Internal};
use crate::now::now;

/// The interval between writes of the observed time alone. Each write wakes the disk.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// About the number of changes per transaction. Other writers wait for it.
const BATCH: usize = 2_000;
/// The most transactions per run; further changes wait for the next one.
const BATCHES: usize = 200;
/// About the number of changes in the store.
const MAX_CHANGES: usize = 200_000;
/// The number of changes per connection: as many as its history holds, if the total allows.
const CHANGES_PER_LINK: std::ops::RangeInclusive<usize> = 10..=100;

/// The key in `meta` of the time up to which links were observed, in milliseconds since 1970.
const OBSERVED_UNTIL: &str = "links.observed_until";

/// Stores the history of links.
pub(crate) struct HistoryWriter {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    fleet: Arc<Fleet>,
    progress: Mutex<Progress>,
    failures: AtomicU64,
}

#[derive(Default)]
struct Progress {
    /// The last limit of changes per connection; `None` before the first write.
    per_link: Option<usize>,
    /// The steady time at which the observed time was written.
    heartbeat: Option<Duration>,
    /// The last write failed, and that was logged.
    is_failing: bool,
}

impl HistoryWriter {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, fleet: Arc<Fleet>) -> Self {
        Self { store, clock, fleet, progress: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// The number of failed writes.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Restores the histories of links. Call it before the first link starts.
    pub(crate) async fn restore(&self) -> Result<(), Internal> {
        const OPERATION: &str = "read the link history";
        match self.read_past().await {
            Ok(past) => self.fleet.supervisor.restore_histories(past),
            // A damaged history must not prevent the start. The trouble is reported elsewhere.
            Err(error) if error.trouble() == Some(StorageTrouble::Damaged) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the history of links can't be read"
                );
            }
            Err(error) => return Err(error).context(OPERATION),
        }
        Ok(())
    }

    async fn read_past(&self) -> Result<HashMap<ConnectionId, RecordedHistory>, StoreError> {
        let mut past = HashMap::new();
        let mut read = self.store.read().await?;
        let until = read.meta().get(OBSERVED_UNTIL).await?.and_then(|bytes| from_bytes(&bytes));
        let Some(until) = until else { return Ok(past) };
        let mut take = |LinkChangeRecord { connection, change }| {
            past.entry(connection).or_insert_with(|| RecordedHistory::until(until)).push(change);
        };
        read.link_history().read(&mut take).await?;
        for id in read.connections().list_changed_after(until).await? {
            let id = ConnectionId::parse(&id).ok();
            if let Some(Entry::Occupied(mut past)) = id.map(|id| past.entry(id)) {
                past.get_mut().mark_edited();
            }
        }
        Ok(past)
    }

    /// Writes the new changes of histories. Run by a background task.
    pub(crate) async fn write(&self) -> Result<(), Internal> {
        let mut progress = self.progress.lock().await;
        let now = self.clock.steady();
        let beats = progress.heartbeat.is_none_or(|at| now.saturating_sub(at) >= HEARTBEAT);
        let is_due = self.fleet.supervisor.has_unrecorded()
            || (beats && self.fleet.supervisor.link_count() > 0);
        // The reconciler handles a disk in trouble.
        if !is_due || self.store.trouble().is_some() {
            return Ok(());
        }
        self.write_pending(&mut progress).await
    }

    /// Writes the remaining changes and the observed time, after all links have ended.
    pub(crate) async fn write_final(&self) {
        let mut progress = self.progress.lock().await;
        if self.store.trouble().is_none() {
            // An error is logged there.
            let _ = self.write_pending(&mut progress).await;
        }
    }

    async fn write_pending(&self, progress: &mut Progress) -> Result<(), Internal> {
        let written = spared(self.write_batches(progress)).await;
        match &written {
            Ok(()) => progress.is_failing = false,
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                // Once, and not if a disk in trouble is logged already.
                if !progress.is_failing && error.trouble().is_none() {
                    let error = error_chain(error);
                    tracing::warn!(error, "the history of links is not written; tried again");
                }
                progress.is_failing = true;
            }
        }
        written.context("write the link history")
    }

    async fn write_batches(&self, progress: &mut Progress) -> Result<(), StoreError> {
        let per_link = changes_per_link(self.fleet.registry.snapshot().entries().len());
        for _ in 0..BATCHES {
            if self.write_batch(progress, per_link).await? < BATCH {
                break;
            }
        }
        Ok(())
    }

    /// One transaction; returns the number of changes. If these are all, the observed time is stored, too.
    async fn write_batch(
        &self,
        progress: &mut Progress,
        per_link: usize,
    ) -> Result<usize, StoreError> {
        let mut tx = self.store.write().await?;
        // Under the store's lock: no connection is created or deleted until the commit.
        let (now, steady) = (now(&*self.clock), self.clock.steady());
        let taken = self.fleet.supervisor.take_unrecorded(BATCH, per_link);
        let records: Vec<_> = taken
            .iter()
            .flat_map(|link| link.changes.iter().map(|change| (&link.connection, change)))
            .map(|(connection, change)| LinkChangeRecord {
                connection: connection.clone(),
                change: change.clone(),
            })
            .collect();
        let is_all = records.len() < BATCH;
        let written = async {
            let keep = u32::try_from(per_link).unwrap_or(u32::MAX);
            if !records.is_empty() {
                tx.link_history().append(&records, keep).await?;
            }
            if progress.per_link.is_none_or(|before| per_link < before) {
                tx.link_history().trim(keep).await?;
            }
            if is_all {
                tx.meta().set(OBSERVED_UNTIL, &to_bytes(now)).await?;
            }
            tx.commit().await
        };
        if let Err(error) = written.await {
            self.fleet.supervisor.return_unrecorded(taken);
            return Err(error);
        }
        progress.per_link = Some(per_link);
        if is_all {
            progress.heartbeat = Some(steady);
        }
        Ok(records.len())
    }
}

/// The number of changes per connection.
fn changes_per_link(connections: usize) -> usize {
    let changes = MAX_CHANGES / connections.max(1);
    changes.clamp(*CHANGES_PER_LINK.start(), *CHANGES_PER_LINK.end())
}

fn to_bytes(at: Timestamp) -> [u8; 8] {
    at.as_millisecond().to_be_bytes()
}

fn from_bytes(bytes: &[u8]) -> Option<Timestamp> {
    let millis = i64::from_be_bytes(bytes.try_into().ok()?);
    Timestamp::from_millisecond(millis).ok()
}

#[cfg(test)]
mod tests;
