use axum::body::Body;
use haltere_core::Role;
use http::Request;
use http::header::ACCEPT;
use serde_json::{Value, json};

use super::PATH;
use crate::test_support::{Client, TestApi, closed_port, connection};

/// Connections `a` and `b`, of which `a` was renamed.
async fn start() -> (TestApi, Client) {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    for id in ["a", "b"] {
        assert_eq!(admin.post("/api/connections", connection(id, &url)).await.status, 202);
    }
    let patch = json!({"name": "A, \"renamed\""});
    assert_eq!(admin.patch("/api/connections/a", patch).await.status, 200);
    (api, admin)
}

/// Each entry as `action object`.
fn texts(entries: &[Value]) -> Vec<String> {
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap_or("-").to_owned();
    entries.iter().map(|it| format!("{} {}", text(it, "action"), text(it, "object"))).collect()
}

async fn entries(client: &Client, query: &str) -> Vec<Value> {
    let response = client.get(&format!("{PATH}?{query}")).await;
    assert_eq!(response.status, 200, "{query}: {}", response.text);
    response.json().as_array().expect("a list").clone()
}

#[tokio::test]
async fn administrators_find_entries_by_what_is_in_them() {
    let (api, admin) = start().await;
    for role in [Role::Editor, Role::Viewer, Role::ConnectionManager, Role::MonitoringViewer] {
        api.role(role).await.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    }
    assert_eq!(api.anonymous().get(PATH).await.status, 401);

    let all = entries(&admin, "").await;
    let sequences: Vec<_> =
        all.iter().map(|it| it["sequence"].as_i64().expect("a number")).collect();
    assert!(sequences.is_sorted_by(|newer, older| newer > older), "{sequences:?}");
    let changes = entries(&admin, "objectKind=connection").await;
    assert_eq!(
        texts(&changes),
        ["connection.update a", "connection.create b", "connection.create a"]
    );
    let update = &changes[0];
    assert_eq!((&update["detail"], &update["outcome"]), (&json!("name"), &json!("success")));
    let request_id = update["requestId"].as_str().expect("an id");
    let (actor, at) = (update["actor"].as_str().expect("a name"), &update["timestamp"]);

    let found = async |query: &str| texts(&entries(&admin, query).await);
    assert_eq!(found(&format!("requestId={request_id}")).await, ["connection.update a"]);
    assert_eq!(found("object=b").await, ["connection.create b"]);
    for kind in ["session", "user", "group", "token", "plugin", "installation"] {
        assert_eq!(found(&format!("object=b&objectKind={kind}")).await, [""; 0], "{kind}");
    }
    assert_eq!(found("action=connection.update").await, ["connection.update a"]);
    let both = "action=connection.update,%20plugin.switch&objectKind=connection";
    assert_eq!(found(both).await, ["connection.update a"]);
    assert_eq!(found("text=CONNECTION.UPD").await, ["connection.update a"]);
    let name = update["changes"][0]["before"].as_str().expect("the former name");
    let by_name = found(&format!("text={}", name.replace(' ', "%20"))).await;
    assert_eq!(by_name, ["connection.update a", "connection.create a"]);
    assert_eq!(found(&format!("actor={actor}&objectKind=connection")).await.len(), 3);
    assert_eq!(found(&format!("actor={actor}x")).await, [""; 0]);
    assert_eq!(found("outcome=denied").await, [""; 0]);
    assert_eq!(found("address=192.0.2.77").await, [""; 0]);
    assert_eq!(found(&format!("since={at}&until={at}&action=connection.update")).await.len(), 1);
    assert_eq!(found("until=0").await, [""; 0]);
    assert_eq!(found("since=253402207200000").await, [""; 0]);

    for (query, message) in [
        ("address=x", "address: must be an IP address"),
        ("action=nonsense", "action: there is no action \"nonsense\""),
        ("outcome=x", "outcome: must be success or denied"),
        ("format=xml", "format: must be json, ndjson or csv"),
        ("cursor=x", "cursor: is not one that haltere gave out"),
        ("limit=0", "limit: must be a whole number from 1 to 1000"),
        ("since=-1", "since: must be milliseconds since 1970"),
    ] {
        admin.get(&format!("{PATH}?{query}")).await.is_refusal(400, "INVALID", message);
    }
}

#[tokio::test]
async fn pages_stay_the_same_while_entries_are_added() {
    let (_api, admin) = start().await;
    let whole = entries(&admin, "objectKind=connection").await;
    let (mut paged, mut query) = (Vec::new(), "objectKind=connection&limit=1".to_owned());
    loop {
        let page = admin.get(&format!("{PATH}?{query}")).await;
        paged.extend(page.json().as_array().expect("a list").clone());
        let Some(cursor) = page.header("x-next-cursor") else { break };
        query = format!("objectKind=connection&limit=1&cursor={cursor}");
        let patch = json!({"name": format!("name {}", paged.len())});
        assert_eq!(admin.patch("/api/connections/b", patch).await.status, 200);
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn lines_have_what_the_list_has() {
    let (_api, admin) = start().await;
    // Several pieces.
    for n in 0..250 {
        let patch = json!({"name": format!("name {n}")});
        assert_eq!(admin.patch("/api/connections/b", patch).await.status, 200);
    }
    let list = entries(&admin, "limit=1000").await;
    let ndjson = admin.get(&format!("{PATH}?format=ndjson")).await;
    assert_eq!(ndjson.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> =
        ndjson.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, list);
    let some = admin.get(&format!("{PATH}?format=ndjson&limit=101")).await;
    assert_eq!(some.text.lines().count(), 101);

    let request = Request::get(PATH).header(ACCEPT, "application/json;q=0.5, text/csv");
    let csv = admin.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let mut lines = csv.text.lines();
    assert!(lines.next().expect("a header").starts_with("sequence,time,actor,"));
    assert_eq!(lines.count(), list.len());
    let none = admin.get(&format!("{PATH}?format=csv&text=nowhere")).await;
    assert_eq!(none.text.lines().count(), 1);
    assert_eq!(admin.get(&format!("{PATH}?format=ndjson&text=nowhere")).await.text, "");
}

#[tokio::test]
async fn entries_about_a_hidden_connection_are_hidden_in_every_form() {
    let (_api, admin) = start().await;
    let some = admin.seeing(["b"]);
    assert_eq!(texts(&entries(&some, "objectKind=connection").await), ["connection.create b"]);
    assert_eq!(texts(&entries(&some, "object=a").await), [""; 0]);
    for format in ["ndjson", "csv"] {
        let lines = some.get(&format!("{PATH}?objectKind=connection&format={format}")).await.text;
        assert!(lines.contains("connection.create") && !lines.contains("connection.update"));
    }
}

#[tokio::test]
async fn an_entry_is_shown_by_its_number() {
    let (api, admin) = start().await;
    let newest = &entries(&admin, "object=a").await[0];
    let path = format!("{PATH}/{}", newest["sequence"]);
    assert_eq!(&admin.get(&path).await.json(), newest);
    for unknown in ["0", "999999", "-1", "x", "9223372036854775807"] {
        let refused = admin.get(&format!("{PATH}/{unknown}")).await;
        refused.is_refusal(404, "NOT_FOUND", "Audit entry not found");
    }
    let seeing_b = admin.seeing(["b"]);
    seeing_b.get(&path).await.is_refusal(404, "NOT_FOUND", "Audit entry not found");
    api.role(Role::Viewer).await.get(&path).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
}

#[tokio::test]
async fn what_a_user_did_includes_what_their_tokens_did() {
    let (api, admin) = start().await;
    let expires = api.app.app.clock().now().as_second() + 3_600;
    let until = haltere_core::Timestamp::from_second(expires).expect("a time").to_string();
    let body = json!({"name": "ci", "validUntil": until, "role": "admin"});
    let created = admin.post("/api/tokens", body).await.json();
    let program = api.with_bearer(created["token"].as_str().expect("a secret"));
    assert_eq!(program.patch("/api/connections/b", json!({"name": "B"})).await.status, 200);

    let found = async |actor: &str| texts(&entries(&admin, &format!("actor={actor}")).await);
    let of_user = found("admin").await;
    assert_eq!(of_user[0], "connection.update b");
    assert!(of_user.contains(&"connection.update a".to_owned()), "{of_user:?}");
    assert_eq!(found("admin%20(token%20ci)").await, ["connection.update b"]);
    assert_eq!(found("admi").await, [""; 0]);
}
