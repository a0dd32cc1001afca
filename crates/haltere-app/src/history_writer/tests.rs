use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{
    Clock as _, ConnectionSettings, HistoryState, Intent, Revision, Role, Since, StatusChange,
};
use haltere_store::contract::bare_connection;
use haltere_store::{ConnectionRecord, Store};
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{MockClock, Mosquitto, builders};
use tokio::time::timeout;

use super::*;
use crate::connections::{NewConnection, Secrets};
use crate::now::now;
use crate::testing::TestApp;

/// A clock that only a test moves.
async fn start() -> (TestApp, MockClock) {
    let clock = MockClock::now_frozen();
    let shared = clock.clone();
    let app = TestApp::start_with(move |config| config.clock = Arc::new(shared)).await;
    (app, clock)
}

fn new(id: &str, url: &str) -> NewConnection {
    NewConnection {
        id: Some(builders::id(id)),
        settings: ConnectionSettings::new(builders::name(id), builders::url(url)),
    }
}

async fn create(app: &TestApp, id: &str, url: &str) {
    let ctx = app.ctx(Role::Admin);
    app.app.connections().create(&ctx, new(id, url), Secrets::Omit).await.expect("new");
}

fn history(app: &TestApp, id: &str) -> Vec<StatusChange> {
    app.app.connections().history(&app.ctx(Role::Viewer), &builders::id(id)).expect("there")
}

fn states(app: &TestApp, id: &str) -> Vec<&'static str> {
    history(app, id).iter().map(|change| change.state.as_str()).collect()
}

/// Since when it is up, once it is.
async fn up_since(app: &TestApp, id: &str) -> Since {
    let id = builders::id(id);
    until("the link to be up", DEADLINE, async || {
        let status = app.app.0.shared.fleet.supervisor.status(&id)?;
        status.connected().then_some(status.since)
    })
    .await
}

fn row(id: &str, url: &str) -> ConnectionRecord {
    ConnectionRecord {
        url: url.to_owned(),
        intent: Intent::Connected,
        revision: Revision::FIRST,
        ..bare_connection(id, id)
    }
}

async fn stored(store: &dyn Store) -> Vec<LinkChangeRecord> {
    let mut changes = Vec::new();
    let mut read = store.read().await.expect("the store reads");
    read.link_history().read(&mut |change| changes.push(change)).await.expect("the store reads");
    changes
}

async fn set_observed_until(store: &dyn Store, at: Timestamp) {
    let mut tx = store.write().await.expect("the store writes");
    tx.meta().set(OBSERVED_UNTIL, &to_bytes(at)).await.expect("the store writes");
    tx.commit().await.expect("the store writes");
}

#[tokio::test]
async fn after_a_short_stop_since_and_history_go_on() {
    let broker = Mosquitto::plain().await;
    let (app, clock) = start().await;
    create(&app, "a", &broker.url()).await;
    let since = up_since(&app, "a").await;
    assert!(since.is_exact());
    let before = history(&app, "a");
    clock.advance(Duration::from_mins(14));

    let app = app.restart().await;
    assert_eq!(up_since(&app, "a").await.at().as_millisecond(), since.at().as_millisecond());
    assert!(up_since(&app, "a").await.is_exact());
    assert_eq!(states(&app, "a"), ["online", "unobserved", "online", "connecting"]);
    let gap = history(&app, "a").remove(1);
    assert_eq!(gap.at.as_millisecond(), clock.now().as_millisecond(), "haltere stopped then");

    // And once more, from what the second run has left.
    let app = app.restart().await;
    assert_eq!(up_since(&app, "a").await.at().as_millisecond(), since.at().as_millisecond());
    let now = history(&app, "a");
    assert_eq!(now.len(), before.len() + 4);
    assert_eq!(now.last().map(|change| change.state), before.last().map(|change| change.state));
    app.shutdown().await;
}

#[tokio::test]
async fn after_a_long_stop_the_start_of_a_state_is_unknown() {
    let broker = Mosquitto::plain().await;
    let (app, clock) = start().await;
    create(&app, "a", &broker.url()).await;
    up_since(&app, "a").await;
    let (left, store) = (clock.now(), app.another_store().await);
    let app = app.restart_after(async || clock.advance(Duration::from_mins(2))).await;
    assert_eq!(up_since(&app, "a").await, Since::AtLeast(clock.now()));
    assert_eq!(states(&app, "a"), ["online", "unobserved", "online", "connecting"]);
    assert_eq!(history(&app, "a")[1].at.as_millisecond(), left.as_millisecond());

    // Killed: up to where it was observed is what was last written.
    let app = app.restart_after(async || set_observed_until(&*store, left).await).await;
    assert_eq!(
        history(&app, "a").iter().filter(|change| change.state == HistoryState::Unobserved).count(),
        2
    );
    assert_eq!(up_since(&app, "a").await, Since::AtLeast(clock.now()));
    // A clock that is set back says nothing about how long it was.
    let app = app.restart_after(async || clock.step(-3_600)).await;
    assert_eq!(up_since(&app, "a").await, Since::AtLeast(clock.now()));
    app.shutdown().await;
}

#[tokio::test]
async fn disconnected_links_stay_so_and_edits_start_again() {
    let broker = Mosquitto::plain().await;
    let (app, clock) = start().await;
    for id in ["idle", "edited"] {
        create(&app, id, &broker.url()).await;
    }
    let ctx = app.ctx(Role::Admin);
    let idle = builders::id("idle");
    app.app.connections().disconnect(&ctx, &idle, Secrets::Omit).await.expect("there");
    let since = app.app.0.shared.fleet.supervisor.status(&idle).expect("there").since;
    let store = app.another_store().await;
    let edit = async || {
        clock.advance(Duration::from_secs(1));
        let mut tx = store.write().await.expect("the store writes");
        let row = tx.connections().find(&builders::id("edited")).await.expect("it reads");
        let mut row = row.expect("there");
        row.updated_at = now(&clock);
        tx.connections().update(&row).await.expect("the store writes");
        tx.commit().await.expect("the store writes");
    };
    let app = app.restart_after(edit).await;
    let status = app.app.0.shared.fleet.supervisor.status(&idle).expect("there");
    assert_eq!(status.since.at().as_millisecond(), since.at().as_millisecond());
    assert!(status.since.is_exact());
    assert_eq!(states(&app, "idle")[0], "idle");
    assert!(!states(&app, "idle").contains(&"unobserved"));
    assert_eq!(up_since(&app, "edited").await, Since::AtLeast(clock.now()));
    app.shutdown().await;
}

#[tokio::test]
async fn a_deleted_connection_takes_its_history_along() {
    let broker = Mosquitto::plain().await;
    let (app, _) = start().await;
    create(&app, "a", &broker.url()).await;
    app.app.0.history_writer.write().await.expect("it writes");
    let store = app.another_store().await;
    assert!(!stored(&*store).await.is_empty());
    let ctx = app.ctx(Role::Admin);
    app.app.connections().delete(&ctx, &builders::id("a"), Secrets::Omit).await.expect("there");
    app.app.0.history_writer.write().await.expect("it writes");
    assert_eq!(stored(&*store).await, []);
    create(&app, "a", &broker.url()).await;
    let app = app.restart().await;
    assert_eq!(states(&app, "a").last(), Some(&"connecting"));
    assert_eq!(stored(&*store).await.len(), 2, "its own: connecting, online");
    app.shutdown().await;
}

#[tokio::test]
async fn changes_that_can_not_be_written_stay_marked() {
    let broker = Mosquitto::plain().await;
    let (app, _) = start().await;
    create(&app, "a", &broker.url()).await;
    up_since(&app, "a").await;
    let unwritten = || app.app.0.shared.fleet.supervisor.has_unrecorded();
    // Another transaction is open; only the history writer waits for it.
    let other = app.another_store().await;
    let lock = other.write().await.expect("the store writes");
    let waits = timeout(Duration::from_millis(100), app.app.0.history_writer.write());
    waits.await.expect_err("it waits");
    assert!(unwritten());
    drop(lock);
    app.app.0.history_writer.write().await.expect("it writes");
    assert!(!unwritten());

    let ctx = app.ctx(Role::Admin);
    app.app.connections().disconnect(&ctx, &builders::id("a"), Secrets::Omit).await.expect("there");
    app.store.close().await;
    for _ in 0..3 {
        app.app.0.history_writer.write().await.expect_err("the store is closed");
    }
    assert!(app.app.metrics().unwritten_histories >= 3);
    assert!(unwritten(), "nothing was lost");
    assert_eq!(states(&app, "a"), ["idle", "online", "connecting"]);
    app.shutdown().await;
    let changes: Vec<_> = stored(&*other).await.iter().map(|it| it.change.state.as_str()).collect();
    assert_eq!(changes, ["connecting", "online"]);
}

#[test]
fn the_changes_of_all_connections_are_bounded() {
    let changes = [0, 1, 2_000, 2_001, 10_000, 20_000, 1_000_000].map(changes_per_link);
    assert_eq!(changes, [100, 100, 100, 99, 20, 10, 10]);
}

#[tokio::test]
async fn a_thousand_links_that_fail_are_written_at_once() {
    const LINKS: usize = 1_000;
    let (app, _) = start().await;
    let port = haltere_testkit::ports::ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into());
    let url = format!("mqtt://{}", port.address());
    let rows = (0..LINKS).map(|n| row(&format!("c{n}"), &url));
    let mut tx = app.store.write().await.expect("the store writes");
    tx.connections().insert_many(&rows.collect::<Vec<_>>()).await.expect("new");
    tx.commit().await.expect("the store writes");
    app.app.0.reconciler.reload().await.expect("it reads");
    until("all links to have failed", DEADLINE, async || {
        let ids: Vec<_> = (0..LINKS).map(|n| builders::id(&format!("c{n}"))).collect();
        let statuses =
            app.app.0.shared.fleet.supervisor.statuses_of(&ids.iter().collect::<Vec<_>>());
        let failed = statuses.iter().flatten().filter(|it| it.failure().is_some()).count();
        (failed == LINKS).then_some(())
    })
    .await;
    let store = app.another_store().await;
    app.app.0.history_writer.write().await.expect("it writes");
    let changes = stored(&*store).await;
    let failed = changes.iter().filter(|record| record.change.failure.is_some());
    let failed: HashSet<_> = failed.map(|record| record.connection.as_str()).collect();
    assert_eq!((changes.len() >= 2 * LINKS, failed.len()), (true, LINKS));
    app.shutdown().await;
}
