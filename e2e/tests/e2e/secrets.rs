//! Passwords and keys stay where they belong.

use e2e::{Options, secret, secrets};
use haltere_testkit::{Ca, Listener, Mosquitto};
use serde_json::json;

use crate::support::{connection, find, pem, until_connected};

/// A line from the middle of a PEM file, which occurs nowhere else.
fn middle(pem: &str) -> &str {
    let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    lines[lines.len() / 2]
}

#[tokio::test]
async fn neither_logs_nor_files_nor_events_hold_a_secret() {
    let ca = Ca::new("factory");
    let client = ca.client("haltere");
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.server(&["127.0.0.1"])).require_certificate(&ca.pem()))
        .user("haltere", &secret("broker"))
        .start()
        .await;
    let mut haltere =
        Options::default().with_broken_brokers().env("HALTERE_LOG_LEVEL", "trace").start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    let mut streams = [admin.events(None).await, viewer.events(None).await];

    let mut body = connection("c", &broker.url());
    body["ca"] = pem(&ca.pem());
    body["cert"] = pem(&client.cert_pem);
    body["key"] = pem(&client.key_pem);
    body["credentials"] = json!({ "username": "haltere", "password": secret("wrong") });
    admin.post("/api/connections", &body).await.expect_status(202);
    admin.post("/api/connection-test", &body).await.expect_status(200);
    // Bodies that are refused, with a secret in each of them.
    body["credentials"]["password"] = json!([secret("in-an-array")]);
    admin.post("/api/connections", &body).await.expect_status(400);
    body["credentials"] = json!(secret("in-the-wrong-place"));
    admin.post("/api/connections", &body).await.expect_status(400);
    let torn = format!("{{\"password\": \"{}", secret("torn"));
    admin.send_raw(reqwest::Method::POST, "/api/connections", torn).await.expect_status(400);
    let patch = json!({ "credentials": { "username": "haltere", "password": secret("broker") } });
    admin.patch("/api/connections/c", &patch).await;
    until_connected(&admin, "c").await;

    let key = middle(&client.key_pem);
    let seen = admin.get("/api/connections").await.json().to_string();
    assert!(seen.contains(&secret("broker")), "an administrator sees passwords");
    let omitted = admin.get("/api/connections?secrets=omit").await.json().to_string();
    assert!(!secrets::contains_mark(omitted.as_bytes()));
    for target in ["/api/connections", "/api/connections/c", "/api/connections/c/history"] {
        let shown = viewer.get(target).await.expect_status(200).text();
        assert!(!secrets::contains_mark(shown.as_bytes()), "{target} shows a viewer a secret");
        // Of a failure, "key" is the name of its reason.
        let has_key = shown.contains("\"key\":{") || shown.contains("\"key\":\"-----");
        assert!(!has_key, "{target} shows a viewer a key");
    }
    for stream in &mut streams {
        let marker = admin.post("/api/connections/c/disconnect", &json!({})).await;
        marker.expect_status(200);
        stream.until("the connection is idle", |event| event.data.contains("idle")).await;
        for event in stream.seen() {
            assert!(!secrets::contains_mark(event.data.as_bytes()), "{event:?}");
            assert!(!event.data.contains("PRIVATE KEY"), "{event:?}");
        }
        admin.post("/api/connections/c/connect", &json!({})).await.expect_status(200);
    }
    haltere.stop().await;

    // The log was searched for the mark by stop(); keys are searched for here.
    assert!(!haltere.log().text().contains(key), "the log contains a key");
    let der = pem(&client.key_pem)["data"].as_str().map(|text| text[200..260].to_owned());
    let needles =
        [secrets::MARK.as_bytes(), key.as_bytes(), der.as_ref().expect("base64").as_bytes()];
    assert_eq!(haltere.files_holding(&needles), Vec::<String>::new());
}

#[tokio::test]
async fn write_only_secrets_are_never_returned() {
    let broker = Mosquitto::builder().user("haltere", &secret("broker")).start().await;
    let mut haltere =
        Options::default().config("[connections]\nsecrets = \"write-only\"\n").start().await;
    let admin = haltere.admin().await;
    let mut body = connection("c", &broker.url());
    body["credentials"] = json!({ "username": "haltere", "password": secret("broker") });
    let created = admin.post("/api/connections", &body).await.expect_status(200);
    assert!(!secrets::contains_mark(&created.body));
    let list = admin.get("/api/connections").await.json();
    assert_eq!(find(&list, "c").expect("listed")["credentials"], json!({ "username": "haltere" }));
    haltere.stop().await;
}
