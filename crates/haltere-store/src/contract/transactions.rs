//! Contract tests of transactions: commit, rollback and waiting.

use std::sync::Arc;
use std::task::Poll;

use super::records::{commit, connection, entry, id, ids, keep};
use crate::{AuditFilter, Store, StoreError};

const WRITERS: usize = 8;
const INSERTS: usize = 50;
const ROUNDS: usize = 100;

pub async fn dropping_rolls_back(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let before = store.read().await.unwrap().meta().change_counters().await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection("b", "B"), "").await.unwrap();
    assert!(tx.connections().delete(&id("a")).await.unwrap());
    tx.meta().set("x", b"x").await.unwrap();
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().list().await.unwrap(), [connection("a", "A")]);
    assert_eq!(tx.meta().get("x").await.unwrap(), None);
    assert_eq!(tx.meta().change_counters().await.unwrap(), before);
}

pub async fn a_write_sees_its_own_changes(store: Arc<dyn Store>) {
    commit(&*store, async |tx| {
        tx.connections().insert(&connection("a", "A"), "").await.unwrap();
        assert_eq!(tx.connections().list_keys().await.unwrap().len(), 1);
        assert_eq!(tx.connections().find(&id("a")).await.unwrap(), Some(connection("a", "A")));
        assert_eq!(tx.meta().change_counters().await.unwrap().connections, 1);
        tx.audit().append(&entry("ada", "a")).await.unwrap();
        let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
        assert_eq!(tx.audit().list(&filter).await.unwrap().len(), 1);
        assert!(tx.connections().delete(&id("a")).await.unwrap());
        assert_eq!(tx.connections().find(&id("a")).await.unwrap(), None);
    })
    .await;
}

pub async fn a_read_sees_one_moment(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let mut early = store.read().await.unwrap();
    // The moment is chosen, at the latest, by the first look.
    assert_eq!(early.connections().list_keys().await.unwrap().len(), 1);
    keep(&*store, connection("b", "B")).await;
    assert_eq!(early.connections().list_keys().await.unwrap().len(), 1);
    assert_eq!(early.connections().find(&id("b")).await.unwrap(), None);
    assert_eq!(early.meta().change_counters().await.unwrap().connections, 1);
    drop(early);
    assert_eq!(ids(&*store).await, ["a", "b"]);
}

pub async fn a_read_never_waits_for_a_writer(store: Arc<dyn Store>) {
    let mut write = store.write().await.unwrap();
    write.connections().insert(&connection("a", "A"), "").await.unwrap();
    assert!(ids(&*store).await.is_empty());
    write.commit().await.unwrap();
    assert_eq!(ids(&*store).await, ["a"]);
}

pub async fn a_failed_change_spoils_the_transaction(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection("b", "B"), "").await.unwrap();
    tx.connections().insert_many(&[connection("a", "C")]).await.unwrap_err();
    tx.connections().insert(&connection("d", "D"), "").await.unwrap_err();
    tx.commit().await.unwrap_err();
    assert_eq!(ids(&*store).await, ["a"]);
    keep(&*store, connection("b", "B")).await;
}

pub async fn after_a_rollback_the_store_goes_on(store: Arc<dyn Store>) {
    for round in 0..20 {
        let mut tx = store.write().await.unwrap();
        tx.connections().insert(&connection("dropped", "dropped"), "").await.unwrap();
        drop(tx);
        drop(store.write().await.unwrap());
        keep(&*store, connection(&round.to_string(), &round.to_string())).await;
    }
    assert_eq!(ids(&*store).await.len(), 20);
}

pub async fn writers_take_turns(store: Arc<dyn Store>) {
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for insert in 0..INSERTS {
                    let name = format!("{writer}-{insert}");
                    let mut tx = store.write().await?;
                    let count = tx.connections().list_keys().await?.len();
                    tx.connections().insert(&connection(&name, &name), "").await?;
                    // No other transaction writes between our read and our change.
                    assert_eq!(tx.connections().list_keys().await?.len(), count + 1);
                    tx.commit().await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    let mut tx = store.read().await.unwrap();
    let expected = WRITERS * INSERTS;
    assert_eq!(tx.connections().list_keys().await.unwrap().len(), expected);
    let counter = tx.meta().change_counters().await.unwrap().connections;
    assert_eq!(usize::try_from(counter).unwrap(), expected);
}

pub async fn of_two_inserts_at_once_one_wins(store: Arc<dyn Store>) {
    for round in 0..ROUNDS {
        let insert = |who: &str| {
            let store = Arc::clone(&store);
            let record = connection(&round.to_string(), &format!("{who} {round}"));
            tokio::spawn(async move {
                let mut tx = store.write().await?;
                tx.connections().insert_many(&[record]).await?;
                tx.commit().await
            })
        };
        let (one, other) = (insert("one"), insert("other"));
        let results = [one.await.unwrap(), other.await.unwrap()];
        let won = results.iter().filter(|result| result.is_ok()).count();
        let lost =
            results.iter().filter(|result| matches!(result, Err(StoreError::Taken(_)))).count();
        assert_eq!((won, lost), (1, 1), "round {round}: {results:?}");
    }
    assert_eq!(ids(&*store).await.len(), ROUNDS);
}

pub async fn a_cancelled_write_leaves_nothing_behind(store: Arc<dyn Store>) {
    for polls in 0..20 {
        let cancelled = async {
            let mut tx = store.write().await.unwrap();
            tx.connections().insert(&connection("cancelled", "cancelled"), "").await.unwrap();
            std::future::pending::<()>().await;
            drop(tx);
        };
        abandon_after(polls, cancelled).await;
        keep(&*store, connection(&polls.to_string(), &polls.to_string())).await;
    }
    assert_eq!(ids(&*store).await.len(), 20);
}

pub async fn a_closed_store_fails(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    store.close().await;
    assert!(store.read().await.is_err());
    assert!(store.write().await.is_err());
}

/// Lets `future` run for a while, and drops it wherever it is by then.
async fn abandon_after(polls: usize, future: impl Future<Output = ()>) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        std::future::poll_fn(|context| {
            assert!(future.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        tokio::task::yield_now().await;
    }
}
