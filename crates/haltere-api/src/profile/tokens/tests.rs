use std::time::Duration;

use haltere_app::testing::TestApp;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi};

const PATH: &str = "/api/profile/tokens";
const ALL: &str = "/api/tokens";
const ANN: &str = "/api/user-management/users/ann";
const UNKNOWN: &str = "Token not found";

/// Ann with a new session.
async fn log_in(api: &TestApi) -> Client {
    let body = json!({"username": "ann", "password": TestApp::PASSWORD});
    let response = api.anonymous().post("/auth?json=1", body).await;
    let cookie = response.header("set-cookie").expect("a cookie");
    api.with_cookie(cookie.split(';').next().expect("a pair"))
}

/// Ann, an administrator.
async fn ann(api: &TestApi, admin: &Client) -> Client {
    let body = json!({"username": "ann", "password": TestApp::PASSWORD, "roles": ["admin"]});
    assert_eq!(admin.post("/api/user-management/users", body).await.status, 200);
    log_in(api).await
}

/// A new token of this client's user.
async fn create(api: &TestApi, client: &Client, name: &str) -> Value {
    let until = api.app.app.clock().now() + Duration::from_hours(1);
    let body = json!({"name": name, "validUntil": until.to_string(), "role": "viewer"});
    let created = client.post(ALL, body).await;
    assert_eq!(created.status, 200, "{}", created.text);
    created.json()
}

fn path(token: &Value) -> String {
    format!("{PATH}/{}", token["hash"].as_str().expect("a hash"))
}

#[tokio::test]
async fn who_was_demoted_revokes_what_still_acts_for_them() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let client = ann(&api, &admin).await;
    let (ci, other) = (create(&api, &client, "ci").await, create(&api, &admin, "other").await);
    create(&api, &client, "nightly").await;
    assert_eq!(admin.put(ANN, json!({"roles": ["monitoringViewer"]})).await.status, 200);
    let client = log_in(&api).await;
    client.get(ALL).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");

    let all = admin.get(ALL).await.json();
    assert_eq!(client.get(PATH).await.json(), json!([all[0], all[1]]), "the same shape");
    assert_eq!(admin.get(PATH).await.json(), json!([all[2]]));
    let unknown = format!("{PATH}/{}", "0".repeat(64));
    for path in [path(&other), unknown, format!("{PATH}/x"), format!("{PATH}/%FF")] {
        client.delete(&path).await.is_refusal(404, "NOT_FOUND", UNKNOWN);
    }
    let program = api.with_bearer(ci["token"].as_str().expect("a secret"));
    assert_eq!(program.get("/api/profile").await.status, 200);
    let left = client.delete(&path(&ci)).await;
    assert_eq!((left.status.as_u16(), left.json()), (200, json!([all[1]])));
    assert_eq!(program.get("/api/profile").await.status, 401);
    client.delete(&path(&ci)).await.is_refusal(404, "NOT_FOUND", UNKNOWN);
    assert_eq!(admin.get(ALL).await.json(), json!([all[1], all[2]]));
    let audit = api.app.audit().await;
    let revoked = audit.iter().filter(|line| line.contains("token.revoke"));
    assert_eq!(revoked.collect::<Vec<_>>(), ["ann token.revoke ci success"]);
}

#[tokio::test]
async fn only_the_user_with_a_session_sees_and_revokes_them() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let client = ann(&api, &admin).await;
    let ci = create(&api, &client, "ci").await;
    let (program, needs_login) = (
        api.with_bearer(ci["token"].as_str().expect("a secret")),
        "Not allowed with a token; log in",
    );
    let view = json!({"userName": "ann"});
    assert_eq!(admin.post("/api/view-as", view).await.status, 200);
    let only_view = "Not allowed while you see haltere as another user does";
    for (caller, why) in [(&program, needs_login), (&admin, only_view)] {
        caller.get(PATH).await.is_refusal(403, "NOT_ALLOWED", why);
        caller.delete(&path(&ci)).await.is_refusal(403, "NOT_ALLOWED", why);
    }
    assert_eq!(client.get(PATH).await.json().as_array().map(Vec::len), Some(1));
    let audit = api.app.audit().await;
    let denied: Vec<_> = audit.iter().filter(|line| line.contains("token.revoke")).collect();
    assert_eq!(denied.len(), 2, "{denied:?}");
    assert!(denied.iter().all(|line| line.ends_with("denied")), "{denied:?}");
}

#[tokio::test]
async fn they_go_with_the_plugin_and_stay_while_a_password_is_due() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let client = ann(&api, &admin).await;
    let ci = create(&api, &client, "ci").await;
    assert_eq!(admin.put(ANN, json!({"mustChangePassword": true})).await.status, 200);
    let client = log_in(&api).await;
    let switch = async |on: bool| {
        let switched = admin.put("/api/plugins/application-tokens", json!({"enabled": on})).await;
        assert_eq!(switched.status, 200, "{}", switched.text);
    };
    switch(false).await;
    client.get(PATH).await.is_refusal(404, "NOT_FOUND", "Plugin not found");
    client.delete(&path(&ci)).await.is_refusal(404, "NOT_FOUND", "Plugin not found");
    switch(true).await;
    assert_eq!(client.get(PATH).await.json()[0]["name"], "ci");
    assert_eq!(client.delete(&path(&ci)).await.json(), json!([]));
}
