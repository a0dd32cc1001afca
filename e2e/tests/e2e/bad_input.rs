//! Bad input everywhere: a refusal that names the field, and nothing changed.

use e2e::{Client, Contract, Haltere};
use haltere_testkit::Mosquitto;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{connection, pem};

/// Bodies that no operation can take, and what each is.
fn hopeless_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let object = |text: &str| text.as_bytes().to_vec();
    vec![
        ("nothing", Vec::new()),
        ("null", object("null")),
        ("an array", object("[]")),
        ("an array of objects", object(r#"[{"id": "a", "name": "a", "url": "mqtt://127.0.0.1"}]"#)),
        ("a string", object(r#""mqtt://127.0.0.1""#)),
        ("a number", object("17")),
        ("a boolean", object("true")),
        ("half an object", object(r#"{"id": "#)),
        ("two objects", object("{} {}")),
        (
            "a property given twice",
            object(r#"{"enabled": true, "enabled": false, "name": "a", "name": "b"}"#),
        ),
        ("an unknown property", object(r#"{"frobnicate": 1}"#)),
        ("deep arrays", [vec![b'['; 10_000], vec![b']'; 10_000]].concat()),
        (
            "deep objects",
            format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000)).into_bytes(),
        ),
        ("two mebibytes", format!(r#"{{"name": "{}"}}"#, "x".repeat(2 << 20)).into_bytes()),
        ("invalid UTF-8", b"{\"name\": \"\xff\xfe\"}".to_vec()),
        ("a lone surrogate", object(r#"{"name": "\ud800"}"#)),
        ("not JSON", object("id=a&name=b")),
        ("NUL", b"\0\0\0\0".to_vec()),
    ]
}

/// Everything an administrator can see, without what changes by itself.
async fn visible(admin: &Client) -> Value {
    let mut connections = admin.get("/api/connections").await.expect_status(200).json();
    for connection in connections.as_array_mut().into_iter().flatten() {
        let object = connection.as_object_mut().expect("an object");
        object.retain(|key, _| !matches!(key.as_str(), "status" | "broker"));
    }
    let plugins = admin.get("/api/plugins").await.expect_status(200).json();
    json!([connections, plugins, admin.get("/api/profile").await.json()])
}

#[tokio::test]
async fn no_operation_takes_a_hopeless_body() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("kept", &broker.url())).await.expect_status(200);
    let before = visible(&admin).await;

    let mut n_tried = 0;
    for (operation, described) in Contract::committed().operations() {
        if described.get("requestBody").is_none() || operation.path == "/auth" {
            continue;
        }
        let target = match operation.path.as_str() {
            path if path.starts_with("/api/plugins/") => "/api/plugins/tls".to_owned(),
            path => path.split('{').next().map_or_else(String::new, |prefix| {
                let rest = path.split_once('}').map_or("", |(_, rest)| rest);
                if path.contains('{') { format!("{prefix}kept{rest}") } else { path.to_owned() }
            }),
        };
        let method: Method = operation.method.parse().expect("a method");
        let imports = target == "/api/connection-import";
        // Clients without a session may send less.
        let is_public = described["x-haltere-access"]["login"] == false;
        let most = if is_public { 16 << 10 } else { 1 << 20 };
        for (what, body) in hopeless_bodies() {
            // A list of connections is a file like any other.
            if imports && what.starts_with("an array") {
                continue;
            }
            // A merge patch may well be empty of what it does not know; everything else is refused.
            let is_too_large = body.len() > most && !imports;
            let answer = admin.send_raw(method.clone(), &target, body).await;
            let place = format!("{method} {target} with {what}: {}", answer.text());
            // A file to import may be larger than what others send; then it is wrong for other reasons.
            let expected = if is_too_large { 413 } else { 400 };
            assert_eq!(answer.status, expected, "{place}");
            let (code, message) = answer.error();
            assert_eq!(code, "INVALID", "{place}");
            assert!(!message.is_empty() && message.len() < 500, "{place}");
            n_tried += 1;
        }
    }
    assert!(n_tried >= 5 * hopeless_bodies().len(), "only {n_tried} were tried");
    assert_eq!(visible(&admin).await, before, "something changed");
    haltere.stop().await;
}

#[tokio::test]
async fn invalid_logins_are_refused_and_start_no_session() {
    let mut haltere = Haltere::start().await;
    for (what, body) in hopeless_bodies() {
        let client = haltere.anonymous();
        let answer = client.send_raw(Method::POST, "/auth?json=1", body).await;
        assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
        client.get("/api/profile").await.expect_status(401);
    }
    haltere.stop().await;
}

/// A client that sends everything before it reads gets its answer, not a broken pipe.
#[tokio::test]
async fn a_large_body_that_is_refused_unread_gets_its_answer() {
    let mut haltere = Haltere::start().await;
    let body = vec![b'x'; 8 << 20];
    for (method, target) in [
        (Method::POST, "/auth?json=1"),
        (Method::POST, "/api/connections"),
        (Method::PUT, "/api/connections/press"),
        (Method::POST, "/api/connection-import"),
        (Method::POST, "/api/connection-test"),
    ] {
        for _ in 0..5 {
            let client = haltere.anonymous();
            let answer = client.send_raw(method.clone(), target, body.clone()).await;
            let expected = if target.starts_with("/auth") { 413 } else { 401 };
            assert_eq!(answer.status, expected, "{method} {target}: {}", answer.text());
        }
    }
    haltere.stop().await;
}

/// Wrong values for single fields of a connection.
fn wrong_fields() -> Vec<(&'static str, Value)> {
    let long = "x".repeat(129);
    let whole = |name: &str, value: Value| {
        let mut object = json!({});
        object[name] = value;
        object
    };
    let mut table = vec![
        ("id", whole("id", json!(1))),
        ("id", whole("id", json!(""))),
        ("id", whole("id", json!("a\nb"))),
        ("id", whole("id", json!(".."))),
        ("id", whole("id", json!(long))),
        ("name", whole("name", json!(5))),
        ("name", whole("name", json!("   "))),
        ("name", whole("name", json!("a\u{0}b"))),
        ("name", whole("name", json!(long))),
        ("url", whole("url", json!({}))),
        ("url", whole("url", json!("not a url"))),
        ("url", whole("url", json!("http://127.0.0.1"))),
        ("url", whole("url", json!("mqtt://"))),
        ("url", whole("url", json!("mqtt://host:70000"))),
        ("url", whole("url", json!("mqtt://host:0"))),
        ("url", whole("url", json!("mqtt://user:pass@host"))),
        ("url", whole("url", json!("mqtt://host/#fragment"))),
        ("credentials", whole("credentials", json!([]))),
        ("credentials", whole("credentials", json!("admin"))),
        ("username", json!({ "credentials": { "username": 1, "password": "x" } })),
        ("password", json!({ "credentials": { "username": "a", "password": ["x"] } })),
        ("clientId", json!({ "credentials": { "clientId": {} } })),
        ("frobnicate", json!({ "credentials": { "username": "a", "frobnicate": 1 } })),
        ("rejectUnauthorized", whole("rejectUnauthorized", json!("maybe"))),
        ("rejectUnauthorized", whole("rejectUnauthorized", json!(1))),
        ("noMetricsMode", whole("noMetricsMode", json!([]))),
        ("caFile", whole("caFile", json!(1))),
        ("tls", whole("tls", json!(["mqtt"]))),
        ("tls.alpn", whole("tls", json!({ "alpn": "mqtt" }))),
        ("tls.alpn", whole("tls", json!({ "alpn": ["a b"] }))),
        ("tls.alpn", whole("tls", json!({ "alpn": ["x".repeat(256)] }))),
        (
            "tls.alpn",
            whole("tls", json!({ "alpn": ["1", "2", "3", "4", "5", "6", "7", "8", "9"] })),
        ),
        ("tls.serverName", whole("tls", json!({ "serverName": "10.0.0.1" }))),
        ("tls.serverName", whole("tls", json!({ "serverName": "*.example" }))),
        ("tls.servername", whole("tls", json!({ "servername": "b.example" }))),
        ("frobnicate", whole("frobnicate", json!(true))),
    ];
    for name in ["ca", "cert", "key"] {
        table.extend([
            (name, whole(name, json!(17))),
            (name, whole(name, json!({ "data": 5, "encoding": "base64" }))),
            (name, whole(name, json!({ "data": "####", "encoding": "base64" }))),
            (name, whole(name, json!({ "data": "aGVsbG8=", "encoding": "base64" }))),
            (name, whole(name, json!({ "data": "aGVsbG8=", "encoding": "hex" }))),
            (name, whole(name, json!({ "encoding": "base64" }))),
        ]);
    }
    let identity = haltere_testkit::Ca::new("a").client("a");
    let other = haltere_testkit::Ca::new("b").client("b");
    table.push(("key", json!({ "cert": pem(&identity.cert_pem), "key": pem(&other.key_pem) })));
    table
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("kept", &broker.url())).await.expect_status(200);
    let before = visible(&admin).await;
    for (field, wrong) in wrong_fields() {
        let mut whole = connection("fresh", &broker.url());
        let object = whole.as_object_mut().expect("an object");
        object.extend(wrong.as_object().expect("an object").clone());
        let mut replacement = whole.clone();
        if wrong.get("id").is_none() {
            replacement["id"] = json!("kept");
        }
        let answers = [
            ("POST", admin.post("/api/connections", &whole).await),
            ("PUT", admin.put("/api/connections/kept", &replacement).await),
            ("PATCH", admin.patch("/api/connections/kept", &wrong).await),
        ];
        for (method, answer) in answers {
            assert_eq!(answer.status, 400, "{method} {wrong}: {}", answer.text());
            let (code, message) = answer.error();
            assert_eq!(code, "INVALID");
            assert!(message.contains(field), "{method} {wrong}: {message:?} does not name {field}");
            assert!(!message.contains("pass@") && !message.contains("aGVsbG8"), "{message}");
        }
    }
    for name in ["name", "url"] {
        let mut without = connection("fresh", &broker.url());
        without.as_object_mut().expect("an object").remove(name);
        let (_, message) =
            admin.post("/api/connections", &without).await.expect_status(400).error();
        assert!(message.contains(name), "{message}");
    }
    assert_eq!(visible(&admin).await, before, "something changed");
    haltere.stop().await;
}

#[tokio::test]
async fn bad_paths_and_queries_are_refused() {
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    for (parameter, target) in [
        ("limit", "/api/connections?limit=0"),
        ("limit", "/api/connections?limit=many"),
        ("limit", "/api/connections?limit=-1"),
        ("limit", "/api/connections?limit=99999999999999999999"),
        ("state", "/api/connections?state=sideways"),
        ("cursor", "/api/connections?cursor=nonsense"),
        ("secrets", "/api/connections?secrets=please"),
        ("token", "/api/connections?token=abc"),
    ] {
        let answer = admin.get(target).await;
        assert_eq!(answer.status, 400, "{target}: {}", answer.text());
        let (code, message) = answer.error();
        assert!(code == "INVALID" && message.contains(parameter), "{target}: {message}");
    }
    let long = format!("/api/connections/{}", "x".repeat(4_000));
    for target in
        ["/api/connections/%FF", "/api/connections/%00", &long, "/api/connections/a/b/c/d"]
    {
        let answer = admin.delete(target).await;
        assert!(
            matches!(answer.status, 400 | 404),
            "{target}: {} {}",
            answer.status,
            answer.text()
        );
        assert!(!answer.error().0.is_empty(), "{target}");
    }
    haltere.stop().await;
}
