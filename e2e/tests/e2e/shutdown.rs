//! Stopping: cleanly, or at once on a second signal. The time for it is that of `ShutdownPlan`.

use bytes::Bytes;
use e2e::{Client, DEADLINE, Haltere, eventually};
use futures_util::StreamExt as _;
use haltere_testkit::Mosquitto;
use reqwest::{Body, Method};
use rustix::process::Signal;
use serde_json::json;
use tokio::sync::oneshot;

use crate::support::{connection, until_connected};

/// A POST whose body stops half way until the returned sender lets it go on.
fn half_sent(
    client: &Client,
    body: &str,
) -> (oneshot::Sender<()>, tokio::task::JoinHandle<reqwest::Result<e2e::Answer>>) {
    let (go_on, wait) = oneshot::channel::<()>();
    let (first, rest) = body.split_at(body.len() / 2);
    let (first, rest) = (Bytes::from(first.to_owned()), Bytes::from(rest.to_owned()));
    let halves = futures_util::stream::once(async { Ok::<_, std::io::Error>(first) }).chain(
        futures_util::stream::once(async {
            // A dropped sender means that the rest never comes.
            if wait.await.is_err() {
                std::future::pending::<()>().await;
            }
            Ok(rest)
        }),
    );
    let request = client
        .request(Method::POST, "/api/connections")
        .header("Content-Type", "application/json")
        .body(Body::wrap_stream(halves));
    let client = client.clone();
    let answer = tokio::spawn(async move { client.try_send(request, "/api/connections").await });
    (go_on, answer)
}

/// Waits until no connection is accepted any more.
async fn until_no_connection_is_accepted(client: &Client) {
    eventually("haltere accepts no new connections", async || {
        let fresh = client.request(Method::GET, "/healthz").header("Connection", "close");
        client.try_send(fresh, "/healthz").await.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn sigterm_finishes_requests_ends_streams_and_says_goodbye_to_brokers() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    for id in ["a", "b"] {
        let mut body = connection(id, &broker.url());
        body["credentials"] = json!({ "clientId": format!("haltere-{id}") });
        admin.post("/api/connections", &body).await.expect_status(200);
    }
    let mut events = admin.events(None).await;
    let body = connection("late", &broker.url()).to_string();
    let (go_on, answer) = half_sent(&admin, &body);
    // Once a later request has been answered, the earlier one has been accepted.
    haltere.anonymous().get("/healthz").await.expect_status(200);

    haltere.signal(Signal::TERM);
    until_no_connection_is_accepted(&haltere.anonymous()).await;
    go_on.send(()).expect("the request is under way");
    let answer = answer.await.expect("no panic").expect("the request under way is answered");
    assert!(matches!(answer.status, 200 | 202), "{}: {}", answer.status, answer.text());
    assert!(events.ends_within(DEADLINE).await, "the event stream is still open");
    let status = haltere.wait().await;
    assert!(status.success(), "{status}");

    let log = eventually("the broker has seen both links go", async || {
        let log = broker.log();
        (log.matches("Received DISCONNECT from haltere").count() >= 2).then_some(log)
    })
    .await;
    // The late one may still have been dialling, and then sends no DISCONNECT.
    let dropped = log.lines().find(|line| {
        line.contains("closed its connection") && (line.contains("-a ") || line.contains("-b "))
    });
    assert_eq!(dropped, None, "a link was just dropped");

    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "late").await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_it() {
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let (go_on, answer) = half_sent(&admin, &connection("never", "mqtt://127.0.0.1").to_string());
    drop(go_on);
    haltere.anonymous().get("/healthz").await.expect_status(200);
    haltere.stop().await;
    assert!(answer.await.expect("no panic").is_err(), "there was nothing to answer");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let (_go_on, _answer) = half_sent(&admin, &connection("held", "mqtt://127.0.0.1").to_string());
    haltere.anonymous().get("/healthz").await.expect_status(200);
    haltere.signal(Signal::INT);
    until_no_connection_is_accepted(&haltere.anonymous()).await;
    assert!(!haltere.has_ended(), "it waits for the request");
    haltere.signal(Signal::TERM);
    let status = haltere.wait().await;
    assert_eq!(status.code(), Some(128 + Signal::TERM.as_raw()), "cut short: {status}");
}
