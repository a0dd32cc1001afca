//! How links fared is known after a restart.

use e2e::{Client, Options, eventually};
use haltere_testkit::{Ca, Listener, Mosquitto};
use serde_json::{Value, json};

use crate::database::Database;
use crate::support::{connection, until_connected, until_failed};

/// The lines of a history, newest first.
async fn history(client: &Client, id: &str) -> Vec<Value> {
    let path = format!("/api/connections/{id}/history");
    let lines = client.get(&path).await.expect_status(200).json();
    lines.as_array().expect("an array of changes").clone()
}

/// The oldest failure in a history.
async fn first_failure(client: &Client, id: &str) -> Value {
    let lines = history(client, id).await;
    let mut failures = lines.iter().rev().filter_map(|line| line.get("error"));
    failures.next().expect("a failure").clone()
}

fn states(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["state"].as_str().expect("a state")).collect()
}

async fn status(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/connections/{id}")).await.expect_status(200).json()["status"].clone()
}

#[tokio::test]
async fn since_when_and_history_survive_a_restart() {
    let broker = Mosquitto::plain().await;
    let mut other = Mosquitto::plain().await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("up", &broker.url())).await.expect_status(200);
    admin.post("/api/connections", &connection("down", &other.url())).await.expect_status(200);
    other.stop().await;
    until_failed(&admin, "down").await;
    // Down for good: the port refuses.
    let code = eventually("the port refuses", async || {
        let status = status(&admin, "down").await;
        (status["error"]["code"] == "ECONNREFUSED").then_some(status)
    })
    .await;
    let (up, down) = (status(&admin, "up").await, code);
    let before = (history(&admin, "up").await, history(&admin, "down").await);

    haltere.stop().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "up").await;
    until_failed(&admin, "down").await;
    for (id, was, lines) in [("up", &up, &before.0), ("down", &down, &before.1)] {
        let is = status(&admin, id).await;
        assert_eq!(is["timestamp"], was["timestamp"], "{id}: {is}");
        assert!(is.get("sinceKnown").is_none(), "{is}");
        let now = history(&admin, id).await;
        assert_eq!(now[now.len() - lines.len()..], lines[..], "{id}: all of it is still there");
        if id == "down" {
            assert!(lines[0]["error"]["reason"].is_object(), "{}", lines[0]);
        }
        let added = states(&now[..now.len() - lines.len()]);
        let state = if id == "up" { "online" } else { "waiting" };
        assert_eq!(added, [state, "unobserved"], "{id}");
    }
    haltere.stop().await;
}

#[tokio::test]
async fn what_was_recorded_survives_a_kill_and_the_rest_is_a_gap() {
    let broker = Mosquitto::plain().await;
    let listener = Listener::tls(&Ca::new("private").server(&["127.0.0.1"]));
    let untrusted = Mosquitto::builder().listener(listener).start().await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("a", &broker.url())).await.expect_status(200);
    admin.post("/api/connections", &connection("gone", &broker.url())).await.expect_status(200);
    admin.delete("/api/connections/gone").await.expect_status(200);
    admin
        .post("/api/connections", &connection("untrusted", &untrusted.url()))
        .await
        .expect_status(202);
    let before = history(&admin, "a").await;
    // Recorded within a few seconds; no event says when.
    eventually("the history is in the database", async || {
        let mut stored = Database::of(&haltere).await.link_changes().await;
        let failed = stored.iter().any(|line| line == "untrusted waiting");
        stored.retain(|line| !line.starts_with("untrusted"));
        (failed && stored == ["a connecting", "a online"]).then_some(())
    })
    .await;
    let failure = first_failure(&admin, "untrusted").await;
    assert_eq!(failure["reason"], json!({ "key": "unknownCa", "params": {} }), "{failure}");
    assert_eq!(failure["notes"], json!([{ "key": "giveCa", "params": {} }]), "{failure}");
    let killed = status(&admin, "a").await;
    haltere.kill().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "a").await;
    let now = history(&admin, "a").await;
    assert_eq!(now[2..], before[..]);
    assert_eq!(first_failure(&admin, "untrusted").await, failure);
    assert_eq!(states(&now[..2]), ["online", "unobserved"]);
    let (gap, back) = (&now[1]["timestamp"], &now[0]["timestamp"]);
    assert!(gap.as_i64() <= back.as_i64() && gap.as_i64() >= before[0]["timestamp"].as_i64());
    let is = status(&admin, "a").await;
    // A start takes less than a minute, on this machine, too, unless it is very busy.
    if is.get("sinceKnown").is_none() {
        assert_eq!(is["timestamp"], killed["timestamp"]);
    } else {
        assert_eq!(is["timestamp"], *back);
    }

    // The successor of a connection has a history of its own.
    admin.post("/api/connections", &connection("gone", &broker.url())).await.expect_status(200);
    assert_eq!(states(&history(&admin, "gone").await), ["online", "connecting"]);
    haltere.stop().await;
}
