use haltere_core::Role;
use haltere_testkit::{Ca, Listener, Mosquitto};
use serde_json::json;

use crate::test_support::{TestApi, encoded, nobody};

const PATH: &str = "/api/connection-test";

#[tokio::test]
async fn a_test_says_how_far_it_got_and_stores_nothing() {
    let ca = Ca::new("factory");
    let listener = Listener::tls(&ca.server(&["localhost", "127.0.0.1"]));
    let broker = Mosquitto::builder().listener(listener).start().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;

    let stranger = admin.post(PATH, json!({ "url": broker.url() })).await;
    assert_eq!(stranger.status, 200, "{}", stranger.text);
    let report = stranger.json();
    assert_eq!((&report["connected"], &report["error"]["stage"]), (&json!(false), &json!("tls")));
    let presented = report["certificates"][0]["pem"].as_str().expect("a certificate");
    assert!(presented.contains("BEGIN CERTIFICATE"));

    let trusted = admin.post(PATH, json!({"url": broker.url(), "ca": encoded(&ca.pem())})).await;
    let report = trusted.json();
    assert_eq!((&report["connected"], report.get("error")), (&json!(true), None), "{report}");

    let (url, _port) = nobody();
    let refused = admin.post(PATH, json!({"id": "x", "name": "y", "url": url})).await.json();
    assert_eq!(refused["error"]["code"], "ECONNREFUSED");
    assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);
}

#[tokio::test]
async fn not_everybody_may_and_not_everything_is_dialled() {
    let api = TestApi::start().await;
    let viewer = api.role(Role::Viewer).await;
    viewer.post(PATH, json!({})).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    let admin = api.admin().await;
    admin.post(PATH, json!({})).await.is_refusal(400, "INVALID", "url: is missing");
}
