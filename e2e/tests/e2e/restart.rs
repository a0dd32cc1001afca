//! A restart restores exactly what was wanted.

use e2e::{Haltere, eventually};
use haltere_testkit::Mosquitto;
use serde_json::json;

use crate::support::{connection, ids, until_connected};

#[tokio::test]
async fn connections_sessions_and_switches_survive() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    for id in ["up", "down", "pair/1"] {
        admin.post("/api/connections", &connection(id, &broker.url())).await.expect_status(200);
    }
    admin.post("/api/connections/down/disconnect", &json!({})).await.expect_status(200);
    admin.put("/api/plugins/tls", &json!({ "enabled": false })).await.expect_status(200);
    let before = admin.get("/api/connections").await.json();

    haltere.stop().await;
    let logged = broker.log().len();
    haltere.restart().await;

    let (admin, viewer) = (admin.at(&haltere.base()), viewer.at(&haltere.base()));
    let after = admin.get("/api/connections").await.expect_status(200).json();
    assert_eq!(ids(&after), ids(&before), "the order is kept, too");
    for (was, is) in
        before.as_array().into_iter().flatten().zip(after.as_array().into_iter().flatten())
    {
        assert_eq!(is["url"], was["url"]);
        assert_eq!(is["name"], was["name"]);
    }
    viewer.get("/api/connections").await.expect_status(200);
    assert_eq!(admin.get("/validate-session").await.json(), json!({ "valid": true }));
    let plugins = admin.get("/api/plugins").await.json();
    let tls = plugins.as_array().and_then(|all| all.iter().find(|plugin| plugin["id"] == "tls"));
    assert_eq!(tls.expect("tls is listed")["enabled"], false);

    until_connected(&admin, "up").await;
    until_connected(&admin, "pair%2F1").await;
    let down = admin.get("/api/connections/down").await.json();
    assert_eq!(down["status"]["state"], "idle");
    assert_eq!(down["status"]["connected"], false);
    // Two links are up, so a third would have dialled by now.
    let arrivals = broker.log()[logged..].matches("New client connected").count();
    assert_eq!(arrivals, 2, "the one disconnected on purpose was not dialled");
    haltere.stop().await;
}

#[tokio::test]
async fn what_was_switched_back_is_back() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("a", &broker.url())).await.expect_status(200);
    admin.post("/api/connections/a/disconnect", &json!({})).await.expect_status(200);
    haltere.stop().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    admin.post("/api/connections/a/connect", &json!({})).await.expect_status(200);
    haltere.stop().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "a").await;

    admin.delete("/api/connections/a").await.expect_status(200);
    haltere.stop().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    assert_eq!(admin.get("/api/connections").await.json(), json!([]));
    eventually("the broker has no client left", async || {
        let log = broker.log();
        let (came, went) =
            (log.matches("New client connected").count(), log.matches("disconnected.").count());
        (came == went).then_some(())
    })
    .await;
    haltere.stop().await;
}
