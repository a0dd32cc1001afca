//! Ids and names that hide something: refused where they are chosen, kept where they are stored.

use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, connection, nobody};

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
    let mut row = tx.find_connection(&id).await.expect("read").expect("there");
    OLD_ID.clone_into(&mut row.id);
    OLD_NAME.clone_into(&mut row.name);
    tx.insert_connection(&row).await.expect("written").expect("new");
    tx.commit().await.expect("committed");
    api.restart().await
}

#[tokio::test]
async fn nothing_new_gets_such_a_name() {
    let (url, _port) = nobody();
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
    let (url, _port) = nobody();
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
    let mended = admin.post("/api/connections", whole).await;
    assert!(mended.status.is_success(), "{}", mended.text);
    assert_eq!(admin.patch(OLD, json!({"name": "young again"})).await.status, 200);
    assert_eq!(name_of(&admin).await, "young again");
    assert_eq!(admin.delete(OLD).await.status, 200);
    assert_eq!(admin.get(OLD).await.status, 404);
}
