use haltere_core::Role;
use haltere_testkit::builders::id;
use haltere_testkit::wait::{PATIENCE, within};

use super::*;

fn hub() -> Arc<Hub> {
    Arc::new(Hub::new())
}

fn subscribe(hub: &Arc<Hub>, role: Role, after: Option<EventId>) -> Subscriber {
    hub.subscribe(role.into(), after, CancellationToken::new())
}

fn changed(text: &str) -> Event {
    Event::ConnectionChanged(id(text))
}

async fn next(subscriber: &mut Subscriber) -> Batch {
    within("a batch", PATIENCE, subscriber.next()).await.expect("not shut down")
}

fn subjects(batch: &Batch) -> Vec<Event> {
    batch.events.clone()
}

#[tokio::test]
async fn of_each_connection_a_slow_reader_gets_the_newest_only() {
    let hub = hub();
    let mut slow = subscribe(&hub, Role::Viewer, None);
    for _ in 0..5000 {
        hub.publish(changed("a"));
        hub.publish(changed("b"));
    }
    hub.publish(Event::ConnectionRemoved(id("a")));
    let batch = next(&mut slow).await;
    assert_eq!(batch.gap, None);
    assert_eq!(subjects(&batch), [changed("b"), Event::ConnectionRemoved(id("a"))]);
    assert_eq!(batch.position.sequence, 10_001);
}

#[tokio::test]
async fn a_stream_resumes_where_it_ended() {
    let hub = hub();
    hub.publish(changed("a"));
    let mut first = subscribe(&hub, Role::Viewer, None);
    let position = first.position();
    hub.publish(changed("b"));
    assert_eq!(subjects(&next(&mut first).await), [changed("b")]);
    drop(first);
    let written: EventId = position.to_string().parse().expect("an id reads back");
    let mut resumed = subscribe(&hub, Role::Viewer, Some(written));
    assert_eq!(subjects(&next(&mut resumed).await), [changed("b")]);
}

#[tokio::test]
async fn a_gap_is_announced_once_and_then_it_goes_on() {
    let hub = hub();
    let mut slow = subscribe(&hub, Role::Viewer, None);
    for n in 0..=CAPACITY {
        hub.publish(changed(&n.to_string()));
    }
    let batch = next(&mut slow).await;
    assert_eq!((batch.gap, batch.events.len()), (Some(Gap::Overrun), 0));
    hub.publish(changed("x"));
    let batch = next(&mut slow).await;
    assert_eq!((batch.gap, subjects(&batch)), (None, vec![changed("x")]));

    let foreign = EventId { epoch: slow.position().epoch + 1, sequence: 1 };
    let ahead = EventId { sequence: u64::MAX, ..slow.position() };
    for id in [foreign, ahead] {
        let batch = next(&mut subscribe(&hub, Role::Viewer, Some(id))).await;
        assert_eq!((batch.gap, batch.position), (Some(Gap::Restarted), slow.position()));
    }
}

#[tokio::test]
async fn a_subscriber_receives_only_what_it_may_see() {
    let hub = hub();
    let mut viewer = subscribe(&hub, Role::Viewer, None);
    let mut monitor = subscribe(&hub, Role::MonitoringViewer, None);
    let mut admin = subscribe(&hub, Role::Admin, None);
    hub.publish(Event::PluginsChanged);
    hub.publish(changed("a"));
    assert_eq!(subjects(&next(&mut viewer).await), [changed("a")]);
    assert_eq!(subjects(&next(&mut admin).await), [Event::PluginsChanged, changed("a")]);
    assert_eq!(monitor.read(), None);
}

#[tokio::test]
async fn a_stream_ends_when_haltere_does() {
    let (hub, stopping) = (hub(), CancellationToken::new());
    let mut subscriber = hub.subscribe(Role::Viewer.into(), None, stopping.clone());
    let waiting = tokio::spawn(async move { subscriber.next().await });
    stopping.cancel();
    let end = within("the end", PATIENCE, waiting).await.expect("no panic");
    assert_eq!(end, None);
}

#[test]
fn ids_are_read_strictly() {
    for bad in ["", "1", "-", "1-", "a-1", "1-2-3", "-1-2"] {
        assert_eq!(bad.parse::<EventId>(), Err(NoEventId), "{bad:?}");
    }
}

#[tokio::test]
async fn a_removal_is_never_taken_back_by_a_late_change() {
    let hub = hub();
    let mut subscriber = subscribe(&hub, Role::Viewer, None);
    hub.publish(Event::ConnectionRemoved(id("a")));
    hub.publish_if(changed("a"), || false);
    assert_eq!(subjects(&next(&mut subscriber).await), [Event::ConnectionRemoved(id("a"))]);
}
