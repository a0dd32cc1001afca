//! Writes down how links fare, so that a restart does not forget it.
//!
//! Links never wait for it: the supervisor keeps their histories in memory and knows which lines are new, and every
//! few seconds these are written, all in a few transactions. What can't be written now stays new; there are no
//! more of these lines than histories hold.
//!
//! With them goes the moment up to which the links were observed. What lies between it and the next start is
//! unknown, and told as that.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_core::{ConnectionId, StorageTrouble, Timestamp};
use haltere_link::RecordedHistory;
use haltere_store::failpoint::spared;
use haltere_store::{LinkChangeRecord, StoreError};

use crate::app::App;
use crate::error::{Doing, Internal, chain};

/// How often new lines are written.
pub(crate) const PERIOD: Duration = Duration::from_secs(5);
/// How often it is written that links were observed when nothing else is: each time wakes the disk.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// About how many lines go into one transaction: others who want to write wait for it.
const BATCH: usize = 2_000;
/// How many transactions there are in one go; what is left has its turn in the next.
const BATCHES: usize = 200;
/// About how many lines the store holds in all.
const LINES: usize = 200_000;
/// How many of them a connection has: as many as its history, where there is room.
const LINES_PER_LINK: std::ops::RangeInclusive<usize> = 10..=100;

/// The entry of `meta` with the moment up to which links were observed, in milliseconds since 1970.
const OBSERVED_UNTIL: &str = "links.observed_until";

/// What was written when.
#[derive(Default)]
pub(crate) struct Recorder {
    kept: tokio::sync::Mutex<Kept>,
    failures: AtomicU64,
}

#[derive(Default)]
struct Kept {
    /// How many lines per connection were kept last; `None` before the first time.
    lines: Option<usize>,
    /// When the moment was written, by the steady clock.
    heartbeat: Option<Duration>,
    /// The last time failed, and the log says so.
    is_failing: bool,
}

impl Recorder {
    /// How often histories could not be written.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

impl App {
    /// Lets links go on where haltere has left them. To be called before the first of them starts.
    pub(crate) async fn recall_links(&self) -> Result<(), Internal> {
        const DOING: &str = "read how links fared";
        match self.read_past().await {
            Ok(past) => self.0.supervisor.restore_histories(past),
            // No history is worth a start that fails; that nothing can be changed is told elsewhere.
            Err(error) if error.trouble() == Some(StorageTrouble::Damaged) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the history of links can't be read"
                );
            }
            Err(error) => return Err(error).doing(DOING),
        }
        Ok(())
    }

    async fn read_past(&self) -> Result<HashMap<ConnectionId, RecordedHistory>, StoreError> {
        let mut past = HashMap::new();
        let mut read = self.0.store.read().await?;
        let until = read.get_meta(OBSERVED_UNTIL).await?.and_then(|bytes| from_bytes(&bytes));
        let Some(until) = until else { return Ok(past) };
        let mut take = |LinkChangeRecord { connection, change }| {
            past.entry(connection).or_insert_with(|| RecordedHistory::until(until)).push(change);
        };
        read.read_link_changes(&mut take).await?;
        for id in read.list_connections_changed_after(until).await? {
            let id = ConnectionId::parse(&id).ok();
            if let Some(Entry::Occupied(mut past)) = id.map(|id| past.entry(id)) {
                past.get_mut().mark_edited();
            }
        }
        Ok(past)
    }

    /// Writes what is new in the histories of links. Done by a task in the background.
    pub(crate) async fn record_links(&self) -> Result<(), Internal> {
        let mut kept = self.0.recorder.kept.lock().await;
        let now = self.steady();
        let beats = kept.heartbeat.is_none_or(|at| now.saturating_sub(at) >= HEARTBEAT);
        let is_due =
            self.0.supervisor.has_unrecorded() || (beats && self.0.supervisor.link_count() > 0);
        // A disk in trouble is looked after by the reconciler.
        if !is_due || self.0.store.trouble().is_some() {
            return Ok(());
        }
        self.write_links(&mut kept).await
    }

    /// Writes what is left, and that links were observed up to now: when all of them have ended.
    pub(crate) async fn record_links_for_good(&self) {
        let mut kept = self.0.recorder.kept.lock().await;
        if self.0.store.trouble().is_none() {
            // An error is logged there.
            let _ = self.write_links(&mut kept).await;
        }
    }

    async fn write_links(&self, kept: &mut Kept) -> Result<(), Internal> {
        let written = spared(self.write_batches(kept)).await;
        match &written {
            Ok(()) => kept.is_failing = false,
            Err(error) => {
                self.0.recorder.failures.fetch_add(1, Ordering::Relaxed);
                // Once, and not at all when the log says already what is wrong with the disk.
                if !kept.is_failing && error.trouble().is_none() {
                    let error = chain(error);
                    tracing::warn!(error, "the history of links is not written; tried again");
                }
                kept.is_failing = true;
            }
        }
        written.doing("write how links fare")
    }

    async fn write_batches(&self, kept: &mut Kept) -> Result<(), StoreError> {
        let lines = lines_per_link(self.0.registry.snapshot().entries().len());
        for _ in 0..BATCHES {
            if self.write_batch(kept, lines).await? < BATCH {
                break;
            }
        }
        Ok(())
    }

    /// One transaction; how many lines it has written. When these are all, what was seen up to now is stored.
    async fn write_batch(&self, kept: &mut Kept, lines: usize) -> Result<usize, StoreError> {
        let mut tx = self.0.store.write().await?;
        // With the store's lock in hand: nobody deletes a connection or stores a new one until it is written.
        let (now, steady) = (self.now(), self.steady());
        let taken = self.0.supervisor.take_unrecorded(BATCH, lines);
        let records: Vec<_> = taken
            .iter()
            .flat_map(|link| link.changes.iter().map(|line| (&link.connection, line)))
            .map(|(connection, change)| LinkChangeRecord {
                connection: connection.clone(),
                change: change.clone(),
            })
            .collect();
        let is_all = records.len() < BATCH;
        let written = async {
            let keep = u32::try_from(lines).unwrap_or(u32::MAX);
            if !records.is_empty() {
                tx.append_link_changes(&records, keep).await?;
            }
            if kept.lines.is_none_or(|before| lines < before) {
                tx.trim_link_changes(keep).await?;
            }
            if is_all {
                tx.set_meta(OBSERVED_UNTIL, &to_bytes(now)).await?;
            }
            tx.commit().await
        };
        if let Err(error) = written.await {
            self.0.supervisor.return_unrecorded(taken);
            return Err(error);
        }
        kept.lines = Some(lines);
        if is_all {
            kept.heartbeat = Some(steady);
        }
        Ok(records.len())
    }
}

/// How many lines each of so many connections may have.
fn lines_per_link(connections: usize) -> usize {
    let share = LINES / connections.max(1);
    share.clamp(*LINES_PER_LINK.start(), *LINES_PER_LINK.end())
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
