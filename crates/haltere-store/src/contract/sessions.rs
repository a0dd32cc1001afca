//! Contract tests of login sessions.

use std::sync::Arc;

use haltere_core::{SessionHandle, SessionId, Timestamp};

use super::records::{at, commit, session, user_name};
use crate::{SessionRecord, Store};

const fn id(number: u8) -> SessionId {
    SessionId([number; 32])
}

async fn keep(store: &dyn Store, record: &SessionRecord) {
    commit(store, async |tx| tx.sessions().insert(record).await.unwrap()).await;
}

async fn find(store: &dyn Store, number: u8) -> Option<SessionRecord> {
    store.read().await.unwrap().sessions().find(&id(number)).await.unwrap()
}

/// Which of the sessions 1 to 9 are there.
async fn present(store: &dyn Store) -> Vec<u8> {
    let mut tx = store.read().await.unwrap();
    let mut present = Vec::new();
    for number in 1..=9 {
        if tx.sessions().find(&id(number)).await.unwrap().is_some() {
            present.push(number);
        }
    }
    present
}

pub async fn what_was_inserted_is_found_expired_or_not(store: Arc<dyn Store>) {
    let long_gone = session(1, "ada", -1_000_000, -1_000_000);
    keep(&*store, &long_gone).await;
    keep(&*store, &session(2, "ada", 0, 3_600)).await;
    assert_eq!(find(&*store, 1).await, Some(long_gone));
    assert_eq!(find(&*store, 2).await, Some(session(2, "ada", 0, 3_600)));
    assert_eq!(find(&*store, 3).await, None);
}

pub async fn touching_moves_only_forward_and_only_what_is_there(store: Arc<dyn Store>) {
    keep(&*store, &session(1, "ada", 10, 3_600)).await;
    keep(&*store, &session(2, "ada", 10, 3_600)).await;
    keep(&*store, &session(3, "ada", 10, 3_600)).await;
    commit(&*store, async |tx| {
        let used = [(id(1), at(30)), (id(1), at(20)), (id(2), at(5)), (id(9), at(30))];
        tx.sessions().touch(&used).await.unwrap();
        tx.sessions().touch(&[]).await.unwrap();
    })
    .await;
    assert_eq!(find(&*store, 1).await, Some(session(1, "ada", 30, 3_600)));
    assert_eq!(find(&*store, 2).await, Some(session(2, "ada", 10, 3_600)));
    assert_eq!(find(&*store, 3).await, Some(session(3, "ada", 10, 3_600)));
    assert_eq!(present(&*store).await, [1, 2, 3]);
}

pub async fn many_are_touched_at_once(store: Arc<dyn Store>) {
    let numbered = |number: u16| {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        SessionId(bytes)
    };
    commit(&*store, async |tx| {
        for number in 0..2_000 {
            let (id, mut handle) = (numbered(number), SessionHandle([0; 16]));
            handle.0.copy_from_slice(&id.0[..16]);
            let record = SessionRecord { id, handle, ..session(0, "ada", 0, 3_600) };
            tx.sessions().insert(&record).await.unwrap();
        }
    })
    .await;
    let used: Vec<_> = (0..2_000).map(|number| (numbered(number), at(i64::from(number)))).collect();
    commit(&*store, async |tx| tx.sessions().touch(&used).await.unwrap()).await;
    let mut tx = store.read().await.unwrap();
    for (id, at) in used {
        assert_eq!(tx.sessions().find(&id).await.unwrap().unwrap().last_used_at, at);
    }
}

pub async fn all_times_of_sessions_are_shifted_within_what_there_is(store: Arc<dyn Store>) {
    let last_use = async || store.read().await.unwrap().sessions().last_use().await.unwrap();
    let shift = async |millis: i64| {
        commit(&*store, async |tx| tx.sessions().shift(millis).await.unwrap()).await;
    };
    assert_eq!(last_use().await, None);
    shift(1).await;
    let (first, second) = (session(1, "ada", 10, 3_600), session(2, "eve", 30, 7_200));
    keep(&*store, &first).await;
    keep(&*store, &second).await;
    assert_eq!(last_use().await, Some(at(30)));

    let years = 10 * 365 * 86_400_000;
    shift(years).await;
    let shifted = find(&*store, 2).await.unwrap();
    for (before, after) in [
        (second.created_at, shifted.created_at),
        (second.last_used_at, shifted.last_used_at),
        (second.expires_at, shifted.expires_at),
    ] {
        assert_eq!(after.as_millisecond() - before.as_millisecond(), years);
    }
    assert_eq!(last_use().await, Some(shifted.last_used_at));
    shift(-years).await;
    assert_eq!((find(&*store, 1).await, find(&*store, 2).await), (Some(first), Some(second)));

    let all_time = Timestamp::MAX.as_millisecond() - Timestamp::MIN.as_millisecond();
    for millis in [all_time, -all_time] {
        shift(millis).await;
        assert!(find(&*store, 1).await.is_some(), "still a time");
    }
}

pub async fn a_session_is_found_by_its_handle(store: Arc<dyn Store>) {
    let bare = SessionRecord { address: None, user_agent: None, ..session(2, "ada", 0, 3_600) };
    keep(&*store, &session(1, "ada", 0, 3_600)).await;
    keep(&*store, &bare).await;
    let mut tx = store.write().await.unwrap();
    let found = tx.sessions().find_by_handle(&SessionHandle([2; 16])).await.unwrap();
    assert_eq!(found, Some(bare));
    assert_eq!(tx.sessions().find_by_handle(&SessionHandle([3; 16])).await.unwrap(), None);
    let taken = SessionRecord { id: id(3), ..session(1, "ada", 0, 3_600) };
    tx.sessions().insert(&taken).await.unwrap_err();
}

pub async fn sessions_of_a_user_are_listed_by_their_last_use(store: Arc<dyn Store>) {
    for (number, used) in [(1, 10), (2, 30), (3, 20), (4, 30)] {
        keep(&*store, &session(number, "ada", used, 3_600)).await;
    }
    keep(&*store, &session(5, "Ada", 40, 3_600)).await;
    let list = async |name: &str, limit: u32| {
        let mut tx = store.read().await.unwrap();
        tx.sessions().list_of(&user_name(name), limit).await.unwrap()
    };
    let numbers = |list: Vec<SessionRecord>| list.iter().map(|it| it.id.0[0]).collect::<Vec<_>>();
    assert_eq!(numbers(list("ada", 9).await), [2, 4, 3, 1]);
    assert_eq!(numbers(list("ada", 3).await), [2, 4, 3]);
    assert_eq!(list("Ada", 9).await, [session(5, "Ada", 40, 3_600)]);
    assert!(list("eve", 9).await.is_empty());
}

pub async fn sessions_are_counted_by_user(store: Arc<dyn Store>) {
    let count = async || {
        let mut counts = store.read().await.unwrap().sessions().count().await.unwrap();
        counts.sort_by_key(|(user, _)| user.as_str().to_owned());
        counts
    };
    assert!(count().await.is_empty());
    for (number, name) in [(1, "ada"), (2, "eve"), (3, "ada"), (4, "Ada")] {
        keep(&*store, &session(number, name, -1_000, -1_000)).await;
    }
    let expected = [("Ada", 1), ("ada", 2), ("eve", 1)];
    assert_eq!(count().await, expected.map(|(name, count)| (user_name(name), count)));
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    keep(&*store, &session(1, "ada", 0, 3_600)).await;
    commit(&*store, async |tx| {
        assert!(tx.sessions().delete(&id(1)).await.unwrap());
        assert!(!tx.sessions().delete(&id(1)).await.unwrap());
    })
    .await;
    assert!(present(&*store).await.is_empty());
}

pub async fn all_sessions_of_a_user_end_but_the_one_kept(store: Arc<dyn Store>) {
    for number in 1..=3 {
        keep(&*store, &session(number, "ada", 0, 3_600)).await;
    }
    keep(&*store, &session(4, "Ada", 0, 3_600)).await;
    commit(&*store, async |tx| {
        let ada = user_name("ada");
        assert_eq!(tx.sessions().delete_of(&ada, Some(&id(2))).await.unwrap(), 2);
        assert_eq!(tx.sessions().delete_of(&ada, Some(&id(2))).await.unwrap(), 0);
    })
    .await;
    assert_eq!(present(&*store).await, [2, 4]);
    commit(&*store, async |tx| {
        assert_eq!(tx.sessions().delete_of(&user_name("ada"), None).await.unwrap(), 1);
    })
    .await;
    assert_eq!(present(&*store).await, [4]);
}

pub async fn the_expired_and_the_idle_are_removed(store: Arc<dyn Store>) {
    keep(&*store, &session(1, "ada", 100, 999)).await; // ended before now
    keep(&*store, &session(2, "ada", 100, 1_000)).await; // ends just now
    keep(&*store, &session(3, "ada", 99, 2_000)).await; // idle for too long
    keep(&*store, &session(4, "ada", 100, 2_000)).await; // idle just not too long
    commit(&*store, async |tx| {
        assert_eq!(tx.sessions().delete_expired(at(1_000), at(100)).await.unwrap(), 2);
        assert_eq!(tx.sessions().delete_expired(at(1_000), at(100)).await.unwrap(), 0);
    })
    .await;
    assert_eq!(present(&*store).await, [2, 4]);
}

pub async fn deleting_moves_the_counter_and_using_does_not(store: Arc<dyn Store>) {
    let counters =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    let start = counters().await;
    keep(&*store, &session(1, "ada", 0, 3_600)).await;
    keep(&*store, &session(2, "ada", 0, 3_600)).await;
    commit(&*store, async |tx| tx.sessions().touch(&[(id(1), at(1))]).await.unwrap()).await;
    assert_eq!(counters().await, start);
    commit(&*store, async |tx| assert!(tx.sessions().delete(&id(1)).await.unwrap())).await;
    let deleted = counters().await;
    assert!(deleted > start);
    commit(&*store, async |tx| {
        assert_eq!(tx.sessions().delete_of(&user_name("ada"), None).await.unwrap(), 1);
    })
    .await;
    assert!(counters().await > deleted);
}
