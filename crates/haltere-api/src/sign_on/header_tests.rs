//! Logins by a proxy, over HTTP.

use axum::body::Body;
use haltere_app::sign_on::HeaderSettings;
use haltere_core::Role;
use http::Request;
use serde_json::json;

use super::TrustedHeaders;
use super::tests::accounts;
use crate::ApiOptions;
use crate::test_support::{Client, TestApi, TestResponse};

const PROXY: u8 = 7;

async fn start() -> TestApi {
    let proxies = ["192.0.2.7".parse().expect("an address")];
    let trusted_headers =
        TrustedHeaders::new(proxies, "X-Forwarded-User", "X-Forwarded-Groups").expect("good");
    let options = ApiOptions { trusted_headers, ..ApiOptions::default() };
    let change = |config: &mut haltere_app::testing::TestConfig| {
        config.settings.sign_on.header = Some(HeaderSettings { accounts: accounts() });
    };
    TestApi::start_both(change, options).await
}

async fn send(client: &Client, method: &str, path: &str, user: &str) -> TestResponse {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("x-forwarded-user", user).header("x-forwarded-groups", "ops");
    client.send(request.body(Body::empty()).expect("a request")).await
}

fn cookie(response: &TestResponse) -> String {
    let cookie = response.header("set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

#[tokio::test]
async fn a_listed_proxy_logs_users_in_and_nobody_else_does() {
    let api = start().await;
    let proxy = api.anonymous().at(PROXY);
    let offer = send(&proxy, "GET", "/api/sign-on", "ann").await.json();
    assert_eq!(offer, json!({"localLogin": true, "proxyUser": "ann"}));
    // The header alone is no session.
    assert_eq!(send(&proxy, "GET", "/api/profile", "ann").await.status, 401);
    let welcome = send(&proxy, "POST", "/api/sign-on/header", "ann").await;
    assert_eq!(welcome.json(), json!({"successful": true}));
    let client = api.with_cookie(&cookie(&welcome)).at(PROXY);
    let profile = send(&client, "GET", "/api/profile", "ann").await.json();
    assert_eq!((&profile["username"], &profile["roles"]), (&json!("ann"), &json!(["viewer"])));

    let elsewhere = api.anonymous().at(8);
    let offer = send(&elsewhere, "GET", "/api/sign-on", "ann").await.json();
    assert_eq!(offer, json!({"localLogin": true}));
    for client in [&elsewhere, &api.anonymous()] {
        let refused = send(client, "POST", "/api/sign-on/header", "ann").await;
        refused.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    }
    let taken = send(&proxy, "POST", "/api/sign-on/header", "admin").await;
    let reason = json!({"successful": false, "reason": "sign-on-name-taken"});
    assert_eq!((taken.header("set-cookie"), taken.json()), (None, reason));
}

#[tokio::test]
async fn a_session_ends_when_the_proxy_names_another_user() {
    let api = start().await;
    let proxy = api.anonymous().at(PROXY);
    let welcome = send(&proxy, "POST", "/api/sign-on/header", "ann").await;
    let client = api.with_cookie(&cookie(&welcome)).at(PROXY);
    assert_eq!(send(&client, "GET", "/api/profile", "ann").await.status, 200);
    assert_eq!(send(&client, "GET", "/api/profile", "bob").await.status, 401);
    assert_eq!(send(&client, "GET", "/api/profile", "ann").await.status, 401, "it has ended");
    // A login with a password is nothing that the proxy decides about.
    let local = api.role(Role::Editor).await.at(PROXY);
    assert_eq!(send(&local, "GET", "/api/profile", "bob").await.status, 200);
}
