use haltere_testkit::builders::id;
use haltere_testkit::wait::{DEADLINE, within};

use super::*;

fn feed() -> Arc<ChangeFeed> {
    Arc::new(ChangeFeed::new(LogId::random()))
}

fn changed(text: &str) -> Change {
    Change::Connection(id(text))
}

async fn next(reader: &mut ChangeReader) -> Batch {
    within("a batch", DEADLINE, reader.next(|_| true)).await
}

#[tokio::test]
async fn a_slow_reader_gets_each_connection_once() {
    let feed = feed();
    let mut slow = feed.reader(None);
    for _ in 0..5000 {
        feed.push(changed("a"));
        feed.push(changed("b"));
    }
    feed.push(changed("a"));
    let batch = next(&mut slow).await;
    assert_eq!((batch.gap, batch.changes), (None, vec![changed("b"), changed("a")]));
    assert!(batch.position.to_string().ends_with("-10001"));
}

#[tokio::test]
async fn many_readers_get_every_change_each() {
    let feed = feed();
    let mut readers: Vec<_> = (0..3).map(|_| feed.reader(None)).collect();
    let waiting: Vec<_> = readers
        .drain(..)
        .map(|mut reader| tokio::spawn(async move { reader.next(|_| true).await }))
        .collect();
    feed.extend([changed("a"), Change::Plugins, changed("b")]);
    for reader in waiting {
        let batch = within("a batch", DEADLINE, reader).await.expect("no panic");
        assert_eq!(batch.changes, [changed("a"), Change::Plugins, changed("b")]);
    }
}

#[tokio::test]
async fn a_reader_continues_where_another_ended() {
    let feed = feed();
    feed.push(changed("a"));
    let mut first = feed.reader(None);
    let position = first.position();
    feed.push(changed("b"));
    assert_eq!(next(&mut first).await.changes, [changed("b")]);
    drop(first);
    let written: Position = position.to_string().parse().expect("a position reads back");
    let mut resumed = feed.reader(Some(written));
    assert_eq!(next(&mut resumed).await.changes, [changed("b")]);
}

#[tokio::test]
async fn a_position_means_the_same_to_each_feed_of_its_log() {
    let id = LogId::random();
    let (one, other) = (Arc::new(ChangeFeed::new(id)), Arc::new(ChangeFeed::new(id)));
    for feed in [&one, &other] {
        feed.extend([changed("a"), changed("b")]);
    }
    let position = one.reader(None).position();
    one.push(changed("c"));
    other.push(changed("c"));
    let mut moved = other.reader(Some(position));
    assert_eq!(next(&mut moved).await.changes, [changed("c")]);
}

#[tokio::test]
async fn a_gap_is_announced_once() {
    let feed = feed();
    let mut slow = feed.reader(None);
    for n in 0..=ChangeKind::Connections.capacity() {
        feed.push(changed(&n.to_string()));
    }
    let batch = next(&mut slow).await;
    assert_eq!((batch.gap, batch.changes.len()), (Some(Gap::Overrun), 0));
    feed.push(changed("x"));
    let batch = next(&mut slow).await;
    assert_eq!((batch.gap, batch.changes), (None, vec![changed("x")]));

    let foreign = Position { log: LogId::random(), sequence: 1, visibility: 0 };
    let ahead = Position { sequence: u64::MAX, ..slow.position() };
    for position in [foreign, ahead] {
        let batch = next(&mut feed.reader(Some(position))).await;
        assert_eq!((batch.gap, batch.position), (Some(Gap::Restarted), slow.position()));
    }
}

#[test]
fn what_is_not_wanted_causes_neither_batches_nor_gaps() {
    let feed = feed();
    let mut reader = feed.reader(None);
    for n in 0..=ChangeKind::Connections.capacity() {
        feed.push(changed(&n.to_string()));
    }
    assert_eq!(reader.read(|kind| kind == ChangeKind::Plugins), None);
    feed.push(Change::Plugins);
    let batch = reader.read(|kind| kind == ChangeKind::Plugins).expect("a batch");
    assert_eq!((batch.gap, batch.changes), (None, vec![Change::Plugins]));
}
