use haltere_app::testing::TestApp;
use haltere_core::Role;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request};
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi};

const PATH: &str = "/api/profile/sessions";

/// Logs the viewer in, with a program that calls itself so.
async fn log_in(api: &TestApi, user_agent: &[u8]) -> Client {
    let body = json!({"username": "viewer", "password": TestApp::PASSWORD}).to_string();
    let request = Request::post("/auth?json=1")
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, HeaderValue::from_bytes(user_agent).expect("a header"));
    let response = api.anonymous().send(request.body(body.into()).expect("a request")).await;
    let cookie = response.header("set-cookie").expect("a cookie");
    api.with_cookie(cookie.split(';').next().expect("a pair"))
}

async fn list(client: &Client) -> Vec<Value> {
    let response = client.get(PATH).await;
    assert_eq!((response.status.as_u16(), response.header("set-cookie")), (200, None));
    response.json().as_array().expect("a list").clone()
}

fn id(session: &Value) -> &str {
    session["id"].as_str().expect("an id")
}

#[tokio::test]
async fn one_sees_where_one_is_logged_in() {
    let api = TestApi::start().await;
    let old = api.role(Role::Viewer).await;
    let new = log_in(&api, b"Mozilla/5.0 (\xc3\xbc \xff) <b>").await;
    api.role(Role::Editor).await;
    let sessions = list(&new).await;
    assert_eq!(sessions.len(), 2);
    assert_eq!((&sessions[0]["current"], &sessions[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!(sessions[0]["userAgent"], "Mozilla/5.0 (ü \u{fffd}) <b>");
    assert_eq!(sessions[1]["address"], "127.0.0.1");
    assert_eq!(sessions[1].get("userAgent"), None);
    let sessions = list(&old).await;
    assert_eq!((sessions.len(), &sessions[0]["current"]), (2, &json!(true)), "it was used last");
}

#[tokio::test]
async fn an_id_opens_nothing() {
    let api = TestApi::start().await;
    let client = log_in(&api, b"curl").await;
    let id = id(&list(&client).await[0]).to_owned();
    for guess in [id.clone(), id.repeat(2)[..43].to_owned()] {
        let guess = api.with_cookie(&format!("haltere.sid={guess}"));
        assert_eq!(guess.get(PATH).await.status, 401);
    }
}

/// Another service under the same domain can set any number of cookies for it.
#[tokio::test]
async fn invalid_cookies_lock_no_user_out() {
    let api = TestApi::start().await;
    let token = api.app.token(Role::Viewer).await;
    let token = token.expose();
    let bogus = |n: usize| format!("haltere.sid={}; ", "x".repeat(n));
    for before in [bogus(5).repeat(100), bogus(token.len()).repeat(100)] {
        let client = api.with_cookie(&format!("{before}haltere.sid={token}"));
        assert_eq!(client.get(PATH).await.status, 200);
    }
}

#[tokio::test]
async fn sessions_of_ones_own_can_be_ended() {
    let api = TestApi::start().await;
    let mut clients = Vec::new();
    for name in [b"one", b"two", b"six"] {
        clients.push(log_in(&api, name).await);
    }
    let editor = api.role(Role::Editor).await;
    let [one, two, three] = &clients[..] else { unreachable!() };
    let sessions = list(one).await;
    let named = |name: &str| {
        let found = sessions.iter().find(|it| it["userAgent"] == name);
        id(found.expect("it is listed")).to_owned()
    };

    let response = one.delete(&format!("{PATH}/{}", named("two"))).await;
    assert_eq!((response.status.as_u16(), response.header("set-cookie")), (200, None));
    assert_eq!(response.json().as_array().expect("a list").len(), 2);
    assert_eq!(two.get(PATH).await.status, 401);
    let foreign = id(&list(&editor).await[0]).to_owned();
    for unknown in [&named("two"), &foreign, "nothing", "%FF", "..."] {
        let response = one.delete(&format!("{PATH}/{unknown}")).await;
        response.is_refusal(404, "NOT_FOUND", "Session not found");
    }
    assert_eq!(editor.get(PATH).await.status, 200);

    let response = one.delete(PATH).await;
    let left = response.json();
    assert_eq!((id(&left[0]), left.as_array().map(Vec::len)), (named("one").as_str(), Some(1)));
    assert_eq!(three.get(PATH).await.status, 401);

    let last = one.delete(&format!("{PATH}/{}", named("one"))).await;
    assert_eq!((last.status.as_u16(), last.json()), (200, json!([])));
    assert!(last.header("set-cookie").expect("a cookie").contains("Max-Age=0"));
    assert_eq!(one.get(PATH).await.status, 401);
}
