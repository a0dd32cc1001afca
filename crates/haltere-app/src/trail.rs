//! Writing audit entries that belong to no change: of what was read, tried or refused.
//!
//! A commit waits for the disk. Entries that come while one is under way share the next, so that many
//! readers of secrets at once wait for a commit or two and not for each other's in a row.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use haltere_core::AuditEntry;
use haltere_store::{Store, StoreError};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

/// Where such entries go.
pub(crate) struct Trail {
    store: Arc<dyn Store>,
    tasks: TaskTracker,
    /// One per request under way at most, and those are bounded.
    waiting: Mutex<Vec<Waiting>>,
    /// Held while a transaction is under way.
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    entry: AuditEntry,
    written: oneshot::Sender<Result<(), Arc<StoreError>>>,
}

/// Why an entry is not in the trail.
#[derive(Debug, thiserror::Error)]
#[error("failed to write to the audit trail")]
pub(crate) struct NotWritten(#[source] Option<Arc<StoreError>>);

impl Trail {
    /// The trail in `store`; what is under way is among `tasks`.
    pub(crate) fn new(store: Arc<dyn Store>, tasks: TaskTracker) -> Self {
        Self { store, tasks, waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Appends an entry; once this returns `Ok`, it is durable. An entry that was handed over is
    /// written even when whoever waits for it goes away.
    pub(crate) async fn append(self: &Arc<Self>, entry: AuditEntry) -> Result<(), NotWritten> {
        let (written, outcome) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Waiting { entry, written });
        self.tasks.spawn(Arc::clone(self).write_waiting());
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(NotWritten(Some(error))),
            Err(_) => Err(NotWritten(None)),
        }
    }

    async fn write_waiting(self: Arc<Self>) {
        let _turn = self.turn.lock().await;
        let entries = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        // Whoever had the turn before may have taken ours along.
        if entries.is_empty() {
            return;
        }
        let outcome = self.write(&entries).await.map_err(Arc::new);
        for Waiting { written, .. } in entries {
            // Who has gone away needs no answer.
            let _ = written.send(outcome.clone());
        }
    }

    async fn write(&self, entries: &[Waiting]) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        for Waiting { entry, .. } in entries {
            tx.append_audit(entry).await?;
        }
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{AuditAction, Role};
    use tokio::task::yield_now;

    use super::*;
    use crate::audit;
    use crate::testing::TestApp;

    /// What the tests' entries look like in [`TestApp::audit`].
    fn line(object: usize) -> String {
        format!("admin connection.read_secrets {object} success")
    }

    fn entry(test: &TestApp, object: usize) -> AuditEntry {
        let action = AuditAction::ConnectionReadSecrets;
        audit::done(test.app.now(), &test.ctx(Role::Admin), action, &object.to_string(), "")
    }

    #[tokio::test]
    async fn entries_that_come_at_once_are_all_written() {
        let test = TestApp::start().await;
        let trail = Arc::new(Trail::new(Arc::clone(&test.store), TaskTracker::new()));
        // Another writer is at it, so that they have to wait.
        let busy = test.store.write().await.expect("a transaction");
        let appends = (0..100).map(|object| {
            let (trail, entry) = (Arc::clone(&trail), entry(&test, object));
            tokio::spawn(async move { trail.append(entry).await })
        });
        let appends: Vec<_> = appends.collect();
        drop(busy);
        for append in appends {
            append.await.expect("no panic").expect("written");
        }
        let found = test.audit().await;
        for object in 0..100 {
            assert_eq!(found.iter().filter(|found| **found == line(object)).count(), 1);
        }
    }

    #[tokio::test]
    async fn an_entry_is_written_though_its_reader_has_gone() {
        let test = TestApp::start().await;
        let tasks = TaskTracker::new();
        let trail = Arc::new(Trail::new(Arc::clone(&test.store), tasks.clone()));
        let busy = test.store.write().await.expect("a transaction");
        let (reader, entry) = (Arc::clone(&trail), entry(&test, 7));
        let reader = tokio::spawn(async move { reader.append(entry).await });
        while tasks.is_empty() {
            yield_now().await;
        }
        reader.abort();
        assert!(reader.await.is_err_and(|error| error.is_cancelled()));
        drop(busy);
        tasks.close();
        tasks.wait().await;
        assert!(test.audit().await.contains(&line(7)));
    }
}
