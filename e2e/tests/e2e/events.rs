//! Live events: changes arrive, missed events are sent, and a slow reader delays no other.

use std::time::Duration;

use e2e::{DEADLINE, Event, Haltere, Options, eventually};
use haltere_testkit::{Ca, Mosquitto};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{connection, find, pem};

/// What an event says about a connection now, if it speaks of it.
fn changed(event: &Event, id: &str) -> Option<Value> {
    if event.kind != "connections" {
        return None;
    }
    find(&event.json()["changed"], id).cloned()
}

fn is_gone(event: &Event, id: &str) -> bool {
    event.kind == "connections"
        && event.json()["removed"].as_array().is_some_and(|ids| ids.iter().any(|gone| gone == id))
}

#[tokio::test]
async fn changes_of_status_and_configuration_arrive() {
    let mut broker = Mosquitto::plain().await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    admin.post("/api/connections", &connection("a", &broker.url())).await.expect_status(200);

    let mut events = viewer.events(None).await;
    let first = events.next().await.expect("a first event");
    assert_eq!(first.json()["complete"], true);
    assert_eq!(changed(&first, "a").expect("it is there")["status"]["connected"], true);

    broker.kill();
    let lost = |event: &Event| {
        changed(event, "a").is_some_and(|one| one["status"]["error"]["code"].is_string())
    };
    events.until("the lost connection", lost).await;
    broker.start_again().await;
    let back =
        |event: &Event| changed(event, "a").is_some_and(|one| one["status"]["connected"] == true);
    events.until("its return", back).await;

    admin.patch("/api/connections/a", &json!({ "name": "Renamed" })).await.expect_status(200);
    let renamed = |event: &Event| changed(event, "a").is_some_and(|one| one["name"] == "Renamed");
    events.until("the new name", renamed).await;
    let mut for_admin = admin.events(None).await;
    for_admin.next().await.expect("a first event");
    admin.put("/api/plugins/tls", &json!({ "enabled": false })).await.expect_status(200);
    for_admin.until("the switched plugin", |event| event.kind == "plugins").await;
    admin.delete("/api/connections/a").await.expect_status(200);
    events.until("the end of it", |event| is_gone(event, "a")).await;
    let plugins = events.seen().iter().find(|event| event.kind == "plugins");
    assert_eq!(plugins, None, "switches are no business of a viewer");
    haltere.stop().await;
}

#[tokio::test]
async fn missed_events_are_sent_and_a_gap_is_announced() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("a", &broker.url())).await.expect_status(200);
    let mut events = admin.events(None).await;
    let seen = events.next().await.expect("a first event").id.expect("it has an id");
    drop(events);

    admin.post("/api/connections", &connection("b", &broker.url())).await.expect_status(200);
    admin.delete("/api/connections/a").await.expect_status(200);
    let mut events = admin.events(Some(&seen)).await;
    events.until("what was created", |event| changed(event, "b").is_some()).await;
    if !events.seen().iter().any(|event| is_gone(event, "a")) {
        events.until("what was deleted", |event| is_gone(event, "a")).await;
    }
    let received = events.seen().iter();
    assert!(received.clone().all(|event| event.kind != "gap"), "nothing was lost");
    assert!(
        received.clone().all(|event| event.json()["complete"] != true),
        "only what was missed is sent"
    );
    drop(events);

    for unknown in ["nonsense", "1-1"] {
        let mut events = admin.events(Some(unknown)).await;
        assert_eq!(events.next().await.expect("an event").kind, "gap", "after {unknown:?}");
        let all = events.next().await.expect("an event");
        assert_eq!(all.json()["complete"], true);
        assert!(changed(&all, "b").is_some());
    }
    haltere.stop().await;

    haltere.restart().await;
    let mut events = admin.at(&haltere.base()).events(Some(&seen)).await;
    let gap = events.next().await.expect("an event");
    assert_eq!((gap.kind.as_str(), gap.json()), ("gap", json!({ "reason": "restarted" })));
    assert_eq!(events.next().await.expect("an event").json()["complete"], true);
    haltere.stop().await;
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let mut haltere = Haltere::start().await;
    let client = haltere.user("vera", &["viewer"]).await;
    let elsewhere = haltere.login("vera", &e2e::secret("vera")).await;
    let mut events = client.events(None).await;
    let mut others = elsewhere.events(None).await;
    events.next().await.expect("it is open");
    others.next().await.expect("it is open");
    client.get("/logout").await.expect_status(302);
    assert!(events.ends_within(DEADLINE).await, "it outlives the session");
    assert!(!others.ends_within(Duration::from_millis(200)).await, "another session's has ended");
    client.call("GET", "/api/events").await.expect_status(401);
    haltere.stop().await;
}

#[tokio::test]
async fn a_reader_that_does_not_read_delays_no_other_and_gets_the_newest() {
    const N_CHANGES: usize = 150;
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    // Each event about it is far larger than what the kernel buffers for many of them.
    let mut body = connection("big", &broker.url());
    body["ca"] = pem(&Ca::new("a").pem().repeat(200));
    admin.post("/api/connections", &body).await.expect_status(200);

    let mut slow = admin.events(None).await;
    let mut quick = admin.events(None).await;
    for n in 1..=N_CHANGES {
        let name = format!("Change {n}");
        let target = "/api/connections/big?secrets=omit";
        let request = admin.request(Method::PATCH, target).json(&json!({ "name": name }));
        admin.send(request, target).await.expect_status(200);
        quick
            .until("the change", |event| {
                changed(event, "big").is_some_and(|one| one["name"] == name.as_str())
            })
            .await;
    }
    let newest = format!("Change {N_CHANGES}");
    slow.until("the newest state", |event| {
        changed(event, "big").is_some_and(|one| one["name"] == newest.as_str())
    })
    .await;
    let n_seen = slow.seen().len();
    assert!(n_seen < N_CHANGES / 2, "{n_seen} states were kept for a reader that did not read");
    // It is a reader like any other again.
    admin.delete("/api/connections/big").await.expect_status(200);
    slow.until("the end of it", |event| is_gone(event, "big")).await;
    eventually("nothing is left", async || {
        (admin.get("/api/connections").await.json() == json!([])).then_some(())
    })
    .await;
    haltere.stop().await;
}
