//! The route, driven through the real router.

use std::time::Duration;

use futures_util::StreamExt as _;
use haltere_core::Role;
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::wait::{DEADLINE, within};
use haltere_testkit::{Ca, Mosquitto, Peer};
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::extract::coding::{self, Coding};
use crate::test_support::{TestApi, closed_port, connection, encoded};

const PATH: &str = "/api/connection-import";

fn mmc(connections: &[Value]) -> Value {
    json!({
        "connections": connections,
        "tools": {"streamsheets": {"instances": []}},
        "plugins": [{"id": "tls"}],
        "themes": [],
    })
}

#[tokio::test]
async fn a_config_json_with_all_its_oddities_moves_in() {
    let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
    let admin = api.role(Role::ConnectionManager).await;
    let ca = encoded(&Ca::new("factory").pem());
    let (url, _port) = closed_port();
    let file = mmc(&[
        json!({"id": "a", "name": " Press 4 ", "url": broker.url(), "rejectUnauthorized": "false",
            "credentials": {"username": "", "password": ""}, "noMetricsMode": "true",
            "status": {"connected": false, "error": {"errno": "x"}, "timestamp": "soon"}}),
        json!({"id": "b", "name": "Press 5", "url": url, "ca": {"data": ca["data"], "endoding": "base64"},
            "cert": null, "credentials": {"username": "u", "password": null},
            "caFile": "/etc/ca.pem", "keyFile": "/etc/key.pem", "cluster": "x", "supportsRestart": true}),
        json!({"name": "Press 6", "url": url}),
    ]);
    let plan = admin.post("/api/connection-import?dryRun=true", file.clone()).await;
    assert_eq!(plan.status, 200, "{}", plan.text);
    assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);

    let done = admin.post(PATH, file.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let (mut plan, mut report) = (plan.json(), done.json());
    assert_eq!(
        (&report["source"], &report["create"], &report["notTakenOver"]),
        (&json!("mmc"), &json!(3), &json!(["tools", "plugins", "themes"]))
    );
    assert_eq!(
        report["entries"][1]["notes"],
        json!([
            "keyFile: is kept, but the file is not read; give what is in it as key",
            "supportsRestart: is not taken over",
            "cluster: is not taken over",
        ])
    );
    let made = report["entries"][2]["id"].take();
    assert!(made.is_string(), "{made}");
    plan["entries"][2]["id"] = Value::Null;
    plan["done"] = json!(true);
    assert_eq!(plan, report, "the plan is what was done");

    let list = admin.get("/api/connections").await.json();
    let shown = &list[0];
    assert_eq!(
        (&shown["name"], &shown["rejectUnauthorized"], &shown["noMetricsMode"]),
        (&json!("Press 4"), &json!(false), &json!(true))
    );
    assert!(shown.get("credentials").is_none());
    assert_eq!((&list[1]["ca"], &list[1]["caFile"]), (&ca, &json!("/etc/ca.pem")));
    assert_eq!(list[1]["credentials"], json!({"username": "u"}));

    // The list that the management center answers is a file, too.
    let again = admin.post(PATH, list).await;
    let report = again.json();
    assert_eq!((&report["source"], &report["skip"]), (&json!("list"), &json!(3)), "{report}");
}

#[tokio::test]
async fn every_fault_of_every_entry_is_named_and_nothing_is_stored() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let good = connection("good", "mqtt://broker.example");
    let file = mmc(&[
        good,
        json!({"id": "..", "url": "mqtt://h:70000", "rejectUnauthorized": "yes", "colour": 1}),
        json!("text"),
        json!({"id": "good", "name": "Other", "url": "mqtt://h"}),
        json!({"name": "n", "url": "mqtt://h", "key": {"data": "hunter2"}}),
    ]);
    let response = admin.post(PATH, file.clone()).await;
    assert_eq!(response.status, 400);
    let body = response.json();
    let message = body["message"].as_str().expect("a message");
    assert!(
        message.starts_with(
            "4 of 5 entries are refused, and nothing was stored: connections[1] (\"..\"): "
        ),
        "{message}"
    );
    assert!(message.ends_with("; and 1 more"), "{message}");
    let faults = |position: usize| body["report"]["entries"][position]["faults"].clone();
    assert_eq!(
        faults(1),
        json!([
            "name: is missing",
            "id: must not be \".\" or \"..\"",
            "url: port 70000 is out of range",
            "rejectUnauthorized: must be true or false",
            "colour: unknown property",
        ])
    );
    assert_eq!(faults(2), json!(["must be an object"]));
    assert_eq!(faults(3), json!(["id: is that of connections[0], too"]));
    assert_eq!(faults(4), json!(["key.data: must be base64"]));
    assert!(!response.text.contains("hunter2"));
    assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);

    let plan = admin.post("/api/connection-import?dryRun=true", file).await;
    assert_eq!((plan.status.as_u16(), &plan.json()), (200, &body["report"]));
}

#[tokio::test]
async fn what_is_no_file_of_ours_is_refused_as_a_whole() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for (body, message) in [
        ("", "the file is empty"),
        ("{\"connections\": [", "malformed JSON at line 1, column 17"),
        ("{\"connections\": []} x", "malformed JSON at line 1, column 21"),
        ("7", "must be an object or a list of connections"),
        (
            "{}",
            "connections: is missing; this is neither a config.json of the management center for Mosquitto nor an export of haltere",
        ),
        ("{\"connections\": {}}", "connections: must be a list"),
        ("{\"connections\": [], \"connections\": []}", "connections: is given twice"),
        ("{\"format\": \"x\", \"connections\": []}", "format: must be \"haltere-connections\""),
        (
            "{\"format\": \"haltere-connections\", \"formatVersion\": 2, \"connections\": []}",
            "formatVersion: 2 is newer than this haltere, which reads 1",
        ),
    ] {
        let response = admin.text(Method::POST, PATH, "application/json", body).await;
        response.is_refusal(400, "INVALID", message);
    }
    let brackets = format!("[{}{{}}]", "{},".repeat(20_000));
    let response = admin.text(Method::POST, PATH, "application/json", &brackets).await;
    response.is_refusal(400, "INVALID", "connections: are more than 20000");
    let large = format!("[{{\"x\": \"{}\"}}]", "x".repeat(1024 * 1024));
    let response = admin.text(Method::POST, PATH, "application/json", &large).await;
    assert!(response.text.contains("connections[0]: is larger than 1 MiB"), "{}", response.text);
    let response = admin.text(Method::POST, PATH, "text/plain", "{}").await;
    assert_eq!(response.status, 415);
    admin.post("/api/connection-import?dryRun=yes", json!([])).await.is_refusal(
        400,
        "INVALID",
        "dryRun: must be true or false",
    );
}

#[tokio::test]
async fn the_body_may_be_large_and_not_endless() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let padded =
        |bytes: usize| format!("{{\"themes\": \"{}\", \"connections\": []}}", "x".repeat(bytes));
    let response = admin.text(Method::POST, PATH, "application/json", &padded(95 << 20)).await;
    assert_eq!(
        (response.status.as_u16(), &response.json()["notTakenOver"]),
        (200, &json!(["themes"]))
    );
    let response = admin.text(Method::POST, PATH, "application/json", &padded(96 << 20)).await;
    response.is_refusal(413, "INVALID", "the body is larger than 96 MiB");
    // Everywhere else the bound is what it was.
    let body = padded(2 << 20);
    let response = admin.text(Method::POST, "/api/connections", "application/json", &body).await;
    response.is_refusal(413, "INVALID", "the body is larger than 1 MiB");
}

/// On an idle server, whatever the size: it comes in pieces, as over the wire.
#[tokio::test]
async fn a_file_of_any_size_within_the_bound_is_taken_packed_or_not() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (start, end) = (&b"{\"themes\": \""[..], &b"\", \"connections\": []}"[..]);
    let filling = vec![b'x'; 1 << 20];
    // One file behind the other is one file, for gzip.
    let packed = |bytes: &[u8]| coding::tests::packed(Coding::Gzip, bytes);
    let plain = [start.to_vec(), filling.clone(), end.to_vec()];
    let packed = [packed(start), packed(&filling), packed(end)];
    let forms = [(false, true, &plain), (false, false, &plain), (true, true, &packed)];
    for (mebibytes, status) in [(95, 200), (96, 413)] {
        for (is_packed, announces, [start, filling, end]) in forms {
            let middle = std::iter::repeat_n(filling.clone(), mebibytes);
            let pieces = std::iter::once(start.clone()).chain(middle).chain([end.clone()]);
            let length = start.len() + filling.len() * mebibytes + end.len();
            let pieces = pieces.map(|piece| Ok::<_, std::io::Error>(bytes::Bytes::from(piece)));
            let body = axum::body::Body::from_stream(futures_util::stream::iter(pieces));
            let mut request = Request::post(PATH).header(CONTENT_TYPE, "application/json");
            if is_packed {
                request = request.header(CONTENT_ENCODING, "gzip");
            }
            if announces {
                request = request.header(CONTENT_LENGTH, length);
            }
            let response = admin.open(request.body(body).unwrap()).await;
            let got = response.status().as_u16();
            let text = response.into_body().collect().await.expect("a body").to_bytes();
            let text = String::from_utf8_lossy(&text);
            assert_eq!(got, status, "{mebibytes} MiB {is_packed} {announces}: {text}");
            assert_eq!(text.contains("larger than 96 MiB"), status == 413, "{text}");
        }
    }
}

#[tokio::test]
async fn the_report_of_a_stream_counts_as_a_response_until_the_stream_ends() {
    let limit = Duration::from_mins(10);
    let api = TestApi::start_with(|config| config.link.connect_timeout = limit).await;
    let (admin, peer) = (api.admin().await, Peer::silent().await);
    let request = Request::post(PATH).header(ACCEPT, "text/event-stream");
    let request = request.header(CONTENT_TYPE, "application/json");
    let themes = "x".repeat(256 * 1024);
    let file = json!({"themes": themes, "connections": [connection("a", &peer.url("mqtt"))]});
    let file = file.to_string();
    let bytes = file.len();
    let response = admin.open(request.body(file.into()).unwrap()).await;
    assert_eq!(api.state.response_memory.held(), bytes, "as much as the report may have");
    let mut stream = response.into_body().into_data_stream();
    within("an event", DEADLINE, stream.next()).await.expect("it goes on").expect("a chunk");
    assert_eq!(api.state.response_memory.held(), bytes);
    drop(stream);
    assert_eq!(api.state.response_memory.held(), 0);
}

#[tokio::test]
async fn the_limit_has_the_words_of_the_contract() {
    let api = TestApi::start_with(|config| config.settings.connections_max = 1).await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let file = json!([connection("a", &url), connection("b", &url)]);
    // A plan says it, too.
    let plan = admin.post(&format!("{PATH}?dryRun=true"), file.clone()).await.json();
    let response = admin.post(PATH, file).await;
    let message = response.json()["message"].as_str().expect("a message").to_owned();
    assert_eq!(response.status, 403);
    assert!(message.starts_with("Maximum number of connections reached"), "{message}");
    assert_eq!(plan["exceeds"], message);
}

#[tokio::test]
async fn an_import_streams_its_progress() {
    let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let mut connections: Vec<_> =
        (0..10).map(|n| connection(&format!("up-{n}"), &broker.url())).collect();
    connections.extend((0..5).map(|n| connection(&format!("dead-{n}"), &url)));
    let request = Request::post(PATH).header(ACCEPT, "text/event-stream");
    let request = request.header(CONTENT_TYPE, "application/json");
    let response = admin.open(request.body(mmc(&connections).to_string().into()).unwrap()).await;
    assert_eq!(
        (response.status().as_u16(), response.headers()[CONTENT_TYPE].as_bytes()),
        (200, &b"text/event-stream"[..])
    );
    // The stream ends by itself once every link has had its first outcome.
    let text = response.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(text.to_vec()).expect("UTF-8");
    let events: Vec<(&str, Value)> = text
        .split("\n\n")
        .filter_map(|block| block.strip_prefix("event: ")?.split_once("\ndata: "))
        .map(|(name, data)| (name, serde_json::from_str(data).expect("JSON")))
        .collect();
    let reports: Vec<_> = events.iter().filter(|(name, _)| *name == "report").collect();
    assert_eq!((reports.len(), &reports[0].1["create"]), (1, &json!(15)), "{text}");
    let (name, links) = events.last().expect("an event");
    let expected = json!({"connected": 10, "failed": 5, "disconnected": 0, "pending": 0});
    assert_eq!((*name, links), ("links", &expected));
    assert!(api.app.app.ready().is_ready());
}

#[tokio::test]
async fn one_at_a_time() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    // A body that does not come holds the one permit.
    let (feed, slow) = tokio::sync::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(1);
    let slow =
        futures_util::stream::unfold(slow, |mut slow| async { Some((slow.recv().await?, slow)) });
    let request = Request::post(PATH).header(CONTENT_TYPE, "application/json");
    let request = request.body(axum::body::Body::from_stream(slow)).unwrap();
    let first = admin.open(request);
    let second = async {
        feed.send(Ok(bytes::Bytes::from_static(b"["))).await.expect("a reader");
        // Full again, so the first byte has been taken: the first import is under way.
        feed.send(Ok(bytes::Bytes::from_static(b" "))).await.expect("a reader");
        let response = admin.post(PATH, json!([connection("a", &url)])).await;
        feed.send(Ok(bytes::Bytes::from_static(b"]"))).await.expect("a reader");
        drop(feed);
        response
    };
    let (first, second) = tokio::join!(first, second);
    second.is_refusal(409, "CONFLICT", "another import is under way; try again when it has ended");
    assert_eq!(first.status(), 200);
    assert_eq!(admin.post(PATH, json!([connection("a", &url)])).await.status, 200);
}

/// Whatever haltere writes, it reads again: here, as many connections as there may be by default, each with
/// a CA, a certificate and an RSA key of its own.
#[tokio::test]
async fn an_export_of_a_whole_fleet_is_not_too_large_to_come_back() {
    const FLEET: usize = 10_000;
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let workshop = Workshop::new();
    let ca = workshop.ca("the authority of one of our plants", Key::Rsa2048);
    let client = ca.issue("haltere.plant.example", Key::Rsa2048);
    let mut body = connection("0001", &url);
    body["credentials"] = json!({"username": "haltere", "password": "correct horse battery"});
    body["ca"] = encoded(ca.pem());
    body["cert"] = encoded(&client.cert_pem);
    body["key"] = encoded(&client.key_pem);
    assert_eq!(admin.post("/api/connections", body).await.status, 202);
    let export = admin.get("/api/connection-export?secrets=include").await;
    let fleet = export.text.len() * FLEET;
    assert!(fleet < super::file::MAX_BYTES, "{} MB", fleet / 1_000_000);
}

#[tokio::test]
async fn a_request_for_a_stream_is_recognized_in_any_spelling() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for accept in ["text/event-stream", "application/json;q=0.5, Text/Event-Stream;q=1"] {
        let request = Request::post(PATH).header(ACCEPT, accept);
        let request = request.header(CONTENT_TYPE, "application/json");
        let response = admin.open(request.body("[]".into()).unwrap()).await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream", "{accept}");
    }
}

#[tokio::test]
async fn the_stream_of_an_import_ends_with_the_session() {
    // Long enough that nothing else can end it.
    let limit = Duration::from_mins(10);
    let api = TestApi::start_with(|config| config.link.connect_timeout = limit).await;
    let (admin, peer) = (api.admin().await, Peer::silent().await);
    let request = Request::post(PATH).header(ACCEPT, "text/event-stream");
    let request = request.header(CONTENT_TYPE, "application/json");
    let body = json!([connection("a", &peer.url("mqtt"))]).to_string();
    let response = admin.open(request.body(body.into()).unwrap()).await;
    let mut stream = response.into_body().into_data_stream();
    let mut text = String::new();
    // Its link is on its way, for as long as it takes.
    while !text.contains("\"pending\":1") {
        let chunk = within("an event", DEADLINE, stream.next()).await.expect("it goes on");
        text += std::str::from_utf8(&chunk.expect("a chunk")).expect("UTF-8");
    }
    assert_eq!(admin.get("/logout").await.status, 302);
    within("the end of the stream", DEADLINE, async { while stream.next().await.is_some() {} })
        .await;
    assert_eq!(api.admin().await.get("/api/connections").await.ids(), ["a"], "it stays imported");
}

#[tokio::test]
async fn credentials_and_paths_in_urls_are_moved_and_said() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let entry = |id: &str, url: &str| json!({"id": id, "name": id, "url": url});
    let mut kept = entry("kept", "mqtt://v:other@127.0.0.1:1");
    kept["credentials"] = json!({"username": "u", "password": "hunter2"});
    let mut filled = entry("filled", "mqtt://u:p%40ss@127.0.0.1:1");
    filled["credentials"] = json!({"clientId": "c"});
    let file = json!([
        entry("moved", "mqtt://u:p%40ss@127.0.0.1:1"),
        entry("path", "mqtts://127.0.0.1:1/mqtt?x=1"),
        entry("websocket", "ws://127.0.0.1:1/mqtt"),
        kept,
        filled,
    ]);
    let report = admin.post("/api/connection-import", file).await;
    assert_eq!(report.status, 200, "{}", report.text);
    assert!(!report.text.contains("p@ss") && !report.text.contains("p%40ss"), "{}", report.text);
    let note = |position: usize| report.json()["entries"][position]["notes"][0].to_string();
    assert!(note(0).contains("were moved from it to credentials"), "{}", note(0));
    assert!(note(1).contains("the path was dropped"), "{}", note(1));
    assert_eq!(note(2), "null");
    assert!(note(3).contains("are not taken over, as credentials has its own"), "{}", note(3));
    let stored = admin.get("/api/connections").await.json();
    let shown = |position: usize| (&stored[position]["url"], &stored[position]["credentials"]);
    let url = json!("mqtt://127.0.0.1:1");
    assert_eq!(shown(0), (&url, &json!({"username": "u", "password": "p@ss"})));
    assert_eq!(shown(1).0, &json!("mqtts://127.0.0.1:1"));
    assert_eq!(shown(2).0, &json!("ws://127.0.0.1:1/mqtt"));
    assert_eq!(shown(3), (&url, &json!({"username": "u", "password": "hunter2"})));
    let all = json!({"username": "u", "password": "p@ss", "clientId": "c"});
    assert_eq!(shown(4), (&url, &all));
}

#[tokio::test]
async fn only_the_good_ones_move_in_when_that_is_asked_for() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let file = json!([
        connection("a", &url),
        {"id": "b", "name": "B", "url": "mqtt://u:secret/word@host"},
        connection("c", &url),
    ]);
    let refused = admin.post("/api/connection-import", file.clone()).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(!refused.text.contains("secret"), "{}", refused.text);
    let path = "/api/connection-import?onlyGood=true";
    let plan = admin.post(&format!("{path}&dryRun=true"), file.clone()).await.json();
    assert_eq!(
        (&plan["done"], &plan["create"], &plan["refuse"]),
        (&json!(false), &json!(2), &json!(1))
    );
    assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);
    let done = admin.post(path, file.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let report = done.json();
    assert_eq!(
        (&report["done"], &report["create"], &report["refuse"]),
        (&json!(true), &json!(2), &json!(1))
    );
    assert_eq!(report["entries"][1]["outcome"], "refuse");
    assert_eq!(admin.get("/api/connections").await.ids(), ["a", "c"]);
    let again = admin.post(path, file).await.json();
    assert_eq!(
        (&again["create"], &again["skip"], &again["refuse"]),
        (&json!(0), &json!(2), &json!(1))
    );
    let unclear = admin.post("/api/connection-import?onlyGood=yes", json!([])).await;
    unclear.is_refusal(400, "INVALID", "onlyGood: must be true or false");
}

#[tokio::test]
async fn a_password_in_a_url_is_not_quoted() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for url in ["mqtt://u:hunter2@host", "mqtt://u:99999/hunter2@host", "mqtt://u:hunter2#x@host"] {
        for path in ["/api/connections", "/api/connection-test"] {
            let refused = admin.post(path, json!({"name": "a", "url": url})).await;
            let why = "url: must not contain a user name or password; use credentials.username and credentials.password";
            refused.is_refusal(400, "INVALID", why);
        }
    }
}
