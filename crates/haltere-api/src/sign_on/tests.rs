//! Logins with a provider, over HTTP.

use axum::body::Body;
use haltere_app::sign_on::{AccountRules, GroupMapping, OidcSettings, RoleMapping};
use haltere_app::testing::TestConfig;
use haltere_testkit::OidcProvider;
use haltere_testkit::oidc::{CLIENT_ID, CLIENT_SECRET};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::test_support::{TestApi, TestResponse};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn accounts() -> AccountRules {
    let roles = RoleMapping::parse(["admins = admin", "ops = viewer"]).expect("good");
    AccountRules { roles, memberships: GroupMapping::default(), creates: true, links: false }
}

fn with(provider: &OidcProvider) -> impl FnOnce(&mut TestConfig) {
    let issuer = provider.issuer().to_owned();
    move |config| {
        config.settings.sign_on.oidc = Some(OidcSettings {
            issuer,
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(CLIENT_SECRET.into()),
            public_url: "http://haltere.test".to_owned(),
            name: "Example".to_owned(),
            scopes: "openid".to_owned(),
            name_claim: "preferred_username".to_owned(),
            role_claim: "groups".to_owned(),
            membership_claim: "groups".to_owned(),
            accounts: accounts(),
            ca: None,
        });
    }
}

async fn start() -> (OidcProvider, TestApi) {
    let now = TestConfig::default().clock.now().as_second();
    let provider = OidcProvider::start(now).await;
    let api = TestApi::start_with(with(&provider)).await;
    (provider, api)
}

fn ann() -> Value {
    json!({"sub": "1", "preferred_username": "ann", "groups": ["ops"], "sid": "s1"})
}

/// The cookies that a response sets, as a browser sends them back.
fn cookies(response: &TestResponse) -> Vec<String> {
    let set = response.headers.get_all("set-cookie").into_iter();
    set.map(|value| value.to_str().expect("ASCII").to_owned()).collect()
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().expect("a pair").to_owned()
}

async fn log_in(provider: &OidcProvider, api: &TestApi, claims: Value) -> TestResponse {
    let started = api.anonymous().get("/api/sign-on/oidc/start").await;
    assert_eq!(started.status, 302, "{}", started.text);
    let [pending] = &cookies(&started)[..] else { panic!("{:?}", started.headers) };
    assert!(
        pending.starts_with("haltere.sign-on=") && pending.contains("; Max-Age=600"),
        "{pending}"
    );
    assert!(pending.contains("HttpOnly") && pending.contains("SameSite=Lax"), "{pending}");
    let query = provider.authorize(started.header("location").expect("a location"), claims);
    let browser = api.with_cookie(&pair(pending));
    browser.get(&format!("/api/sign-on/oidc/callback?{query}")).await
}

#[tokio::test]
async fn the_login_page_learns_what_to_offer() {
    let api = TestApi::start().await;
    assert_eq!(api.anonymous().get("/api/sign-on").await.json(), json!({"localLogin": true}));
    let off = api.anonymous().get("/api/sign-on/oidc/start").await;
    assert_eq!(off.header("location"), Some("/login?error=sign-on-off"));
    let (_provider, api) = start().await;
    let offer = json!({
        "localLogin": true,
        "provider": {"name": "Example", "start": "/api/sign-on/oidc/start"},
    });
    assert_eq!(api.anonymous().get("/api/sign-on").await.json(), offer);
}

#[tokio::test]
async fn a_browser_goes_to_the_provider_and_comes_back_with_a_session() {
    let (provider, api) = start().await;
    let welcome = log_in(&provider, &api, ann()).await;
    assert_eq!((welcome.status.as_u16(), welcome.header("location")), (302, Some("/")));
    let [session, pending] = &cookies(&welcome)[..] else { panic!("{:?}", welcome.headers) };
    assert!(pending.starts_with("haltere.sign-on=;") && pending.contains("Max-Age=0"), "{pending}");
    let client = api.with_cookie(&pair(session));
    assert_eq!(client.get("/api/profile").await.json()["username"], "ann");
    // Programs learn where to go, and browsers are sent there.
    let location = client.get("/logout?json=1").await.json()["location"].clone();
    let location = location.as_str().expect("an address");
    assert!(location.starts_with(&format!("{}/logout?client_id=haltere", provider.issuer())));
    assert_eq!(client.get("/api/profile").await.status, 401);
    let again = log_in(&provider, &api, ann()).await;
    let client = api.with_cookie(&pair(&cookies(&again)[0]));
    assert_eq!(client.get("/logout").await.header("location"), Some(location));
}

#[tokio::test]
async fn each_refusal_leads_to_the_login_page_with_a_reason() {
    let (provider, api) = start().await;
    for (claims, reason) in [
        (json!({"sub": "2", "groups": ["ops"]}), "sign-on-no-name"),
        (json!({"sub": "2", "preferred_username": "eve", "groups": []}), "sign-on-no-role"),
        (
            json!({"sub": "2", "preferred_username": "admin", "groups": ["ops"]}),
            "sign-on-name-taken",
        ),
        (
            json!({"sub": "2", "preferred_username": "eve", "groups": ["ops"], "aud": "other"}),
            "sign-on-invalid",
        ),
    ] {
        let refused = log_in(&provider, &api, claims).await;
        let location = format!("/login?error={reason}");
        assert_eq!((refused.status.as_u16(), refused.header("location")), (302, Some(&*location)));
        let [pending] = &cookies(&refused)[..] else { panic!("{:?}", refused.headers) };
        assert!(pending.starts_with("haltere.sign-on=;"), "{pending}");
    }
    let anonymous = api.anonymous();
    for query in ["", "?state=a&code=b", "?state=a&state=b", "?error=access_denied"] {
        let lost = anonymous.get(&format!("/api/sign-on/oidc/callback{query}")).await;
        assert_eq!(lost.header("location"), Some("/login?error=sign-on-expired"), "{query}");
    }
    assert_eq!(anonymous.get("/api/sign-on/oidc/callback?state=%ff").await.status, 400);
    provider.script(|script| script.broken = Some((503, String::new())));
    let api = TestApi::start_with(with(&provider)).await;
    let start = api.anonymous().get("/api/sign-on/oidc/start").await;
    assert_eq!(start.header("location"), Some("/login?error=sign-on-unavailable"));
    assert_eq!(start.header("set-cookie"), None);
}

#[tokio::test]
async fn a_logout_of_the_provider_ends_sessions_and_streams_at_once() {
    let (provider, api) = start().await;
    let welcome = log_in(&provider, &api, ann()).await;
    let client = api.with_cookie(&pair(&cookies(&welcome)[0]));
    let events = Request::get("/api/events").body(Body::empty()).expect("a request");
    let mut stream = client.open(events).await.into_body();
    assert!(stream.frame().await.expect("a beginning").is_ok());
    let log_out = async |token: &str| {
        let form = format!("logout_token={token}");
        let path = "/api/sign-on/oidc/back-channel-logout";
        api.anonymous().text(Method::POST, path, FORM, &form).await
    };
    let token = provider.logout_token(|claims| claims["sid"] = json!("s1"));
    let ended = log_out(&token).await;
    assert_eq!((ended.status.as_u16(), ended.json()), (200, json!({"ended": 1})));
    assert!(ended.header("cache-control").is_some_and(|it| it.contains("no-store")));
    assert_eq!(client.get("/api/profile").await.status, 401);
    while let Some(frame) = stream.frame().await {
        assert!(frame.is_ok(), "the stream ends in order");
    }
    log_out(&token).await.is_refusal(400, "INVALID", "logout_token: is not valid");
    log_out("a.b.c").await.is_refusal(400, "INVALID", "logout_token: is not valid");
    let path = "/api/sign-on/oidc/back-channel-logout";
    let missing = api.anonymous().text(Method::POST, path, FORM, "token=x").await;
    missing.is_refusal(400, "INVALID", "logout_token: is missing");
    let api = TestApi::start().await;
    let off = api.anonymous().text(Method::POST, path, FORM, "logout_token=x").await;
    off.is_refusal(404, "NOT_FOUND", "Resource not found");
}

#[tokio::test]
async fn a_right_password_is_refused_like_a_wrong_one_where_local_login_is_off() {
    let api = TestApi::start_with(|config| {
        config.settings.sign_on.local_login = false;
        config.settings.sessions.local_login = false;
    })
    .await;
    let form = "username=admin&password=correct+horse+battery+staple";
    let refused = api.anonymous().text(Method::POST, "/auth", FORM, form).await;
    assert_eq!(refused.header("location"), Some("/login?error=local-login-off"));
    let wrong =
        api.anonymous().text(Method::POST, "/auth", FORM, "username=admin&password=x").await;
    assert_eq!(wrong.header("location"), refused.header("location"));
    let refused = api.anonymous().text(Method::POST, "/auth?json=1", FORM, form).await;
    refused.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
}

#[tokio::test]
async fn administrators_see_the_settings_and_test_them() {
    let (provider, api) = start().await;
    let admin = api.admin().await;
    let settings = admin.get("/api/sign-on/settings").await;
    assert_eq!(settings.status, 200, "{}", settings.text);
    assert!(!settings.text.contains(CLIENT_SECRET), "{}", settings.text);
    let shown = &settings.json()["provider"];
    assert_eq!(shown["redirectUri"], "http://haltere.test/api/sign-on/oidc/callback");
    assert_eq!(shown["accounts"]["roles"][0], json!({"group": "admins", "role": "admin"}));
    let test = admin.post("/api/sign-on/test", json!(null)).await.json();
    assert_eq!(test["works"], true, "{test}");
    let step = |test: &Value, n: usize, field: &str| test["steps"][n][field].clone();
    assert_eq!(
        (step(&test, 6, "step"), step(&test, 6, "outcome")),
        (json!("client"), json!("passed"))
    );
    provider.script(|script| script.broken = Some((404, String::new())));
    let test = admin.post("/api/sign-on/test", json!(null)).await.json();
    assert_eq!(test["works"], false);
    assert_eq!(
        (step(&test, 1, "finding"), step(&test, 1, "detail")),
        (json!("status"), json!("404"))
    );
    assert_eq!(step(&test, 2, "outcome"), "skipped");

    let viewer = api.role(haltere_core::Role::Viewer).await;
    assert_eq!(viewer.get("/api/sign-on/settings").await.status, 403);
    assert_eq!(viewer.post("/api/sign-on/test", json!(null)).await.status, 403);
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let none = json!({"localLogin": true, "breakGlass": []});
    assert_eq!(admin.get("/api/sign-on/settings").await.json(), none);
    assert_eq!(admin.post("/api/sign-on/test", json!(null)).await.status, 404);
}
