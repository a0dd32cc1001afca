use std::time::Duration;

use haltere_app::testing::{TestApp, one_time_password};
use haltere_core::{Role, Roles};
use http::Method;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, TestResponse};

const PATH: &str = "/api/profile/second-factor";

/// The code of the step that is so many after the present one.
fn code(api: &TestApi, secret: &Value, steps: u32) -> String {
    let at = api.app.app.clock().now() + Duration::from_secs(30) * steps;
    one_time_password(secret.as_str().expect("a secret"), at)
}

async fn log_in(api: &TestApi, code: Option<&str>) -> TestResponse {
    let mut body = json!({"username": "viewer", "password": TestApp::PASSWORD});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    api.anonymous().post("/auth?json=1", body).await
}

/// Sets a second factor up; the secret and the recovery codes.
async fn set_up(api: &TestApi, client: &Client) -> (Value, Vec<String>) {
    let begun = client.post(PATH, json!({"password": TestApp::PASSWORD})).await;
    let secret = begun.json()["secret"].clone();
    assert!(begun.json()["uri"].as_str().expect("a URI").starts_with("otpauth://totp/"));
    let confirmed = client.put(PATH, json!({"code": code(api, &secret, 0)})).await;
    let codes = confirmed.json()["recoveryCodes"].clone();
    (secret, serde_json::from_value(codes).expect("a list"))
}

#[tokio::test]
async fn it_is_set_up_used_and_removed() {
    let api = TestApi::start().await;
    let viewer = api.role(Role::Viewer).await;
    let factor = async || viewer.get("/api/profile").await.json()["secondFactor"].clone();
    let none = json!({"enabled": false, "recoveryCodesLeft": 0, "required": false});
    assert_eq!(factor().await, none);
    viewer.post(PATH, json!({})).await.is_refusal(400, "INVALID", "password: is missing");
    let wrong = viewer.post(PATH, json!({"password": "wrong"})).await;
    wrong.is_refusal(403, "NOT_ALLOWED", "password: is wrong");
    let early = viewer.put(PATH, json!({"code": "123456"})).await;
    early.is_refusal(409, "CONFLICT", "There is no second factor");
    let (secret, codes) = set_up(&api, &viewer).await;
    let again = viewer.post(PATH, json!({"password": TestApp::PASSWORD})).await;
    again.is_refusal(409, "CONFLICT", "There is a second factor already");
    assert_eq!(factor().await["recoveryCodesLeft"], 10);

    let (required, wrong) = ("SECOND_FACTOR_REQUIRED", "SECOND_FACTOR_WRONG");
    let asked = log_in(&api, None).await;
    asked.is_refusal(401, required, "A code of the second factor is required");
    log_in(&api, Some("")).await.is_refusal(
        401,
        required,
        "A code of the second factor is required",
    );
    let refused = log_in(&api, Some("nonsense")).await;
    refused.is_refusal(401, wrong, "Wrong code of the second factor");
    let guess = json!({"username": "viewer", "password": "wrong", "code": codes[0]});
    let guess = api.anonymous().post("/auth?json=1", guess).await;
    guess.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    assert_eq!(log_in(&api, Some(&code(&api, &secret, 1))).await.status, 200);
    assert_eq!(log_in(&api, Some(&codes[0])).await.status, 200);
    let form = "application/x-www-form-urlencoded";
    let sent = async |code: &str| {
        let body =
            format!("username=viewer&password={}{code}", TestApp::PASSWORD.replace(' ', "+"));
        let response = api.anonymous().text(Method::POST, "/auth", form, &body).await;
        response.header("location").expect("a redirect").to_owned()
    };
    assert_eq!(sent("").await, "/login?error=second-factor-required");
    assert_eq!(sent("&code=1").await, "/login?error=second-factor-wrong");
    assert_eq!(sent(&format!("&code={}", codes[1])).await, "/");

    let renew = format!("{PATH}/recovery-codes");
    let wrong = json!({"password": TestApp::PASSWORD, "code": "1"});
    viewer.post(&renew, wrong.clone()).await.is_refusal(403, "NOT_ALLOWED", "code: is wrong");
    let right = json!({"password": TestApp::PASSWORD, "code": codes[2]});
    let new = viewer.post(&renew, right).await.json()["recoveryCodes"].clone();
    let removal = viewer.json(Method::DELETE, PATH, wrong).await;
    removal.is_refusal(403, "NOT_ALLOWED", "code: is wrong");
    let right = json!({"password": TestApp::PASSWORD, "code": new[0]});
    let removed = viewer.json(Method::DELETE, PATH, right).await;
    assert_eq!(removed.json()["secondFactor"], none);
    assert_eq!(log_in(&api, None).await.status, 200);
}

#[tokio::test]
async fn one_that_is_required_comes_first() {
    const FIRST: &str = "A second factor must be set up first";
    let api = TestApi::start_with(|config| {
        config.settings.sessions.second_factor_for = Roles::from(Role::Viewer);
    })
    .await;
    let viewer = api.role(Role::Viewer).await;
    viewer.get("/api/connections").await.is_refusal(403, "NOT_ALLOWED", FIRST);
    let profile = viewer.get("/api/profile").await.json();
    assert_eq!(
        (&profile["secondFactor"]["required"], &profile["mustChangePassword"]),
        (&json!(true), &json!(false))
    );
    let (_, codes) = set_up(&api, &viewer).await;
    assert_eq!(viewer.get("/api/connections").await.status, 200);
    let right = json!({"password": TestApp::PASSWORD, "code": codes[0]});
    let removed = viewer.json(Method::DELETE, PATH, right).await.json();
    assert!(
        !removed["permissions"].as_array().expect("a list").contains(&json!("connections.list"))
    );
    viewer.get("/api/connections").await.is_refusal(403, "NOT_ALLOWED", FIRST);
}

#[tokio::test]
async fn nobody_resets_their_own() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, codes) = set_up(&api, &admin).await;
    let refused = admin.delete("/api/user-management/users/admin/second-factor").await;
    let message = "Remove your own second factor in your profile, with password and code";
    refused.is_refusal(403, "NOT_ALLOWED", message);
    let right = json!({"password": TestApp::PASSWORD, "code": codes[0]});
    assert_eq!(admin.json(Method::DELETE, PATH, right).await.status, 200);
}

#[tokio::test]
async fn an_administrator_resets_it_and_the_user_sees_that() {
    let api = TestApi::start().await;
    let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
    let path = "/api/user-management/users/viewer/second-factor";
    let none = admin.delete(path).await;
    none.is_refusal(404, "NOT_FOUND", "User has no second factor");
    set_up(&api, &viewer).await;
    viewer.delete(path).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    let user = "/api/user-management/users/viewer";
    assert_eq!(admin.get(user).await.json()["secondFactor"], true);
    assert_eq!(admin.delete(path).await.json()["secondFactor"], false);
    let viewer = api.role(Role::Viewer).await;
    let factor = viewer.get("/api/profile").await.json()["secondFactor"].clone();
    assert_eq!((&factor["enabled"], &factor["resetBy"]), (&json!(false), &json!("admin")));
    assert!(factor["resetAt"].is_string(), "{factor}");
    let dismissed = viewer.delete("/api/profile/second-factor/reset").await.json();
    assert!(dismissed["secondFactor"]["resetAt"].is_null(), "{dismissed}");
}
