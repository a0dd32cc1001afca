//! Responses that clients don't read: the memory for them is bounded, and one caller's don't affect another's.

use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use haltere_core::Role;
use haltere_testkit::Ca;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::response_memory::SMALL;
use crate::test_support::{Client, TestApi, closed_port, connection, encoded};
use crate::{ApiLimits, ApiOptions};

const BUDGET: usize = 8 << 20;

/// What one user gets of it.
const QUOTA: usize = BUDGET / 4;

const LIMIT: &str = "server.max_response_memory";

/// More than the quota.
const READERS: usize = 200;

/// Certificates of tens of kilobytes, as bundles have them.
fn bundle() -> String {
    (0..60).map(|n| Ca::new(&format!("authority {n}")).pem()).collect()
}

/// A fleet under one bundle, disconnected on purpose: nothing in it changes by itself.
async fn fleet() -> (TestApi, Client) {
    let limits = ApiLimits { response_memory: BUDGET, ..ApiLimits::default() };
    let api = TestApi::start_as(ApiOptions { limits, ..ApiOptions::default() }).await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let bundle = encoded(&bundle());
    let fleet: Vec<Value> = (0..300)
        .map(|n| {
            let mut body = connection(&format!("c{n:03}"), &url);
            body["disconnected"] = json!(true);
            body["credentials"] = json!({"username": "u", "password": "hunter2"});
            if n < 20 {
                body["ca"] = bundle.clone();
            }
            body
        })
        .collect();
    let file = json!({"format": "haltere-connections", "formatVersion": 1, "connections": fleet});
    let response = admin.post("/api/connection-import", file).await;
    assert_eq!(response.status, 200, "{:.500}", response.text);
    (api, admin)
}

async fn open(client: &Client, path: &str) -> Response {
    client.open(Request::get(path).body(Body::empty()).expect("a request")).await
}

/// A response whose client has stopped reading: what it did not take waits in the server.
struct Unread(BodyDataStream, Vec<Bytes>);

impl Unread {
    fn of(response: Response) -> Self {
        let mut unread = Self(response.into_body().into_data_stream(), Vec::new());
        while unread.1.iter().map(Bytes::len).sum::<usize>() < SMALL
            && let Some(Some(Ok(piece))) = unread.0.next().now_or_never()
        {
            unread.1.push(piece);
        }
        unread
    }
}

#[tokio::test]
async fn on_every_route_unread_responses_hold_no_more_than_a_quota() {
    let (api, admin) = fleet().await;
    let viewer = api.role(Role::Viewer).await;
    // Audit entries of the import, one per connection.
    let of_admin = [
        "/api/activity?limit=1000",
        "/api/connection-export",
        "/api/connection-export?secrets=include",
    ];
    let of_all = [
        "/api/connections",
        "/api/connections?q=c",
        "/api/connections?limit=250",
        "/api/connections/c000",
        "/api/events",
    ];
    let as_admin = of_admin.into_iter().chain(of_all).map(|path| (path, &admin, &viewer));
    let as_viewer = of_all.into_iter().map(|path| (path, &viewer, &admin));
    for (path, one, other) in as_admin.chain(as_viewer) {
        let (mut unread, mut refused) = (Vec::new(), None);
        while unread.len() < READERS && refused.is_none() {
            let response = open(one, path).await;
            if response.status() == 200 {
                unread.push(Unread::of(response));
            } else {
                refused = Some(response);
            }
            assert!(
                api.state.response_memory.held() <= QUOTA,
                "{path}: {}",
                api.state.response_memory.held()
            );
        }
        let refused = refused.unwrap_or_else(|| panic!("{path}: {} at once", unread.len()));
        let status = refused.status();
        let refusal = refused.into_body().collect().await.expect("a body").to_bytes();
        let refusal: Value = serde_json::from_slice(&refusal).expect("JSON");
        let limits = [json!(LIMIT), json!("limits.streams_per_user")];
        assert!(status == 429 && limits.contains(&refusal["limit"]), "{path}: {status} {refusal}");
        assert!(unread.len() > 5, "{path}: only {}", unread.len());
        for path in of_all {
            assert_eq!(open(other, path).await.status(), 200, "{path}");
        }
        for small in ["/api/profile", "/api/connections/c299", "/api/connections?limit=20&q=c29"] {
            assert_eq!(one.get(small).await.status, 200, "{small} while {path} is unread");
        }
        drop(unread);
        assert_eq!(api.state.response_memory.held(), 0, "{path}");
    }
}

#[tokio::test]
async fn a_change_is_made_and_answered_while_responses_are_unread() {
    let (api, admin) = fleet().await;
    let mut unread = Vec::new();
    for path in ["/api/connection-export", "/api/connections/c000"] {
        loop {
            let response = open(&admin, path).await;
            if response.status() != 200 {
                break;
            }
            unread.push(response);
        }
    }
    let change = |method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/json");
        request.body(Body::from(body.to_string())).expect("a request")
    };
    let renamed = change("PATCH", "/api/connections/c000", json!({"name": "renamed"}));
    let renamed = admin.open(renamed).await;
    let deleted = admin.open(change("DELETE", "/api/connections/c001", Value::Null)).await;
    assert_eq!((renamed.status().as_u16(), deleted.status().as_u16()), (200, 200));
    assert!(renamed.headers().contains_key("etag"));
    let mut renamed = Box::pin(renamed.into_body().collect());
    assert!(renamed.as_mut().now_or_never().is_none(), "there is no memory for its certificates");
    assert_eq!(api.role(Role::Viewer).await.get("/api/connections").await.ids().len(), 299);
    drop(unread);
    let renamed = renamed.await.expect("a body").to_bytes();
    let renamed: Value = serde_json::from_slice(&renamed).expect("JSON");
    assert_eq!((&renamed["name"], renamed["ca"].is_object()), (&json!("renamed"), true));
    let rest = deleted.into_body().collect().await.expect("a body").to_bytes();
    let rest: Value = serde_json::from_slice(&rest).expect("JSON");
    assert_eq!(rest.as_array().map(Vec::len), Some(299));
}

#[tokio::test]
async fn certificates_are_in_lists_and_events_of_those_who_may_change_them() {
    let (api, admin) = fleet().await;
    let text = async |client: &Client, path: &str| {
        let mut body = open(client, path).await.into_body().into_data_stream();
        let mut text = String::new();
        while let Some(piece) = body.next().await {
            text += std::str::from_utf8(&piece.expect("a piece")).expect("UTF-8");
            if path == "/api/events" && text.matches("\n\n").count() > 1 {
                break;
            }
        }
        text
    };
    for (role, may_edit) in [
        (Role::Admin, true),
        (Role::ConnectionManager, true),
        (Role::Editor, false),
        (Role::Viewer, false),
    ] {
        let client = api.role(role).await;
        for path in ["/api/connections", "/api/connections?q=c00", "/api/events"] {
            let shown = text(&client, path).await.contains("\"ca\":{");
            assert_eq!(shown, may_edit, "{role}: {path}");
        }
        let single = client.get("/api/connections/c000").await.json();
        assert!(single["ca"].is_object(), "{role}: a request for one shows it to every role");
    }
    // Changes are sent in the same way.
    let viewer = api.role(Role::Viewer).await;
    let mut events = open(&viewer, "/api/events").await.into_body().into_data_stream();
    let mut seen = String::new();
    admin.patch("/api/connections/c000", json!({"name": "renamed"})).await;
    while !seen.contains("\"complete\":false") || !seen.ends_with("\n\n") {
        let piece = events.next().await.expect("more").expect("a piece");
        seen += std::str::from_utf8(&piece).expect("UTF-8");
    }
    assert!(seen.contains("renamed") && !seen.contains("\"ca\":{"));
}
