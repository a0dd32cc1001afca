//! Makes memory and links match what is stored.
//!
//! Woken by a signal and by a timer, idempotent, without information about what changed: it compares
//! the store's counters with what memory has applied, and reads what has changed since. So changes made by
//! another process, such as the command line of a running server, are handled like all others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use haltere_core::{PluginId, error_chain};
use haltere_store::failpoint::Step;
use haltere_store::{ChangeCounters, ConnectionChanges, ConnectionRecord, ReadTx, Store};

use crate::connections::{Connections, Entry, Fleet, Snapshot, change_of};
use crate::error::{ErrorContext, Internal};
use crate::events::Change;
use crate::sessions::Sessions;
use crate::tokens::Tokens;
use crate::write_lock::{Applied, WriteLock};

/// Brings memory and links in line with what is stored.
pub(crate) struct Reconciler {
    store: Arc<dyn Store>,
    fleet: Arc<Fleet>,
    pub(crate) write_lock: Arc<WriteLock>,
    sessions: Arc<Sessions>,
    tokens: Tokens,
    connections: Arc<Connections>,
    store_answers: AtomicBool,
    full_reads: AtomicU64,
}

impl Reconciler {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        fleet: Arc<Fleet>,
        write_lock: Arc<WriteLock>,
        sessions: Arc<Sessions>,
        tokens: Tokens,
        connections: Arc<Connections>,
    ) -> Self {
        let (store_answers, full_reads) = (AtomicBool::new(true), AtomicU64::new(0));
        Self { store, fleet, write_lock, sessions, tokens, connections, store_answers, full_reads }
    }

    /// Whether the store answered when it was last asked.
    pub(crate) fn store_answers(&self) -> bool {
        self.store_answers.load(Ordering::Relaxed)
    }

    /// How often everything was read from the store.
    pub(crate) fn full_reads(&self) -> u64 {
        self.full_reads.load(Ordering::Relaxed)
    }

    /// One run of the background task.
    pub(crate) async fn run(&self) -> Result<(), Internal> {
        Step::Background.around(|| ());
        if self.store.trouble().is_some() {
            // The result doesn't matter: the store itself logs the end of a failure.
            let _ = self.store.probe().await;
        }
        let outcome = self.reconcile().await;
        let answered = self.store_answers.swap(outcome.is_ok(), Ordering::Relaxed);
        match &outcome {
            // Once per outage, not each time.
            Err(error) if answered => {
                tracing::error!(error = error_chain(error), "the store fails");
            }
            Ok(()) if !answered => tracing::info!("the store answers again"),
            Ok(()) | Err(_) => {}
        }
        outcome
    }

    async fn reconcile(&self) -> Result<(), Internal> {
        // Sessions follow the clock even if the store fails.
        self.sessions.sweep();
        self.tokens.sweep();
        // Read before the counters, so that `applied` is never newer than they are.
        let applied = self.write_lock.applied_now();
        let counters = self.change_counters().await?;
        // One that fails does not keep the others from what only they do, such as ending a revoked session or token.
        let sessions = self.sessions.sync(counters.sessions).await;
        let tokens = self.tokens.sync(counters.sessions).await;
        let connections = if applied.is_some_and(|applied| applied.reflects(counters)) {
            Ok(())
        } else {
            self.catch_up().await
        };
        sessions.and(tokens).and(connections)?;
        match self.connections.repair_certificates().await {
            // A storage failure is reported already, and the next run tries again.
            Err(error) if error.trouble().is_some() => Ok(()),
            outcome => outcome,
        }
    }

    async fn change_counters(&self) -> Result<ChangeCounters, Internal> {
        const OPERATION: &str = "look for changes in the store";
        self.store
            .read()
            .await
            .context(OPERATION)?
            .meta()
            .change_counters()
            .await
            .context(OPERATION)
    }

    /// Reads what other processes have changed, updates the supervisor, and publishes it. Reads everything if the
    /// store no longer knows what has changed.
    async fn catch_up(&self) -> Result<(), Internal> {
        const OPERATION: &str = "read what has changed in the store";
        let mut applied = self.write_lock.applied().await;
        let mut read = self.store.read().await.context(OPERATION)?;
        // Under the lock: no own change is durable without being in memory.
        let counters = read.meta().change_counters().await.context(OPERATION)?;
        if applied.is_missing_switches(counters) {
            // A switch may concern every connection.
            return self.read_all(&mut applied, &mut *read).await;
        }
        if let Some(since) = applied.connections_missing_since(counters) {
            let difference = read.connections().changed_since(since).await.context(OPERATION)?;
            let Some(difference) = difference else {
                return self.read_all(&mut applied, &mut *read).await;
            };
            self.apply(difference);
        }
        applied.advance_to(counters);
        Ok(())
    }

    fn apply(&self, difference: ConnectionChanges) {
        let before = self.fleet.registry.snapshot();
        let ConnectionChanges { removed, changed, added } = difference;
        self.fleet.check_for_repairs(&before, &changed);
        self.fleet.check_for_repairs(&before, &added);
        let entries = |records: Vec<ConnectionRecord>| -> Vec<Arc<Entry>> {
            let records = records.into_iter();
            records.map(|row| self.fleet.entry_after(before.get(&row.id), row)).collect()
        };
        let (changed, added) = (entries(changed), entries(added));
        self.fleet.registry.merge(&removed, &changed, &added);
        self.fleet.reconcile_links();
        let after = self.fleet.registry.snapshot();
        let put = changed.iter().chain(&added).filter(|entry| is_new(&before, entry));
        let gone = removed.iter().filter(|id| after.get(id).is_none());
        let gone = gone.filter_map(|id| before.get(id));
        self.fleet.feed.extend(put.chain(gone).filter_map(|entry| change_of(entry)));
    }

    /// Reads all connections and plugin switches again, updates the supervisor, and publishes what changed.
    pub(crate) async fn reload(&self) -> Result<(), Internal> {
        const OPERATION: &str = "begin to read what is stored";
        let mut applied = self.write_lock.applied().await;
        let mut read = self.store.read().await.context(OPERATION)?;
        self.read_all(&mut applied, &mut *read).await
    }

    async fn read_all(&self, applied: &mut Applied, read: &mut dyn ReadTx) -> Result<(), Internal> {
        const OPERATION: &str = "read what is stored";
        self.full_reads.fetch_add(1, Ordering::Relaxed);
        let counters = read.meta().change_counters().await.context(OPERATION)?;
        let records = read.connections().list().await.context(OPERATION)?;
        let switches = read.plugins().list().await.context(OPERATION)?;

        let connections_were_on = self.fleet.switches.is_on(PluginId::ConnectionsRestApi);
        if self.fleet.switches.replace(switches) {
            self.fleet.feed.push(Change::Plugins);
        }
        let before = self.fleet.registry.snapshot();
        self.fleet.check_for_repairs(&before, &records);
        let entries = records.into_iter();
        let entries = entries.map(|row| self.fleet.entry_after(before.get(&row.id), row));
        let entries: Vec<Arc<Entry>> = entries.collect();
        self.fleet.registry.replace(entries);
        self.fleet.reconcile_links();

        let after = self.fleet.registry.snapshot();
        let put = after.entries().iter().filter(|entry| is_new(&before, entry));
        let removed = before.entries().iter().filter(|entry| after.get(entry.id()).is_none());
        self.fleet.feed.extend(put.chain(removed).filter_map(|entry| change_of(entry)));
        if !connections_were_on {
            self.fleet.publish_connections();
        }
        applied.advance_to(counters);
        Ok(())
    }
}

/// Whether `entry` was not there before, or was another one.
fn is_new(before: &Snapshot, entry: &Arc<Entry>) -> bool {
    before.get(entry.id()).is_none_or(|before| !Arc::ptr_eq(before, entry))
}

#[cfg(test)]
mod tests;
