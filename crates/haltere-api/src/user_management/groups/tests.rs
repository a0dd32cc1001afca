//! Statuses and messages one by one, as clients of the management center for Mosquitto know them.

use haltere_core::Role;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, TestResponse, closed_port, connection};

const GROUPS: &str = "/api/user-management/groups";

fn night_shift() -> Value {
    json!({"name": "Night shift", "role": "viewer", "users": ["viewer", "editor"], "connections": ["b", "a"]})
}

fn path(name: &str) -> String {
    format!("{GROUPS}/{name}")
}

async fn with_connections() -> (TestApi, Client) {
    let (url, _port) = closed_port();
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for id in ["a", "b"] {
        let response = admin.post("/api/connections", connection(id, &url)).await;
        assert_eq!(response.status, 202, "{}", response.text);
    }
    (api, admin)
}

#[track_caller]
fn names_the_field(response: &TestResponse, field: &str) {
    response.is_refusal(400, "INVALID", "Group object invalid");
    let text = response.json()["longError"].as_str().expect("a long error").to_owned();
    assert!(text.starts_with(field), "{text}");
}

#[tokio::test]
async fn groups_are_created_shown_changed_and_deleted() {
    let (_api, admin) = with_connections().await;
    assert_eq!(admin.get(GROUPS).await.json(), json!({}));
    let created = admin.post(GROUPS, night_shift()).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let expected = json!({
        "name": "Night shift", "role": "viewer", "users": ["editor", "viewer"], "connections": ["a", "b"],
        "narrows": true,
    });
    assert_eq!(created.json(), json!({"Night shift": expected}));
    assert_eq!(admin.get(GROUPS).await.json(), created.json());
    assert_eq!(admin.get(&path("Night%20shift")).await.json(), expected);

    let change = json!({"description": "Presses\nand ovens", "users": [], "label": "site = graz"});
    let changed = admin.put(&path("Night%20shift"), change).await.json()["Night shift"].take();
    let fields = ["description", "users", "label", "connections", "role"].map(|it| &changed[it]);
    let expected = [
        json!("Presses\nand ovens"),
        json!([]),
        json!("site=graz"),
        json!(["a", "b"]),
        json!("viewer"),
    ];
    assert_eq!(fields.map(Clone::clone), expected);
    // All of it comes back, as clients send it.
    let same = admin.put(&path("Night%20shift"), changed.clone()).await;
    assert_eq!(same.json(), json!({"Night shift": changed}));
    let cleared = json!({"description": "", "label": "", "connections": []});
    let cleared = admin.put(&path("Night%20shift"), cleared).await.json()["Night shift"].take();
    let bare = json!({"name": "Night shift", "role": "viewer", "users": [], "connections": [], "narrows": false});
    assert_eq!(cleared, bare);
    assert_eq!(admin.delete(&path("Night%20shift")).await.json(), json!({}));
}

#[tokio::test]
async fn what_does_not_exist_is_gone_and_a_name_is_given_once() {
    let (_api, admin) = with_connections().await;
    for name in ["nowhere", "a%00b", "%ff", &"x".repeat(31)] {
        let path = path(name);
        for response in [
            admin.get(&path).await,
            admin.put(&path, json!({"role": "viewer"})).await,
            admin.delete(&path).await,
        ] {
            response.is_refusal(410, "GONE", "User group does not exist");
        }
    }
    admin.post(GROUPS, night_shift()).await;
    let again = admin.post(GROUPS, night_shift()).await;
    again.is_refusal(409, "CONFLICT", "Group already exists");
}

#[tokio::test]
async fn an_invalid_group_is_refused_by_field() {
    let (_api, admin) = with_connections().await;
    let with = |field: &str, value: Value| {
        let mut body = night_shift();
        body[field] = value;
        body
    };
    for (field, value) in [
        ("name", json!("x".repeat(31))),
        ("name", json!("")),
        ("name", json!(" a")),
        ("name", json!(1)),
        ("role", json!("root")),
        ("role", json!(null)),
        ("users", json!(["nobody"])),
        ("users", json!("viewer")),
        ("connections", json!(["nowhere"])),
        ("connections", json!([1])),
        ("label", json!("site in")),
        ("narrows", json!("true")),
        ("description", json!("x".repeat(1001))),
        ("description", json!("a\u{202e}b")),
        ("description", json!("a\u{1b}[2J")),
        ("description", json!("a\r\nb")),
        ("colour", json!("red")),
    ] {
        names_the_field(&admin.post(GROUPS, with(field, value)).await, field);
    }
    admin.post(GROUPS, night_shift()).await;
    let renamed = admin.put(&path("Night%20shift"), json!({"name": "Day shift"})).await;
    names_the_field(&renamed, "name");
    let unknown = admin.put(&path("Night%20shift"), json!({"users": ["viewer", "x", "y"]})).await;
    let text = unknown.json()["longError"].clone();
    assert_eq!(text, json!("users: there is no user \"x\", \"y\""));
}

#[tokio::test]
async fn a_user_s_groups_are_for_that_user() {
    let (api, admin) = with_connections().await;
    let mut body = night_shift();
    body["users"] = json!(["admin"]);
    body["connections"] = json!([]);
    admin.post(GROUPS, body).await;
    let own = admin.get(&path("user/admin")).await;
    let expected = json!({"groups": [{"name": "Night shift", "addedBy": {"username": "admin"}}]});
    assert_eq!(own.json(), expected);
    for other in ["viewer", "nobody"] {
        let response = admin.get(&path(&format!("user/{other}"))).await;
        let message = "Invalid. userName doesn't match the issuing user";
        response.is_refusal(400, "INVALID", message);
    }
    let viewer = api.role(Role::Viewer).await;
    let refused = viewer.get(&path("user/viewer")).await;
    refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
}

#[tokio::test]
async fn the_last_administrator_can_not_be_narrowed() {
    let (_api, admin) = with_connections().await;
    let mut body = night_shift();
    body["users"] = json!(["admin"]);
    let message = "The last administrator can't be in a group that hides connections";
    admin.post(GROUPS, body).await.is_refusal(409, "CONFLICT", message);
    assert_eq!(admin.get(GROUPS).await.json(), json!({}));
}
