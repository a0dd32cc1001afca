//! A caller who may see only some connections gets the same response about the others as about connections that don't
//! exist, on every route.

use haltere_core::Role;
use http::Method;
use serde_json::{Value, json};

use crate::openapi;
use crate::openapi::{operations, route_name};
use crate::test_support::{Client, TestApi, TestResponse, closed_port, connection};

const LIST: &str = "/api/connections";

/// The connections `a` and `b`, which has a password, and an administrator who sees only `a`.
async fn start(url: &str) -> (TestApi, Client) {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let mut hidden = connection("b", url);
    hidden["credentials"] = json!({"username": "u", "password": "hunter2"});
    for body in [connection("a", url), hidden] {
        assert_eq!(admin.post(LIST, body).await.status, 202);
    }
    (api, admin.seeing(["a"]))
}

/// Method and path of all routes of one connection.
fn routes() -> Vec<(Method, String)> {
    let document = openapi();
    let routes = operations(&document).into_iter().map(|(method, path, _)| {
        let route = route_name(&method, path);
        let (method, path) = route.split_once(' ').expect("two words");
        (method.parse().expect("a method"), path.to_owned())
    });
    routes.filter(|(_, path)| path.contains("{connectionId}")).collect()
}

async fn send(client: &Client, method: &Method, path: &str, body: &Value) -> TestResponse {
    client.text(method.clone(), path, "application/json", &body.to_string()).await
}

#[tokio::test]
async fn a_hidden_connection_is_answered_like_an_unknown_one() {
    let (url, _port) = closed_port();
    let (api, some) = start(&url).await;
    let admin = api.admin().await;
    let before =
        admin.get("/api/connection-export?secrets=include").await.json()["connections"].take();
    let mut routes = routes();
    assert!(routes.len() >= 9, "{routes:?}");
    routes.push((Method::POST, "/api/connection-test?connection={connectionId}".to_owned()));
    for (method, path) in routes {
        let bodies: [fn(&str, &str) -> Value; 4] = [
            connection,
            |_, _| json!({}),
            |_, _| json!({"name": "another name"}),
            |_, _| json!({"url": 1}),
        ];
        for body in bodies {
            let response = async |id: &str| {
                let path = path.replace("{connectionId}", id);
                let response = send(&some, &method, &path, &body(id, &url)).await;
                (response.status, response.text)
            };
            assert_eq!(response("b").await, response("nowhere").await, "{method} {path}");
        }
    }
    let after =
        admin.get("/api/connection-export?secrets=include").await.json()["connections"].take();
    assert_eq!(after, before);
}

#[tokio::test]
async fn neither_list_nor_export_has_a_hidden_connection() {
    let (url, _port) = closed_port();
    let (api, some) = start(&url).await;
    let admin = api.admin().await;
    // What is made for those who see all is kept, and must not be given to others, and the other way round.
    for _ in 0..2 {
        assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);
        for path in [LIST, "/api/connections?limit=9", "/api/connections?q=BROKER"] {
            let response = some.get(path).await;
            assert_eq!(response.ids(), ["a"], "{path}");
            assert_eq!(response.header("x-next-cursor"), None);
        }
    }
    assert_eq!(some.seeing([]).get(LIST).await.text, "[]");
    for entry in some.get("/api/activity").await.json().as_array().expect("a list") {
        let about = [&entry["connection"], &entry["object"]];
        assert!(!about.contains(&&json!("b")), "{entry}");
    }
    let viewer = api.role(Role::Viewer).await;
    assert_eq!(viewer.get(LIST).await.ids(), ["a", "b"]);
    let export = some.get("/api/connection-export?secrets=include").await;
    assert_eq!(export.json()["connections"].as_array().map(Vec::len), Some(1));
    assert!(!export.text.contains("hunter2"), "{}", export.text);
    assert_eq!(some.delete("/api/connections/a").await.text, "[]");
    assert_eq!(admin.get(LIST).await.ids(), ["b"]);
}
