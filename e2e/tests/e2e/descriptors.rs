//! Scarce file descriptors: each use has its quota, and a refusal says why.

use std::collections::BTreeMap;

use e2e::{Client, Haltere, Options, eventually};
use haltere_testkit::Mosquitto;
use serde_json::{Value, json};

use crate::support::connection;

const CONNECTIONS: usize = 40;

fn under(limit: &str) -> Options {
    Options::default().under(&["prlimit", &format!("--nofile={limit}")]).with_broken_brokers()
}

async fn with_connections(limit: &str, broker: &Mosquitto) -> (Haltere, Client) {
    let haltere = under(limit).start().await;
    let admin = haltere.admin().await;
    for number in 0..CONNECTIONS {
        let body = connection(&format!("c{number}"), &broker.url());
        let status = admin.post("/api/connections", &body).await.status;
        assert!(status == 200 || status == 202, "{status}");
    }
    (haltere, admin)
}

/// How many connections are up, and why the others are not.
async fn count(admin: &Client) -> (usize, BTreeMap<String, usize>) {
    let list = admin.get("/api/connections").await.expect_status(200).json();
    let (mut up, mut codes) = (0, BTreeMap::new());
    for connection in list.as_array().expect("a list") {
        match &connection["status"] {
            status if status["connected"] == true => up += 1,
            status => *codes.entry(code(status)).or_default() += 1,
        }
    }
    (up, codes)
}

fn code(status: &Value) -> String {
    status["error"]["code"].as_str().unwrap_or("none").to_owned()
}

#[tokio::test]
async fn links_beyond_their_share_wait_and_get_their_turn() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connections("64:64", &broker).await;
    let waiting = eventually("all slots are taken, and waiting links say so", async || {
        let (up, codes) = count(&admin).await;
        (up > 0 && codes.get("ERR_NO_DESCRIPTORS") == Some(&(CONNECTIONS - up)))
            .then_some(CONNECTIONS - up)
    })
    .await;
    assert!(waiting > 10, "{waiting}");
    // Everything else has its own: logins, changes, tests of connections, clients.
    haltere.admin().await.get("/api/profile").await.expect_status(200);
    haltere.anonymous().get("/readyz").await.expect_status(200);
    let tested = admin.post("/api/connection-test", &json!({"url": broker.url()})).await;
    assert_eq!(tested.expect_status(200).json()["connected"], true);

    let list = admin.get("/api/connections").await.expect_status(200).json();
    let up = list.as_array().expect("a list").iter();
    let up = up.filter(|it| it["status"]["connected"] == true);
    let ids: Vec<_> = up.map(|it| it["id"].as_str().expect("an id").to_owned()).collect();
    for id in &ids {
        let path = format!("/api/connections/{id}");
        admin.delete(&path).await;
    }
    eventually("those who waited are up", async || {
        let (up, _) = count(&admin).await;
        (up == ids.len().min(waiting)).then_some(())
    })
    .await;
    haltere.stop().await;
}

#[tokio::test]
async fn the_soft_limit_is_raised() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connections("64:4096", &broker).await;
    eventually("all are up", async || {
        let (up, _) = count(&admin).await;
        (up == CONNECTIONS).then_some(())
    })
    .await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_start_without_enough_is_refused_with_what_is_needed() {
    let (status, said) = under("20:20").start_refused().await;
    assert!(!status.success());
    assert!(said.contains("at least 64") && said.contains("LimitNOFILE"), "{said}");
}
