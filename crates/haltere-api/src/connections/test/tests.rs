use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use haltere_core::Role;
use haltere_testkit::wait::{self, DEADLINE, within};
use haltere_testkit::{Ca, Listener, Mosquitto, Peer};
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, closed_port, connection, encoded, violations};

const PATH: &str = "/api/connection-test";

/// The reading end of a streamed test.
struct Stream {
    body: BodyDataStream,
    buffer: String,
}

impl Stream {
    async fn open(client: &Client, body: &Value) -> Self {
        Self::open_at(PATH, client, body).await
    }

    async fn open_at(path: &str, client: &Client, body: &Value) -> Self {
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json;q=0.1, text/event-stream")
            .body(Body::from(body.to_string()));
        let response = client.open(request.expect("a request")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), buffer: String::new() }
    }

    /// Name and data of the next event; `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (name, data) = block.split_once('\n').expect("two lines");
                let name = name.strip_prefix("event: ").expect("a name").to_owned();
                let data = data.strip_prefix("data: ").expect("data");
                let data = serde_json::from_str(data).expect("JSON");
                self.buffer = rest.to_owned();
                return Some((name, data));
            }
            let chunk = within("an event", DEADLINE, self.body.next()).await?;
            self.buffer += std::str::from_utf8(&chunk.expect("a chunk")).expect("UTF-8");
        }
    }

    async fn all(mut self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// `started tcp`, `passed tcp`, `failed tls`
fn words(data: &Value) -> String {
    let state = match (&data["state"], &data["ok"]) {
        (Value::String(state), _) if state == "started" => "started",
        (_, Value::Bool(true)) => "passed",
        _ => "failed",
    };
    format!("{state} {}", data["stage"].as_str().expect("a stage"))
}

#[tokio::test]
async fn a_stream_sends_each_stage_and_then_the_same_report_as_the_other_response() {
    let ca = Ca::new("factory");
    let listener = Listener::tls(&ca.server(&["localhost", "127.0.0.1"]));
    let broker = Mosquitto::builder().listener(listener).start().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let schema = |name: &str| {
        let document = serde_json::to_value(crate::openapi()).expect("JSON");
        let mut schema = document["components"]["schemas"][name].clone();
        schema["components"] = document["components"].clone();
        schema
    };

    for (body, expected) in [
        (
            json!({"url": broker.url(), "ca": encoded(&ca.pem())}),
            "started dns, passed dns, started tcp, passed tcp, started tls, passed tls, \
             started mqtt, passed mqtt, started subscribe, passed subscribe",
        ),
        (
            json!({"url": broker.url()}),
            "started dns, passed dns, started tcp, passed tcp, started tls, failed tls",
        ),
    ] {
        let mut events = Stream::open(&admin, &body).await.all().await;
        let (name, mut result) = events.pop().expect("a result");
        assert_eq!(name, "result");
        assert!(events.iter().all(|(name, _)| name == "stage"));
        let stages: Vec<_> = events.iter().map(|(_, data)| words(data)).collect();
        assert_eq!(stages.join(", "), expected);
        for (_, data) in &events {
            let wrong = violations(&schema("ConnectionTestEvent"), data);
            assert!(wrong.is_empty(), "{data}: {wrong:?}");
        }
        let wrong = violations(&schema("ConnectionTest"), &result);
        assert!(wrong.is_empty(), "{result}: {wrong:?}");

        let mut at_once = admin.post(PATH, body).await.json();
        for report in [&mut at_once, &mut result] {
            for stage in report["stages"].as_array_mut().expect("stages") {
                stage["elapsedMs"] = json!(0);
            }
            if let Some(broker) = report["broker"].as_object_mut() {
                broker.remove("startedAt");
            }
        }
        assert_eq!(result, at_once);
    }
}

#[tokio::test]
async fn advice_comes_with_the_failure() {
    let ca = Ca::new("factory");
    let listener = Listener::tls(&ca.server(&["press.example"]));
    let broker = Mosquitto::builder().listener(listener).start().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let body = json!({"url": broker.url(), "ca": encoded(&ca.pem())});
    let report = admin.post(PATH, body).await.json();
    assert_eq!(report["error"]["code"], "ERR_TLS_CERT_ALTNAME_INVALID");
    let advice = report["advice"].to_string();
    assert!(advice.contains("mqtts://press.example:"), "{advice}");
    assert!(!advice.contains("--"), "no flags over HTTP: {advice}");
}

#[tokio::test]
async fn hanging_up_ends_the_test() {
    // Long enough that nothing else can end it.
    let limit = Duration::from_mins(10);
    let api = TestApi::start_with(|config| config.link.connect_timeout = limit).await;
    let peer = Peer::silent().await;
    let admin = api.admin().await;
    let mut stream = Stream::open(&admin, &json!({"url": peer.url("mqtt")})).await;
    let mut stage = String::new();
    while stage != "started mqtt" {
        let (_, data) = stream.next().await.expect("stages come before the result");
        stage = words(&data);
    }
    // In the middle: the peer has said nothing, and will not.
    let open = async |count| (peer.open_connections() == count).then_some(());
    wait::until("the peer's connection", DEADLINE, async || open(1).await).await;
    drop(stream);
    wait::until("the end of the peer's connection", DEADLINE, async || open(0).await).await;
}

#[tokio::test]
async fn tests_at_a_time_are_bounded_and_slots_are_returned() {
    let (api, peer) = (TestApi::start().await, Peer::silent().await);
    let admin = api.admin().await;
    let body = json!({"url": peer.url("mqtt")});
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(Stream::open(&admin, &body).await);
    }
    let refused = admin.post(PATH, body.clone()).await;
    let message = "Too many of your connection tests are running; try again in a few seconds";
    refused.is_refusal(429, "TOO_MANY_REQUESTS", message);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.json()["limit"], "limits.tests_per_user");
    let manager = api.role(Role::ConnectionManager).await;
    drop(Stream::open(&manager, &body).await);
    drop(streams);
    Stream::open(&admin, &body).await;
}

#[tokio::test]
async fn a_stream_ends_with_the_session() {
    let (api, peer) = (TestApi::start().await, Peer::silent().await);
    let admin = api.admin().await;
    let mut stream = Stream::open(&admin, &json!({"url": peer.url("mqtt")})).await;
    stream.next().await.expect("the first stage");
    let response = admin.get("/logout").await;
    assert!(response.status.as_u16() < 400, "{}", response.text);
    let rest = stream.all().await;
    assert!(rest.iter().all(|(name, _)| name == "stage"), "no result: {rest:?}");
}

#[tokio::test]
async fn a_test_says_how_far_it_got_and_stores_nothing() {
    let ca = Ca::new("factory");
    let listener = Listener::tls(&ca.server(&["localhost", "127.0.0.1"]));
    let broker = Mosquitto::builder().listener(listener).start().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;

    let other = admin.post(PATH, json!({ "url": broker.url() })).await;
    assert_eq!(other.status, 200, "{}", other.text);
    let report = other.json();
    assert_eq!((&report["connected"], &report["error"]["stage"]), (&json!(false), &json!("tls")));
    let presented = report["certificates"][0]["pem"].as_str().expect("a certificate");
    assert!(presented.contains("BEGIN CERTIFICATE"));

    let trusted = admin.post(PATH, json!({"url": broker.url(), "ca": encoded(&ca.pem())})).await;
    let report = trusted.json();
    assert_eq!((&report["connected"], report.get("error")), (&json!(true), None), "{report}");

    let (url, _port) = closed_port();
    let refused = admin.post(PATH, json!({"id": "x", "name": "y", "url": url})).await.json();
    assert_eq!(refused["error"]["code"], "ECONNREFUSED");
    assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);
}

#[tokio::test]
async fn a_test_asks_for_a_protocol_and_a_name_unless_the_plugin_is_off() {
    let ca = Ca::new("factory");
    let peer = Peer::script()
        .tls_for(&ca.server(&["broker.example"]), "broker.example", &["mqtt"])
        .read_connect()
        .connack(0)
        .serve()
        .start()
        .await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let tls = json!({"alpn": ["mqtt"], "serverName": "broker.example"});
    let body = json!({"url": peer.url("mqtts"), "ca": encoded(&ca.pem()), "tls": tls});
    let report = admin.post(PATH, body.clone()).await.json();
    assert_eq!(report["connected"], true, "{report}");

    let (url, _port) = closed_port();
    let mut stored = connection("a", &url);
    stored["tls"] = tls.clone();
    assert_eq!(admin.post("/api/connections", stored).await.status, 202);
    let edit = json!({"url": peer.url("mqtts"), "ca": encoded(&ca.pem())});
    let report = admin.post(STORED, edit.clone()).await.json();
    assert_eq!(report["connected"], true, "with what is stored: {report}");
    let mut edit = edit;
    edit["tls"] = json!({"alpn": ["h2"]});
    let report = admin.post(STORED, edit).await.json();
    let code = "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL";
    assert_eq!(report["error"]["code"], code, "{report}");
    assert!(report["advice"].to_string().contains("tls.alpn (h2)"), "{report}");

    assert_eq!(admin.put("/api/plugins/tls", json!({"enabled": false})).await.status, 200);
    let report = admin.post(PATH, body).await.json();
    assert_eq!(report["connected"], false, "{report}");
    assert_eq!(admin.get("/api/connections/a").await.json()["tls"], tls, "it is kept");
}

#[tokio::test]
async fn not_everybody_may_and_not_everything_is_dialled() {
    let api = TestApi::start().await;
    let viewer = api.role(Role::Viewer).await;
    viewer.post(PATH, json!({})).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    let admin = api.admin().await;
    admin.post(PATH, json!({})).await.is_refusal(400, "INVALID", "url: is missing");
}

const STORED: &str = "/api/connection-test?connection=a";

#[tokio::test]
async fn an_edit_is_tested_with_what_is_stored_before_it_is_saved() {
    let broker = Mosquitto::builder().user("haltere", "hunter2").start().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let mut stored = connection("a", &url);
    stored["credentials"] = json!({"username": "haltere", "password": "hunter2"});
    assert_eq!(admin.post("/api/connections", stored).await.status, 202);
    let before = admin.get("/api/connections/a").await.json();

    let as_it_is = admin.post(STORED, json!({})).await.json();
    assert_eq!(as_it_is["error"]["code"], "ECONNREFUSED");
    let edit = json!({"url": broker.url()});
    let edited = admin.post(STORED, edit.clone()).await;
    assert_eq!(edited.json()["connected"], true, "with the stored password: {}", edited.text);
    let id = edited.header("x-request-id").expect("an id");
    assert_eq!(api.app.audit_of(id).await, ["admin connection.test a success"]);
    let worse = json!({"url": broker.url(), "credentials": {"password": null}});
    let worse = admin.post(STORED, worse).await.json();
    assert_eq!(worse["error"]["stage"], "mqtt", "{worse}");
    let events = Stream::open_at(STORED, &admin, &edit).await.all().await;
    let (name, result) = events.last().expect("a result");
    assert_eq!((name.as_str(), &result["connected"]), ("result", &json!(true)));

    let after = admin.get("/api/connections/a").await.json();
    for field in ["url", "credentials", "name"] {
        assert_eq!(after[field], before[field], "{field}: nothing is stored");
    }
}

#[tokio::test]
async fn an_invalid_edit_and_an_unknown_connection_are_not_dialled() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    for unknown in ["a", "", "%00", "..", "a%2Fb"] {
        let path = format!("/api/connection-test?connection={unknown}");
        let response = admin.post(&path, json!({})).await;
        response.is_refusal(404, "NOT_FOUND", "Connection not found");
    }
    assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
    for (body, message) in [
        (json!({"url": null}), "url: can't be removed"),
        (json!({"id": "b"}), "id: can't be changed; it has to be the one in the URL"),
        (json!({"colour": 1}), "colour: unknown property"),
        (
            json!({"key": encoded("-----BEGIN PRIVATE KEY-----")}),
            "cert: is missing; a private key needs its certificate",
        ),
        (json!([]), "the body must be a JSON object"),
    ] {
        admin.post(STORED, body).await.is_refusal(400, "INVALID", message);
    }
    let twice = admin.post("/api/connection-test?connection=a&connection=b", json!({})).await;
    twice.is_refusal(400, "INVALID", "connection: is given twice");
    let viewer = api.role(Role::Viewer).await;
    viewer.post(STORED, json!({})).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
}

#[tokio::test]
async fn a_test_does_not_take_the_session_of_a_link_that_is_up() {
    let broker = Mosquitto::plain().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let mut stored = connection("a", &broker.url());
    stored["credentials"] = json!({"clientId": "press-4"});
    assert_eq!(admin.post("/api/connections", stored).await.status, 200);
    let test = admin.post(STORED, json!({})).await.json();
    assert_eq!(test["connected"], true, "{test}");
    assert!(test["advice"].to_string().contains("a client id of its own"), "{test}");
    assert!(broker.log().contains(" as press-4-test-"), "{}", broker.log());
    assert!(!broker.log().contains("already connected"), "{}", broker.log());

    // Down, there is nothing to take, and brokers may go by the whole id.
    let down = admin.post("/api/connections/a/disconnect", json!({})).await;
    assert_eq!(down.status, 200);
    wait::until("the link is down", DEADLINE, async || {
        let shown = admin.get("/api/connections/a").await.json();
        (shown["status"]["state"] == "idle").then_some(())
    })
    .await;
    let test = admin.post(STORED, json!({})).await.json();
    assert!(!test["advice"].to_string().contains("client id"), "{test}");
}

#[tokio::test]
async fn a_test_makes_a_round_trip() {
    let broker = Mosquitto::plain().await;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let body = json!({"url": broker.url(), "roundtrip": "plant/test"});
    let report = admin.post(PATH, body.clone()).await.json();
    let last = report["stages"].as_array().and_then(|stages| stages.last()).expect("stages");
    assert_eq!((&last["stage"], &last["ok"]), (&json!("roundtrip"), &json!(true)), "{report}");
    assert_eq!((&report["connected"], &report["roundtrip"]["qos"]), (&json!(true), &json!(1)));
    assert!(report["roundtrip"]["latencyMs"].as_f64().is_some_and(|it| it > 0.0), "{report}");
    let mut events = Stream::open(&admin, &body).await.all().await;
    let (_, result) = events.pop().expect("a result");
    assert!(result["roundtrip"].is_object(), "{result}");
    let reported: Vec<_> = events.iter().map(|(_, data)| words(data)).collect();
    assert!(
        reported.ends_with(&["started roundtrip".into(), "passed roundtrip".into()]),
        "{reported:?}"
    );

    let denied = Mosquitto::builder().dynamic_security(&["subscribe"]).start().await;
    admin.post("/api/connections", connection("a", &denied.url())).await;
    let report = admin.post(STORED, json!({"roundtrip": "plant/test"})).await.json();
    let error = &report["error"];
    assert_eq!((&error["stage"], &error["code"]), (&json!("roundtrip"), &json!("NOT_AUTHORIZED")));
    assert_eq!((&report["connected"], report.get("roundtrip")), (&json!(false), None), "{report}");
    assert!(report["broker"].is_object(), "the broker accepted the session: {report}");
    assert!(report["advice"].to_string().contains("publishClientSend"), "{report}");

    for (topic, why) in [
        (json!(""), "must not be empty"),
        (json!("plant/#"), "must not contain a wildcard (+, #)"),
        (json!("$SYS/broker/version"), "must not begin with $, which is reserved for the broker"),
        (json!("x".repeat(1_025)), "must be at most 1024 bytes long"),
        (json!(7), "must be a string"),
    ] {
        for path in [PATH, STORED] {
            let refused = admin.post(path, json!({"url": "mqtt://x", "roundtrip": topic})).await;
            refused.is_refusal(400, "INVALID", &format!("roundtrip: {why}"));
        }
    }
    let body = json!({"id": "b", "name": "b", "url": broker.url(), "roundtrip": "plant/test"});
    assert_eq!(admin.post("/api/connections", body).await.status, 400, "it is part of a test only");
    let report = admin.post(PATH, json!({"url": broker.url(), "roundtrip": null})).await.json();
    assert_eq!((&report["connected"], report.get("roundtrip")), (&json!(true), None));
}
