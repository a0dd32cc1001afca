//! Contract tests of the changes since a counter was read.

use std::collections::HashSet;
use std::sync::Arc;

use super::records::{bare_connection, commit, connection, id, keep};
use crate::{ConnectionChanges, ConnectionRecord, Store};

async fn counter(store: &dyn Store) -> i64 {
    store.read().await.unwrap().meta().change_counters().await.unwrap().connections
}

async fn since(store: &dyn Store, counter: i64) -> Option<ConnectionChanges> {
    store.read().await.unwrap().connections().changed_since(counter).await.unwrap()
}

async fn update(store: &dyn Store, record: &ConnectionRecord) {
    commit(store, async |tx| tx.connections().update(record).await.unwrap()).await;
}

async fn delete(store: &dyn Store, text: &str) {
    commit(store, async |tx| assert!(tx.connections().delete(&id(text)).await.unwrap())).await;
}

/// The ids: removed, changed, added.
fn ids(changes: Option<&ConnectionChanges>) -> [String; 3] {
    let ConnectionChanges { removed, changed, added } = changes.expect("they are known");
    let ids = |records: &[ConnectionRecord]| -> Vec<String> {
        records.iter().map(|record| record.id.clone()).collect()
    };
    let mut removed = removed.clone();
    removed.sort();
    [removed, ids(changed), ids(added)].map(|ids| ids.join(" "))
}

pub async fn changes_are_known_from_any_counter_on(store: Arc<dyn Store>) {
    assert_eq!(since(&*store, 0).await, Some(ConnectionChanges::default()));
    for name in ["a", "b", "c"] {
        keep(&*store, bare_connection(name, name)).await;
    }
    let start = counter(&*store).await;
    assert_eq!(ids(since(&*store, 0).await.as_ref()), ["", "", "a b c"]);
    assert_eq!(since(&*store, start).await, Some(ConnectionChanges::default()));

    keep(&*store, connection("d", "d")).await;
    let changed = connection("b", "B");
    update(&*store, &changed).await;
    update(&*store, &bare_connection("d", "D")).await;
    delete(&*store, "a").await;
    let end = counter(&*store).await;
    let all = since(&*store, start).await;
    assert_eq!(ids(all.as_ref()), ["a", "b", "d"], "changed or not, what is new is added");
    let all = all.unwrap();
    assert_eq!((&all.changed[0].name, &all.changed[0].ca), (&changed.name, &changed.ca));
    assert_eq!(all.added[0].name, "D", "as it is now");
    assert_eq!(ids(since(&*store, start + 1).await.as_ref()), ["a", "b d", ""]);
    assert_eq!(ids(since(&*store, start + 2).await.as_ref()), ["a", "d", ""]);
    assert_eq!(ids(since(&*store, start + 3).await.as_ref()), ["a", "", ""]);
    assert_eq!(ids(since(&*store, end).await.as_ref()), ["", "", ""]);
    for unknown in [end + 1, -1, i64::MIN, i64::MAX] {
        assert_eq!(since(&*store, unknown).await, None, "{unknown} was never there");
    }
}

pub async fn a_connection_added_again_is_removed_and_added(store: Arc<dyn Store>) {
    for name in ["a", "b"] {
        keep(&*store, bare_connection(name, name)).await;
    }
    let start = counter(&*store).await;
    delete(&*store, "a").await;
    keep(&*store, bare_connection("a", "a")).await;
    assert_eq!(
        ids(since(&*store, start).await.as_ref()),
        ["a", "", "a"],
        "it is behind the other one now"
    );
    assert_eq!(ids(since(&*store, start + 1).await.as_ref()), ["", "", "a"]);
    delete(&*store, "a").await;
    assert_eq!(ids(since(&*store, start).await.as_ref()), ["a", "", ""], "named once");
}

pub async fn changes_that_are_rolled_back_leave_no_trace(store: Arc<dyn Store>) {
    for name in ["a", "b"] {
        keep(&*store, bare_connection(name, name)).await;
    }
    let start = counter(&*store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().update(&bare_connection("b", "B")).await.unwrap();
    tx.connections().delete(&id("a")).await.unwrap();
    let own = Some(tx.connections().changed_since(start).await.unwrap().unwrap());
    assert_eq!(ids(own.as_ref()), ["a", "b", ""], "the transaction itself sees them");
    drop(tx);
    assert_eq!(since(&*store, start).await, Some(ConnectionChanges::default()));
}

pub async fn many_inserts_at_once_keep_their_order(store: Arc<dyn Store>) {
    const MANY: i64 = 450;
    let records: Vec<_> =
        (0..MANY).rev().map(|n| bare_connection(&n.to_string(), &n.to_string())).collect();
    commit(&*store, async |tx| tx.connections().insert_many(&records).await.unwrap()).await;
    for skipped in [0, 1, MANY - 1, MANY] {
        let changes = since(&*store, skipped).await.unwrap();
        let expected = &records[usize::try_from(skipped).unwrap()..];
        assert_eq!((changes.removed.len(), changes.changed.len()), (0, 0));
        assert_eq!(changes.added, expected, "after {skipped}");
    }
}

/// A list in memory, and the counter up to which it is known.
#[derive(Default)]
struct Reader {
    list: Vec<ConnectionRecord>,
    counter: i64,
}

impl Reader {
    async fn follow(&mut self, store: &dyn Store) {
        let mut read = store.read().await.unwrap();
        let changes = read.connections().changed_since(self.counter).await.unwrap();
        let ConnectionChanges { removed, changed, added } = changes.expect("not that many");
        let gone: HashSet<_> = removed.iter().chain(added.iter().map(|new| &new.id)).collect();
        self.list.retain(|record| !gone.contains(&record.id));
        for new in changed {
            let old = self.list.iter_mut().find(|old| old.id == new.id);
            *old.expect("it is as old as the counter") = new;
        }
        self.list.extend(added);
        assert_eq!(self.list, read.connections().list().await.unwrap());
        self.counter = read.meta().change_counters().await.unwrap().connections;
    }
}

pub async fn a_list_that_follows_the_changes_is_the_stored_one(store: Arc<dyn Store>) {
    const ROUNDS: u64 = 400;
    let (mut often, mut rarely, mut never) =
        (Reader::default(), Reader::default(), Reader::default());
    // Pseudo-random, the same each time.
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for round in 0..ROUNDS {
        let (name, kind) = (random(8).to_string(), random(4));
        let record = bare_connection(&name, &format!("{name} of {round}"));
        commit(&*store, async |tx| {
            let exists = tx.connections().find(&id(&name)).await.unwrap().is_some();
            match (exists, kind) {
                (true, 0 | 1) => assert!(tx.connections().delete(&id(&name)).await.unwrap()),
                (true, _) => tx.connections().update(&record).await.unwrap(),
                (false, _) => {
                    assert!(tx.connections().insert(&record, "").await.unwrap().is_some());
                }
            }
        })
        .await;
        often.follow(&*store).await;
        if random(10) == 0 {
            rarely.follow(&*store).await;
        }
    }
    rarely.follow(&*store).await;
    never.follow(&*store).await;
}

pub async fn old_removals_are_forgotten(store: Arc<dyn Store>) {
    /// More changes than any backend remembers removals for.
    const MOST: i64 = 100_000;
    keep(&*store, bare_connection("a", "a")).await;
    let start = counter(&*store).await;
    delete(&*store, "a").await;
    for batch in 0.. {
        let records: Vec<_> = (0..1_000)
            .map(|n| format!("{batch}-{n}"))
            .map(|name| bare_connection(&name, &name))
            .collect();
        commit(&*store, async |tx| {
            tx.connections().insert_many(&records).await.unwrap();
            assert!(tx.connections().delete(&id(&records[0].id)).await.unwrap());
        })
        .await;
        let now = counter(&*store).await;
        assert!(now < MOST, "removals are kept for ever");
        if since(&*store, start).await.is_none() {
            let lately = since(&*store, now - 1).await;
            assert_eq!(
                ids(lately.as_ref()),
                [records[0].id.as_str(), "", ""],
                "new ones are known"
            );
            return;
        }
    }
}
