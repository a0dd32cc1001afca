use axum::body::{Body, BodyDataStream, HttpBody as _};
use futures_util::StreamExt;
use haltere_core::Role;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::response_memory::PIECE;
use crate::test_support::{Client, TestApi, closed_port, connection};
use crate::{ApiLimits, ApiOptions};

const PATH: &str = "/api/connections";

/// Enough that a list of them has several blocks.
const FLEET: usize = 900;

/// Disconnected on purpose, so that nothing changes by itself.
async fn import_fleet(admin: &Client) {
    let (url, _port) = closed_port();
    let fleet: Vec<Value> = (0..FLEET)
        .map(|n| {
            let mut body = connection(&format!("c{n:04}"), &url);
            body["disconnected"] = json!(true);
            body
        })
        .collect();
    let file = json!({"format": "haltere-connections", "formatVersion": 1, "connections": fleet});
    let response = admin.post("/api/connection-import", file).await;
    assert_eq!(response.status, 200, "{}", response.text);
}

struct Reader(BodyDataStream);

impl Reader {
    async fn open(client: &Client, path: &str) -> Self {
        let response =
            client.open(Request::get(path).body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), 200, "{path}");
        Self(response.into_body().into_data_stream())
    }

    async fn next(&mut self) -> Option<String> {
        let piece = self.0.next().await?.expect("a piece");
        assert!(piece.len() <= PIECE, "{} bytes at once", piece.len());
        Some(String::from_utf8(piece.to_vec()).expect("UTF-8"))
    }

    async fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            text += &self.next().await.expect("more");
        }
        text
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter().map(|it| it["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn a_long_list_is_the_same_from_cached_pieces_and_made_for_one_reader() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    import_fleet(&admin).await;
    let is_the_same = async || {
        for role in [Role::Admin, Role::Viewer] {
            let client = api.role(role).await;
            let kept = client.get(PATH).await;
            let made = client.get(&format!("{PATH}?limit=9999")).await;
            assert!(kept.text == made.text, "{role}");
            assert!(kept.text == client.get(PATH).await.text, "{role}");
        }
    };
    is_the_same().await;
    for n in [0, 450, FLEET - 1] {
        let patch = json!({"name": format!("renamed {n}")});
        assert_eq!(admin.patch(&format!("{PATH}/c{n:04}"), patch).await.status, 200);
        is_the_same().await;
    }
    for n in [1, 300, 301, 302, 303, 304, 305, FLEET - 1] {
        assert_eq!(admin.delete(&format!("{PATH}/c{n:04}")).await.status, 200);
        is_the_same().await;
    }
    let (url, _port) = closed_port();
    assert_eq!(admin.post(PATH, connection("new", &url)).await.status, 202);
    assert_eq!(admin.post(&format!("{PATH}/new/disconnect"), json!({})).await.status, 200);
    is_the_same().await;
    assert_eq!(ids(&admin.get(PATH).await.json()).len(), FLEET - 7);
}

#[tokio::test]
async fn a_list_that_was_begun_shows_what_was_stored_then() {
    let api = TestApi::start().await;
    let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
    import_fleet(&admin).await;
    let mut list = Reader::open(&viewer, &format!("{PATH}?limit=9999")).await;
    let mut events = Reader::open(&viewer, "/api/events").await;
    let mut list_text = list.next().await.expect("a piece") + &list.next().await.expect("a piece");
    let mut events_text = events.until("\"changed\":[").await;

    let (edited, gone) = (format!("{PATH}/c{:04}", FLEET - 1), format!("{PATH}/c{:04}", FLEET - 2));
    let before = viewer.get(&edited).await.json();
    let patch = json!({"name": "renamed meanwhile"});
    assert_eq!(admin.patch(&edited, patch).await.status, 200);
    assert_eq!(admin.delete(&gone).await.status, 200);
    assert_eq!(viewer.get(PATH).await.ids().len(), FLEET - 1, "now there is a newer list");
    while let Some(piece) = list.next().await {
        list_text += &piece;
    }
    let list: Value = serde_json::from_str(&list_text).expect("JSON");
    assert_eq!((ids(&list).len(), &list[FLEET - 1]["name"]), (FLEET, &before["name"]));

    events_text += &events.until("\n\n").await;
    let data = events_text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    let first: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!((&first["complete"], &first["removed"]), (&json!(true), &json!([])));
    let shown = &first["changed"];
    assert_eq!((ids(shown).len(), &shown[FLEET - 1]["name"]), (FLEET, &before["name"]));
    // What has changed since comes next: it is newer than the event's id.
    let change = events.until("\n\n").await;
    assert!(change.contains("\"complete\":false") && change.contains("renamed meanwhile"));
    assert!(change.contains(&format!("\"removed\":[\"c{:04}\"]", FLEET - 2)), "{change}");
}

#[tokio::test]
async fn a_list_says_its_length_unless_the_caller_has_many_under_way() {
    let limits = ApiLimits { response_memory: 8 << 20, ..ApiLimits::default() };
    let api = TestApi::start_as(ApiOptions { limits, ..ApiOptions::default() }).await;
    let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
    import_fleet(&admin).await;
    let open = async |client: &Client| {
        let request = Request::get(PATH).body(Body::empty()).expect("a request");
        client.open(request).await
    };
    let mut unread = Vec::new();
    let later = loop {
        let response = open(&viewer).await;
        if response.body().size_hint().exact().is_none() {
            break response;
        }
        unread.push(response);
        assert!(unread.len() < 100, "no end");
    };
    assert!(unread.len() > 2, "only {}", unread.len());
    let whole = unread.pop().expect("many").into_body().collect().await.expect("a body");
    let pieces = later.into_body().collect().await.expect("a body");
    assert!(whole.to_bytes() == pieces.to_bytes());
    assert!(open(&admin).await.body().size_hint().exact().is_some());
}
