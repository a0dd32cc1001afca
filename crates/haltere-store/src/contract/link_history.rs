//! Contract tests of the history of links.

use std::borrow::Cow;
use std::net::Ipv6Addr;
use std::sync::Arc;

use haltere_core::{
    FailureCode, FailureMessage, HistoryState, LinkFailure, NetworkCode, Note, Reason, Since,
    Stage, StatusChange,
};

use super::records::{at, commit, connection, id, keep};
use crate::{LinkChangeRecord, Store};

fn record(connection: &str, number: i64) -> LinkChangeRecord {
    let at = at(number);
    let change =
        StatusChange { at, since: Since::Exactly(at), state: HistoryState::Online, failure: None };
    LinkChangeRecord { connection: id(connection), change }
}

fn failed(connection: &str, number: i64, failure: LinkFailure) -> LinkChangeRecord {
    let mut record = record(connection, number);
    record.change.state = HistoryState::Waiting;
    record.change.failure = Some(Arc::new(failure));
    record
}

fn failure() -> LinkFailure {
    LinkFailure {
        stage: Stage::Tcp,
        code: NetworkCode::ConnectionRefused.into(),
        errno: Some(-111),
        syscall: Some(Cow::Borrowed("connect")),
        address: Some("2001:db8::7".to_owned()),
        port: Some(u16::MAX),
        message: "refused; \u{1f984} is the \"broker\" running?".to_owned().into(),
    }
}

async fn append(store: &dyn Store, records: &[LinkChangeRecord], keep: u32) {
    commit(store, async |tx| tx.link_history().append(records, keep).await.unwrap()).await;
}

async fn records(store: &dyn Store) -> Vec<LinkChangeRecord> {
    let mut found = Vec::new();
    let mut read = store.read().await.unwrap();
    read.link_history().read(&mut |record| found.push(record)).await.unwrap();
    found
}

/// When the records of a connection were observed, as seconds.
async fn numbers(store: &dyn Store, connection: &str) -> Vec<i64> {
    let records = records(store).await;
    let own = records.into_iter().filter(|record| record.connection.as_str() == connection);
    own.map(|record| record.change.at.as_second() - at(0).as_second()).collect()
}

pub async fn what_was_appended_comes_back(store: Arc<dyn Store>) {
    assert_eq!(records(&*store).await, []);
    keep(&*store, connection("a", "A")).await;
    let bare = LinkFailure {
        stage: Stage::Dns,
        code: FailureCode::Unknown("".into()),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: String::new().into(),
    };
    let words = Note::BrokerWords { text: "caf\u{e9} = \"closed\"".to_owned() };
    let reason = Reason::HostUnreachable { peer: (Ipv6Addr::LOCALHOST, 1_883).into() };
    let keyed = FailureMessage::from(reason).with(words).with(Note::OnceSysAsked);
    let mut expected = vec![
        failed("a", 1, failure()),
        failed("a", 0, bare),
        failed("a", 2, LinkFailure { message: keyed, ..failure() }),
    ];
    for stage in Stage::ALL {
        expected.push(failed("a", -5, LinkFailure { stage, ..failure() }));
    }
    for state in HistoryState::ALL {
        for since in [Since::Exactly(at(-9)), Since::AtLeast(at(3))] {
            let mut record = record("a", 7);
            record.change = StatusChange { since, state, ..record.change };
            expected.push(record);
        }
    }
    append(&*store, &expected, 100).await;
    append(&*store, &[], 100).await;
    // In the order they were appended, whatever the clock said.
    assert_eq!(records(&*store).await, expected);
}

pub async fn of_each_connection_the_newest_stay(store: Arc<dyn Store>) {
    for name in ["a", "b", "c"] {
        keep(&*store, connection(name, name)).await;
    }
    // More than go into one statement, and come in one page.
    let many: Vec<_> = (0..900).flat_map(|n| [record("a", n), record("b", n)]).collect();
    append(&*store, &many, 1_000).await;
    append(&*store, &[record("c", 0), record("c", 1)], 1).await;
    assert_eq!(numbers(&*store, "a").await, (0..900).collect::<Vec<_>>());
    assert_eq!(numbers(&*store, "c").await, [1]);
    append(&*store, &[record("a", 900)], 3).await;
    assert_eq!(numbers(&*store, "a").await, [898, 899, 900]);
    assert_eq!(numbers(&*store, "b").await.len(), 900, "it was not among them");
    commit(&*store, async |tx| {
        assert_eq!(tx.link_history().trim(2).await.unwrap(), 1 + 898);
        assert_eq!(tx.link_history().trim(2).await.unwrap(), 0);
    })
    .await;
    assert_eq!(numbers(&*store, "a").await, [899, 900]);
    assert_eq!(numbers(&*store, "b").await, [898, 899]);
    assert_eq!(numbers(&*store, "c").await, [1]);
}

pub async fn they_go_with_their_connection(store: Arc<dyn Store>) {
    for name in ["a", "b"] {
        keep(&*store, connection(name, name)).await;
    }
    append(&*store, &[record("a", 1), record("b", 2), record("unknown", 3), record("a", 4)], 10)
        .await;
    assert_eq!(numbers(&*store, "a").await, [1, 4]);
    assert_eq!(records(&*store).await.len(), 3, "who is not there has no history");
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("a")).await.unwrap())).await;
    assert_eq!(records(&*store).await, [record("b", 2)]);
    keep(&*store, connection("a", "A")).await;
    assert_eq!(records(&*store).await, [record("b", 2)], "its successor begins without");
}

pub async fn edits_leave_them_alone(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    append(&*store, &[record("a", 1)], 10).await;
    let before = store.read().await.unwrap().meta().change_counters().await.unwrap();
    append(&*store, &[record("a", 2)], 10).await;
    assert_eq!(store.read().await.unwrap().meta().change_counters().await.unwrap(), before);
    let renamed = connection("a", "B");
    commit(&*store, async |tx| tx.connections().update(&renamed).await.unwrap()).await;
    assert_eq!(numbers(&*store, "a").await, [1, 2]);
}

pub async fn they_are_committed_with_their_transaction_or_not_at_all(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let mut tx = store.write().await.unwrap();
    tx.link_history().append(&[record("a", 1)], 10).await.unwrap();
    drop(tx);
    assert_eq!(records(&*store).await, []);
}
