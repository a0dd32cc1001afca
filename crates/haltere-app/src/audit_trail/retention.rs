//! Removing the oldest entries.

use std::time::Duration;

use haltere_core::{AuditAction, Timestamp};
use haltere_store::{AuditAge, AuditRemoved, MetaWrites, StoreError};
use parking_lot::Mutex;

use super::AuditTrail;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext as _, Internal};
use crate::now::now;

/// How many entries one transaction removes at most, because others wait for it.
const AT_ONCE: u32 = 2_000;

/// Nothing is removed before it is this much too old, so that a run removes more than a few entries.
const SLACK: Duration = Duration::from_hours(24);

/// What is younger than this is kept whatever its size: otherwise a user who wants to hide something could make the trail
/// grow until it is gone.
const ALWAYS_KEPT: Duration = Duration::from_hours(30 * 24);

/// Which entries of the audit trail are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Those that are not older than this.
    pub age: Duration,
    /// The newest ones that together take about this much, and all of the last 30 days.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { age: Duration::from_hours(400 * 24), bytes: 1 << 30 }
    }
}

/// The time that retention goes by follows the wall clock, but runs ahead at most this much faster than haltere runs. A
/// clock that is set decades ahead makes all entries old; this leaves weeks to notice it before they are gone. After a
/// pause of haltere, it catches up a week per day.
const MOST_SPEED: u32 = 7;

/// Where that time is kept among the store's meta values: milliseconds since 1970, 8 bytes, big endian.
const TIME: &str = "audit.retention_time";

/// The steady time of the last pass.
#[derive(Debug, Default)]
pub(super) struct LastPass(Mutex<Option<Duration>>);

const OPERATION: &str = "remove old entries of the audit trail";

/// The database came out of a backup: retention goes by the wall clock again.
pub(crate) async fn forget_time(meta: &mut dyn MetaWrites) -> Result<(), StoreError> {
    meta.delete(TIME).await.map(drop)
}

impl AuditTrail {
    /// The time that retention goes by.
    async fn retention_time(&self) -> Result<Timestamp, Internal> {
        let (wall, steady) = (now(&*self.clock), self.clock.steady());
        let last = self.last_pass.0.lock().replace(steady);
        let ran = last.map_or(Duration::ZERO, |last| steady.saturating_sub(last));
        let mut read = self.store.read().await.context(OPERATION)?;
        let stored = read.meta().get(TIME).await.context(OPERATION)?;
        drop(read);
        let stored = stored.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
        let stored = stored.and_then(|it| Timestamp::from_millisecond(it).ok());
        // The first pass of all has nothing to compare the clock with.
        let reached = stored.map_or(wall, |stored| {
            let most = stored.checked_add(ran.saturating_mul(MOST_SPEED));
            wall.min(most.unwrap_or(Timestamp::MAX)).max(stored)
        });
        if stored != Some(reached) {
            let mut tx = self.store.write().await.context(OPERATION)?;
            let value = reached.as_millisecond().to_be_bytes();
            tx.meta().set(TIME, &value).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
        }
        Ok(reached.min(wall))
    }

    /// Removes the oldest entries if they are too old or too many, but none after the sequence number `taken`. The chain
    /// stays verifiable: an entry in the same transaction names the last one that was removed.
    pub(crate) async fn retain(&self, retention: Retention, taken: i64) -> Result<(), Internal> {
        let time = self.retention_time().await?;
        let before = |age: Duration| time.checked_sub(age).unwrap_or(Timestamp::MIN);
        let max_bytes = i64::try_from(retention.bytes).unwrap_or(i64::MAX);
        let mut read = self.store.read().await.context(OPERATION)?;
        let (oldest, bytes) = read.audit().oldest().await.context(OPERATION)?;
        drop(read);
        let is_too_old = oldest.is_some_and(|oldest| oldest < before(retention.age + SLACK));
        if !is_too_old && bytes <= max_bytes {
            return Ok(());
        }
        // Below the limit by a little, for the same reason as the slack.
        let age = AuditAge {
            before: before(retention.age),
            max_bytes: max_bytes - max_bytes / 64,
            before_if_larger: before(ALWAYS_KEPT),
            up_to: taken,
        };
        loop {
            let mut tx = self.store.write().await.context(OPERATION)?;
            let removed = tx.audit().remove_oldest(age, AT_ONCE).await.context(OPERATION)?;
            let Some(AuditRemoved { entries, newest }) = removed else { return Ok(()) };
            let ctx = Ctx::system("retention");
            let detail = format!("{entries} entries up to {newest}");
            let entry = audit::done(now(&*self.clock), &ctx, AuditAction::AuditRemove, "", detail);
            tx.audit().append(&entry).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
            tracing::info!(entries, "removed old entries of the audit trail");
            if entries < u64::from(AT_ONCE) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use haltere_core::{AuditEntry, Clock as _};
    use haltere_store::Transactions;
    use haltere_store_sqlite::SqliteStore;
    use haltere_testkit::clock::MockClock;
    use tempfile::TempDir;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    /// A trail with an entry a day, of which the last one is of today.
    async fn trail(days: i64) -> (AuditTrail, Arc<SqliteStore>, MockClock, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("haltere.db")).await;
        let store = Arc::new(store.expect("a database"));
        let ctx = Ctx::system("test");
        let time = |day: i64| Timestamp::from_second(day * 86_400).expect("a time");
        let entries: Vec<AuditEntry> = (0..days)
            .map(|day| audit::done(time(day), &ctx, AuditAction::UserUpdate, "ada", ""))
            .collect();
        let mut tx = store.write().await.expect("a transaction");
        tx.audit().append_many(&entries).await.expect("appended");
        tx.commit().await.expect("stored");
        let clock = MockClock::at(time(days - 1));
        let trail = AuditTrail::new(Arc::<SqliteStore>::clone(&store), Arc::new(clock.clone()));
        (trail, store, clock, folder)
    }

    /// How many entries there are, none of which has a problem.
    async fn verified(trail: &AuditTrail) -> u64 {
        let report = trail.verify(&Ctx::system("test"), None).await.expect("verified");
        assert_eq!(report.violations, []);
        report.entries
    }

    #[tokio::test]
    async fn what_is_left_can_be_verified() {
        let (trail, _store, _clock, _folder) = trail(5_000).await;
        let retention = Retention { age: 10 * DAY, bytes: u64::MAX };
        trail.retain(retention, i64::MAX).await.expect("removed");
        // Those of today and of ten days before, and one for each transaction.
        assert_eq!(verified(&trail).await, 11 + 3);
        trail.retain(retention, i64::MAX).await.expect("nothing is left to remove");
        assert_eq!(verified(&trail).await, 11 + 3);
    }

    #[tokio::test]
    async fn a_size_keeps_the_newest_and_all_of_the_last_month() {
        let (trail, store, _clock, _folder) = trail(3_000).await;
        let retention = Retention { age: 10_000 * DAY, bytes: 200_000 };
        trail.retain(retention, i64::MAX).await.expect("removed");
        let mut read = store.read().await.expect("a read");
        let (_, bytes) = read.audit().oldest().await.expect("read");
        drop(read);
        assert!((190_000..200_000).contains(&bytes), "{bytes}");
        verified(&trail).await;
        trail.retain(Retention { bytes: 1, ..retention }, i64::MAX).await.expect("removed");
        // Today and the 30 days before, and one for each transaction of both runs.
        assert_eq!(verified(&trail).await, 31 + 3);
    }

    #[tokio::test]
    async fn what_a_required_sink_has_not_taken_is_kept() {
        let (trail, _store, _clock, _folder) = trail(100).await;
        let retention = Retention { age: 10 * DAY, bytes: u64::MAX };
        trail.retain(retention, 0).await.expect("nothing is taken");
        assert_eq!(verified(&trail).await, 100);
        trail.retain(retention, 40).await.expect("removed");
        assert_eq!(verified(&trail).await, 60 + 1);
    }

    #[tokio::test]
    async fn a_clock_that_jumps_ahead_removes_a_week_of_entries_per_day() {
        let (trail, _store, clock, _folder) = trail(1_000).await;
        let retention = Retention { age: 400 * DAY, bytes: u64::MAX };
        trail.retain(retention, i64::MAX).await.expect("removed");
        assert_eq!(verified(&trail).await, 401 + 1);
        let right = clock.now();
        clock.set(right + 10_000 * DAY);
        trail.retain(retention, i64::MAX).await.expect("nothing is too old");
        assert_eq!(verified(&trail).await, 402);
        for hours in [12, 12] {
            clock.advance(Duration::from_hours(hours));
            trail.retain(retention, i64::MAX).await.expect("removed");
        }
        // A week, and an entry for each of the two passes.
        assert_eq!(verified(&trail).await, 402 - 7 + 2);
        // Also after a restart, and with the right time nothing is kept too long.
        let restarted = AuditTrail::new(Arc::clone(&trail.store), Arc::new(clock.clone()));
        restarted.retain(retention, i64::MAX).await.expect("nothing is too old");
        assert_eq!(verified(&trail).await, 402 - 7 + 2);
        clock.set(right + 20 * DAY);
        clock.advance(3 * DAY);
        restarted.retain(retention, i64::MAX).await.expect("removed");
        assert_eq!(verified(&trail).await, 402 - 23 + 3);
    }
}
