//! Logging in, and being kept from it.

use e2e::haltere::admin_password;
use e2e::{Client, Haltere, Options};
use reqwest::Method;
use serde_json::json;

use crate::support::connection;

#[tokio::test]
async fn a_form_and_json_log_in_and_logout_ends_it() {
    let mut haltere = Haltere::start().await;
    let client = haltere.anonymous();
    let form = [("username", "admin"), ("password", &admin_password())];
    let request = client.request(Method::POST, "/auth").form(&form);
    let answer = client.send(request, "/auth").await.expect_status(302);
    assert_eq!(answer.header("location"), "/");
    let cookie = answer.header("set-cookie");
    for word in ["HttpOnly", "SameSite", "Path=/"] {
        assert!(cookie.contains(word), "{word} is missing in {cookie}");
    }
    client.get("/api/profile").await.expect_status(200);
    assert_eq!(client.get("/validate-session").await.json(), json!({ "valid": true }));
    let stolen = cookie.split(';').next().unwrap_or_default().to_owned();
    let out = client.get("/logout").await.expect_status(302);
    assert_eq!(out.header("location"), "/login");
    client.get("/api/profile").await.expect_status(401);
    assert_eq!(client.get("/validate-session").await.json(), json!({ "valid": false }));
    let replay = haltere.anonymous();
    let request = replay.request(Method::GET, "/api/profile").header("Cookie", stolen);
    replay.send(request, "/api/profile").await.expect_status(401);

    let wrong = [("username", "admin"), ("password", "wrong")];
    let request = client.request(Method::POST, "/auth").form(&wrong);
    let answer = client.send(request, "/auth").await.expect_status(302);
    assert_eq!(answer.header("location"), "/login?error=authentication-failed");
    let answer = client.try_login("admin", "wrong").await.expect_status(401);
    assert_eq!(answer.error(), ("UNAUTHORIZED".to_owned(), "Unauthorized".to_owned()));
    haltere.stop().await;
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_owner_is_not_locked_out() {
    let mut haltere = Haltere::start().await;
    let owner = haltere.admin().await;
    let guesser = Client::from_address(&haltere.base(), [127, 0, 0, 2].into());
    let mut answers = Vec::new();
    for guess in 0..15 {
        let answer = guesser.try_login("admin", &format!("guess {guess}")).await;
        answers.push((answer.status, answer.header("retry-after").to_owned()));
    }
    let (first, last) = (&answers[0], &answers[14]);
    assert_eq!(first.0, 401);
    assert_eq!(last.0, 429, "{answers:?}");
    assert!(last.1.parse::<u64>().is_ok_and(|seconds| seconds >= 1), "Retry-After: {:?}", last.1);
    // The right password is not looked at either, or guessing would go on.
    guesser.try_login("admin", &admin_password()).await.expect_status(429);

    owner.get("/api/profile").await.expect_status(200);
    haltere.login("admin", &admin_password()).await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_page_of_somebody_else_changes_nothing() {
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let target = "/api/connections";
    let body = connection("x", "mqtt://127.0.0.1:9");
    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let request = admin.request(Method::POST, target).json(&body).header(name, value);
        let answer = admin.send(request, target).await.expect_status(403);
        assert_eq!(answer.error().0, "NOT_ALLOWED", "{name}: {value}");
        let login = json!({ "username": "admin", "password": admin_password() });
        let request = admin.request(Method::POST, "/auth?json=1").json(&login).header(name, value);
        admin.send(request, "/auth?json=1").await.expect_status(403);
    }
    assert_eq!(admin.get(target).await.json(), json!([]));

    let own = haltere.base();
    let request = admin.request(Method::POST, target).json(&body).header("Origin", own);
    admin.send(request, target).await.expect_status(202);
    haltere.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let mut haltere = Haltere::start().await;
    let anonymous = haltere.anonymous();
    for target in ["/login", "/healthz", "/api/connections", "/nowhere", "/api/nowhere"] {
        let answer = anonymous.get(target).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{target}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{target}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{target}: {policy}"
        );
        assert!(!answer.header("x-request-id").is_empty(), "{target}");
    }
    haltere.stop().await;
}
