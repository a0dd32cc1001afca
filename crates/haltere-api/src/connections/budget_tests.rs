//! What all connections hold has a bound, by every way in.

use serde_json::{Value, json};

use crate::test_support::{TestApi, TestResponse, closed_port, connection};

const PATH: &str = "/api/connections";
const ONE: &str = "/api/connections/small";
/// Enough for two large connections and a few small ones.
const BUDGET: u64 = 420_000;

/// With texts as long as MQTT allows.
fn large(id: &str, url: &str) -> Value {
    let mut body = connection(id, url);
    body["credentials"] = long_texts(id);
    body
}

fn long_texts(mark: &str) -> Value {
    let text = |of: char| format!("{mark}{}", String::from(of).repeat(65_535 - mark.len()));
    json!({"username": text('u'), "password": text('p'), "clientId": text('c')})
}

fn is_over(refused: &TestResponse) {
    let body = refused.json();
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(body["code"], "NOT_ALLOWED");
    let message = body["message"].as_str().expect("a message");
    assert!(message.starts_with("Maximum size of all connections reached"), "{message}");
    assert_eq!(body["limit"], "connections.material_budget");
}

#[tokio::test]
async fn texts_count_by_every_way_in() {
    let api = TestApi::start_with(|config| config.settings.material_budget = BUDGET).await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    for body in [connection("small", &url), large("a", &url), large("b", &url)] {
        let created = admin.post(PATH, body).await;
        assert_eq!(created.status, 202, "{}", created.text);
    }
    let before = admin.get(PATH).await.json();
    let mut whole = large("c", &url);
    is_over(&admin.post(PATH, whole.clone()).await);
    is_over(&admin.post("/api/connection-import", json!([whole.clone()])).await);
    (whole["id"], whole["name"]) = (json!("small"), json!("Broker small"));
    is_over(&admin.put(ONE, whole.clone()).await);
    is_over(&admin.patch(ONE, json!({"credentials": long_texts("c")})).await);
    // It failed, so creating it again may repair it.
    is_over(&admin.post(PATH, whole.clone()).await);
    let path = format!("{url}/{}", "x".repeat(1_500)).replace("mqtt://", "ws://");
    let long = |n: u32| {
        let mut body = connection(&format!("ws{n}"), &path);
        body["caFile"] = json!("x".repeat(4_000));
        body
    };
    let mut refused = None;
    for n in 0..10 {
        refused = Some(admin.post(PATH, long(n)).await).filter(|it| it.status != 202);
        if refused.is_some() {
            break;
        }
    }
    is_over(&refused.expect("URLs and names of files count"));
    let after = admin.get(PATH).await.json();
    for stored in before.as_array().expect("a list") {
        let id = &stored["id"];
        let now = after.as_array().expect("a list").iter().find(|it| &it["id"] == id);
        let now = now.expect("still there");
        assert_eq!((&now["url"], &now["credentials"]), (&stored["url"], &stored["credentials"]));
    }
    // What makes it less, or moves nothing, is no fault.
    assert_eq!(admin.patch("/api/connections/a", json!({"credentials": null})).await.status, 200);
    assert_eq!(admin.put(ONE, whole).await.status, 200);
}

#[tokio::test]
async fn a_budget_that_was_lowered_refuses_only_what_adds() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    assert_eq!(admin.post(PATH, large("a", &url)).await.status, 202);
    let api = api.restart_with(|config| config.settings.material_budget = 1_000).await;
    let admin = api.admin().await;
    let a = "/api/connections/a";
    is_over(&admin.post(PATH, connection("b", &url)).await);
    assert_eq!(admin.patch(a, json!({"name": "a much longer name"})).await.status, 200);
    assert_eq!(admin.post(&format!("{a}/disconnect"), json!({})).await.status, 200);
    assert_eq!(admin.patch(a, json!({"name": "a"})).await.status, 200);
    assert_eq!(admin.patch(a, json!({"credentials": {"clientId": "c"}})).await.status, 200);
}
