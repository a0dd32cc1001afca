//! The README, walked through: create, list, break the broker, see the reason, repair, delete.

use e2e::{Options, secret};
use haltere_testkit::{Ca, Listener, Mosquitto};
use serde_json::json;

use crate::support::{connection, find, pem, until_connected, until_failed};

#[tokio::test]
async fn create_list_break_see_repair_delete() {
    let mut broker = Mosquitto::plain().await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    assert_eq!(admin.get("/api/connections").await.json(), json!([]));

    let created = admin.post("/api/connections", &connection("dev", &broker.url())).await;
    let created = created.expect_status(200).json();
    let one = find(&created, "dev").expect("it is in the answer");
    assert_eq!(one["status"]["connected"], true);
    assert_eq!(one["status"].get("error"), None);
    let listed = admin.get("/api/connections").await.expect_status(200).json();
    assert_eq!(find(&listed, "dev").expect("it is listed")["url"], broker.url());

    broker.kill();
    let code = until_failed(&admin, "dev").await;
    assert!(["ECONNREFUSED", "ECONNCLOSED", "ECONNRESET"].contains(&code.as_str()), "{code}");
    let history = admin.get("/api/connections/dev/history").await.expect_status(200).json();
    assert!(history.to_string().contains(&code), "{history}");

    let elsewhere = Mosquitto::plain().await;
    let repaired = admin.post("/api/connections", &connection("dev", &elsewhere.url())).await;
    let repaired = repaired.expect_status(200).json();
    assert_eq!(repaired.as_array().map(Vec::len), Some(1));
    assert_eq!(find(&repaired, "dev").expect("it is there")["status"]["connected"], true);

    let again = admin.post("/api/connections", &connection("dev", &elsewhere.url())).await;
    let (_, message) = again.expect_status(403).error();
    assert_eq!(message, "Connection with the same name/id already exists");

    let left = admin.delete("/api/connections/dev").await.expect_status(200).json();
    assert_eq!(left, json!([]));
    admin.delete("/api/connections/dev").await.expect_status(404);
    haltere.stop().await;
}

#[tokio::test]
async fn a_broker_that_comes_back_is_connected_again() {
    let mut broker = Mosquitto::plain().await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("dev", &broker.url())).await.expect_status(200);
    broker.kill();
    until_failed(&admin, "dev").await;
    broker.start_again().await;
    until_connected(&admin, "dev").await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_fault_is_explained_and_repaired_over_tls() {
    let (ca, other) = (Ca::new("factory"), Ca::new("other"));
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.server(&["127.0.0.1"])))
        .user("haltere", &secret("broker"))
        .start()
        .await;
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;

    let mut body = connection("tls", &broker.url());
    body["ca"] = pem(&other.pem());
    body["credentials"] = json!({ "username": "haltere", "password": "not it" });
    let answer = admin.post("/api/connections", &body).await.expect_status(202);
    let (code, message) = answer.error();
    assert_eq!(code, "ACCEPTED");
    assert!(
        message.starts_with("Connection created but could not connect. Reason \""),
        "{message}"
    );

    body["ca"] = pem(&ca.pem());
    let answer = admin.post("/api/connections", &body).await.expect_status(202);
    let (_, message) = answer.error();
    assert!(
        message.contains("NOT_AUTHORIZED") || message.to_lowercase().contains("refused"),
        "{message}"
    );

    body["credentials"]["password"] = json!(secret("broker"));
    let list = admin.post("/api/connections", &body).await.expect_status(200).json();
    let one = find(&list, "tls").expect("it is there");
    assert_eq!(one["status"]["connected"], true);
    haltere.stop().await;
}
