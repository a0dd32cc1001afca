//! Ids and names that hide something: refused where they are chosen, kept where they are stored.

use haltere_testkit::wait::{DEADLINE, until};
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, closed_port, connection};

const OLD_ID: &str = "old\u{200b}";
const OLD_NAME: &str = "\u{202e}dlo";
/// The id in a path.
const OLD: &str = "/api/connections/old%E2%80%8B";
const WHY: &str = "contains U+202E, an invisible or direction-changing character";

/// With a connection that was stored when such names were allowed.
async fn with_an_old_one(url: &str) -> TestApi {
    let api = TestApi::start().await;
    let created = api.admin().await.post("/api/connections", connection("young", url)).await;
    assert!(created.status.is_success(), "{}", created.text);
    let store = api.app.another_store().await;
    let mut tx = store.write().await.expect("a transaction");
    let id = haltere_core::ConnectionId::parse("young").expect("an id");
    let mut row = tx.connections().find(&id).await.expect("read").expect("there");
    OLD_ID.clone_into(&mut row.id);
    OLD_NAME.clone_into(&mut row.name);
    tx.connections().insert(&row, "").await.expect("written").expect("new");
    tx.commit().await.expect("committed");
    api.restart().await
}

#[tokio::test]
async fn nothing_new_gets_such_a_name() {
    let (url, _port) = closed_port();
    let api = TestApi::start().await;
    let admin = api.admin().await;
    admin.post("/api/connections", connection("young", &url)).await;
    let young = "/api/connections/young";
    let named = |id: &str, name: &str| json!({"id": id, "name": name, "url": url});
    for name in ["\u{202e}4 sserP", "a\u{202e}", "\u{202e}"] {
        let why = format!("name: {WHY}");
        let refused = admin.post("/api/connections", named("x", name)).await;
        refused.is_refusal(400, "INVALID", &why);
        let refused = admin.put(young, named("young", name)).await;
        refused.is_refusal(400, "INVALID", &why);
        admin.patch(young, json!({"name": name})).await.is_refusal(400, "INVALID", &why);
        let file = json!({"connections": [named("x", name)]});
        let refused = admin.post("/api/connection-import", file).await;
        assert!(refused.status == 400 && refused.text.contains(&why), "{}", refused.text);
    }
    for hidden in [
        "200B", "2028", "2029", "FEFF", "200E", "061C", "2066", "FFFF", "1FFFE", "AD", "2060",
        "E0041",
    ] {
        let character = u32::from_str_radix(hidden, 16).ok().and_then(char::from_u32);
        let id = format!("a{}b", character.expect("a character"));
        let why =
            format!("id: contains U+{hidden:0>4}, an invisible or direction-changing character");
        let refused = admin.post("/api/connections", named(&id, "x")).await;
        refused.is_refusal(400, "INVALID", &why);
        let file = json!({"connections": [named(&id, "x")]});
        let refused = admin.post("/api/connection-import?dryRun=true", file).await;
        assert!(refused.text.contains(&why), "{}", refused.text);
    }
    let loose = "contains U+FE0F, an invisible or direction-changing character";
    let blank = "must contain a visible character";
    for (text, why) in
        [("\u{2800}", blank), ("\u{2800} \u{3000}\u{2800}", blank), ("\u{fe0f}", loose)]
    {
        let (id, name) = (format!("id: {why}"), format!("name: {why}"));
        let refused = admin.post("/api/connections", named(text, "x")).await;
        refused.is_refusal(400, "INVALID", &id);
        let refused = admin.post("/api/connections", named("x", text)).await;
        refused.is_refusal(400, "INVALID", &name);
        admin.put(young, named("young", text)).await.is_refusal(400, "INVALID", &name);
        admin.patch(young, json!({"name": text})).await.is_refusal(400, "INVALID", &name);
        for (body, why) in [(named(text, "x"), &id), (named("x", text), &name)] {
            let file = json!({"connections": [body]});
            let refused = admin.post("/api/connection-import", file).await;
            assert!(refused.status == 400 && refused.text.contains(why), "{}", refused.text);
        }
    }
    for id in [" ", "\u{3000}"] {
        let refused = admin.post("/api/connections", named(id, "x")).await;
        refused.is_refusal(400, "INVALID", &format!("id: {blank}"));
    }
    assert_eq!(admin.get("/api/connections").await.ids(), ["young"]);
    for (id, name) in [("می\u{200c}خواهم", "👩\u{200d}🔧"), ("e\u{301}", "ا")] {
        let created = admin.post("/api/connections", named(id, name)).await;
        assert!(created.status.is_success(), "{}", created.text);
    }
}

async fn name_of(client: &Client) -> Value {
    client.get(OLD).await.json()["name"].take()
}

#[tokio::test]
async fn what_is_stored_already_goes_on() {
    let (url, _port) = closed_port();
    let api = with_an_old_one(&url).await;
    let admin = api.admin().await;
    assert_eq!(name_of(&admin).await, OLD_NAME);
    let whole = json!({"id": OLD_ID, "name": OLD_NAME, "url": url, "rejectUnauthorized": false});
    assert_eq!(admin.put(OLD, whole.clone()).await.status, 200);
    assert_eq!(admin.patch(OLD, json!({"name": OLD_NAME})).await.status, 200);
    let other = admin.patch(OLD, json!({"name": "\u{202e}rehto"})).await;
    other.is_refusal(400, "INVALID", &format!("name: {WHY}"));
    // An import passes it by, and a create that repairs it is none.
    let file = json!({"connections": [whole.clone()]});
    let imported = admin.post("/api/connection-import", file).await;
    assert_eq!((imported.status.as_u16(), &imported.json()["skip"]), (200, &json!(1)));
    let overwritten = admin.post("/api/connections", whole).await;
    assert!(overwritten.status.is_success(), "{}", overwritten.text);
    assert_eq!(admin.patch(OLD, json!({"name": "young again"})).await.status, 200);
    assert_eq!(name_of(&admin).await, "young again");
    assert_eq!(admin.delete(OLD).await.status, 200);
    assert_eq!(admin.get(OLD).await.status, 404);
}

#[tokio::test]
async fn a_new_url_shows_what_is_dialled() {
    let (url, _port) = closed_port();
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let young = "/api/connections/young";
    let host = "mqtt://bro\u{200b}ker.example";
    let path = format!("{}/mq\u{202e}tt", url.replace("mqtt://", "ws://"));
    let with = |id: &str, url: &str| json!({"id": id, "name": id, "url": url});
    admin.post("/api/connections", with("young", &url)).await;
    let (before, after) =
        (WHY.replace("U+202E", "U+200B"), "; write it as %E2%80%AE, if it is meant");
    for (bad, why) in
        [(host, format!("url: the host {before}")), (&path, format!("url: the path {WHY}{after}"))]
    {
        let refused = admin.post("/api/connections", with("x", bad)).await;
        refused.is_refusal(400, "INVALID", &why);
        admin.put(young, with("young", bad)).await.is_refusal(400, "INVALID", &why);
        admin.patch(young, json!({"url": bad})).await.is_refusal(400, "INVALID", &why);
        let refused = admin.post("/api/connection-test", json!({"url": bad})).await;
        refused.is_refusal(400, "INVALID", &why);
        // It failed, so this would repair it.
        admin.post("/api/connections", with("young", bad)).await.is_refusal(400, "INVALID", &why);
        let file = json!([with("x", bad)]);
        let refused = admin.post("/api/connection-import", file).await;
        assert!(refused.status == 400 && refused.text.contains(&why), "{}", refused.text);
    }
    let named = json!({"tls": {"serverName": "bro\u{200b}ker.example"}});
    let why = "tls.serverName: is not a valid host name";
    admin.patch(young, named).await.is_refusal(400, "INVALID", why);
    assert_eq!(admin.get(young).await.json()["url"], json!(url));
    let encoded = path.replace('\u{202e}', "%E2%80%AE");
    assert_eq!(admin.patch(young, json!({"url": encoded})).await.status, 200);
}

#[tokio::test]
async fn a_url_that_is_stored_already_goes_on() {
    let (url, _port) = closed_port();
    let api = with_an_old_one(&url).await;
    let old_url = format!("{}/mq\u{202e}tt", url.replace("mqtt://", "ws://"));
    let store = api.app.another_store().await;
    let mut tx = store.write().await.expect("a transaction");
    let id = haltere_core::ConnectionId::parse("young").expect("an id");
    let mut row = tx.connections().find(&id).await.expect("read").expect("there");
    old_url.clone_into(&mut row.url);
    row.revision = row.revision.next();
    tx.connections().update(&row).await.expect("written");
    tx.commit().await.expect("committed");
    let api = api.restart().await;
    let admin = api.admin().await;
    let young = "/api/connections/young";
    assert_eq!(admin.get(young).await.json()["url"], json!(old_url));
    let whole = json!({"id": "young", "name": "young again", "url": old_url});
    assert_eq!(admin.put(young, whole.clone()).await.status, 200);
    assert_eq!(admin.patch(young, json!({"noMetricsMode": true})).await.status, 200);
    let has_failed =
        async || admin.get(young).await.json()["status"]["error"].is_object().then_some(());
    until("the link to fail", DEADLINE, has_failed).await;
    let overwritten = admin.post("/api/connections", whole).await;
    assert!(overwritten.status.is_success(), "{}", overwritten.text);
}

/// They are the broker's: an account may be called so, and brokers compare bytes.
#[tokio::test]
async fn what_a_broker_calls_us_is_taken_as_it_is() {
    let (url, _port) = closed_port();
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let mut body = connection("a", &url);
    body["credentials"] = json!({"username": "press\u{202e}4", "clientId": "c\u{200b}\u{1}"});
    assert_eq!(admin.post("/api/connections", body.clone()).await.status, 202);
    let stored = admin.get("/api/connections/a").await.json();
    assert_eq!(stored["credentials"], body["credentials"]);
    (body["id"], body["name"]) = (json!("b"), json!("b"));
    let taken = admin.post("/api/connections", body).await;
    assert_eq!(taken.status, 400, "{}", taken.text);
    assert!(!taken.text.contains(['\u{202e}', '\u{200b}']), "{}", taken.text);
}
