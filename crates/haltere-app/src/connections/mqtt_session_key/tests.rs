use haltere_core::{ConnectionPatch, FieldChange, Role};
use haltere_testkit::builders::{self, mqtt_text, url};
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{Mosquitto, ports};

use super::super::fixture::{id, new, with_credentials};
use super::super::{Advice, ConnectionError, CreateError, NewConnection, Secrets, UpdateError};
use super::*;
use crate::testing::TestApp;

const TAKEN: &str = "credentials.clientId: the connection \"Name of a\" (id \"a\") has it at the same broker, and each would end the other's session";

fn with(client_id: &str, id: &str, url: &str) -> NewConnection {
    with_credentials(new(id, url), builders::client_id(client_id))
}

fn naming(client_id: &str) -> ConnectionPatch {
    ConnectionPatch {
        client_id: FieldChange::Set(mqtt_text(client_id)),
        ..ConnectionPatch::default()
    }
}

fn at(text: &str) -> ConnectionPatch {
    ConnectionPatch { url: Some(url(text)), ..ConnectionPatch::default() }
}

async fn create(app: &TestApp, new: NewConnection) -> Result<(), CreateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().create(&ctx, new, Secrets::Omit).await.map(drop)
}

async fn patch(app: &TestApp, text: &str, patch: ConnectionPatch) -> Result<(), UpdateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().patch(&ctx, &id(text), patch, Secrets::Omit).await.map(drop)
}

#[test]
fn equivalent_urls_are_the_same_broker() {
    let key = |text: &str| MqttSessionKey::at(&url(text), None, "x");
    for (one, other) in [
        ("mqtt://broker.example", "mqtt://BROKER.example.:1883/"),
        ("mqtt://broker.example:8883", "mqtts://broker.example"),
        ("ws://broker.example:9001", "mqtt://broker.example:9001"),
        ("mqtt://[::ffff:10.0.0.1]", "mqtt://10.0.0.1"),
    ] {
        assert_eq!(key(one), key(other), "{one} {other}");
    }
    for (one, other) in [
        ("mqtt://broker.example", "mqtts://broker.example"),
        ("mqtt://broker.example", "mqtt://other.example"),
        // A proxy distinguishes them.
        ("wss://broker.example/one", "wss://broker.example/two"),
    ] {
        assert_ne!(key(one), key(other), "{one} {other}");
    }
    assert_ne!(key("mqtt://b"), MqttSessionKey::at(&url("mqtt://b"), None, "X"));
    // With TLS, a proxy distinguishes them by the server name.
    let named = |text: &str, name| MqttSessionKey::at(&url(text), Some(name), "x");
    assert_ne!(named("mqtts://b", "one"), named("mqtts://b", "two"));
    assert_eq!(named("mqtts://b", "b"), key("mqtts://b"));
    assert_eq!(named("mqtt://b", "one"), key("mqtt://b"));
}

#[tokio::test]
async fn a_client_id_is_given_once_at_a_broker() {
    let app = TestApp::start().await;
    let port = ports::ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into());
    let here = format!("mqtt://{}", port.address());
    let there = format!("mqtt://localhost:{}", port.address().port());
    create(&app, with("x", "a", &here)).await.expect("the first");
    // What should be down takes its key all the same.
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.connections().disconnect(&ctx, &id("a"), Secrets::Omit).await.unwrap();

    let before = app.audit().await.len();
    let refused = create(&app, with("x", "b", &here.replace("mqtt:", "mqtts:"))).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    let known = app.app.connections().get(&ctx, &id("b"), Secrets::Omit).await;
    assert!(matches!(known, Err(ConnectionError::NotFound)), "nothing is stored");
    assert_eq!(app.audit().await.len(), before);

    create(&app, with("x", "b", &there)).await.expect("another broker");
    create(&app, with("y", "c", &here)).await.expect("another client id");
    create(&app, new("d", &here)).await.expect("one that haltere makes");
    let refused = patch(&app, "b", at(&here)).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    let refused = patch(&app, "c", naming("x")).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    patch(&app, "a", naming("x")).await.expect("it is its own");
    // The key of the overwritten connection is free, that of another one is not.
    create(&app, with("y", "c", &here)).await.expect("overwritten");
    let refused = create(&app, with("x", "c", &here)).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    // What the contract says of ids and names goes first.
    let refused = create(&app, with("x", "a", &here)).await;
    assert!(matches!(refused, Err(CreateError::AlreadyExists)), "{refused:?}");

    app.app.connections().delete(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    patch(&app, "c", naming("x")).await.expect("it is free");
}

#[tokio::test]
async fn a_generated_client_id_is_taken_too() {
    let app = TestApp::start().await;
    let port = ports::ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into());
    let here = format!("mqtt://{}", port.address());
    create(&app, new("a", &here)).await.expect("the first");
    let generated = |id: &str| generated_client_id(&app.app.0.shared.fleet.instance, id);
    let of_a = generated("a");
    let before = app.audit().await.len();
    let refused = create(&app, with(&of_a, "b", &here)).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    let known = app.app.connections().get(&app.ctx(Role::Viewer), &id("b"), Secrets::Omit).await;
    assert!(matches!(known, Err(ConnectionError::NotFound)), "nothing is stored");
    assert_eq!(app.audit().await.len(), before);

    create(&app, new("b", &here)).await.expect("with one of its own");
    let refused = patch(&app, "b", naming(&of_a)).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);
    patch(&app, "b", naming(&generated("b"))).await.expect("it has that already");
    patch(&app, "b", naming(&generated("later"))).await.expect("of a connection that isn't there");
    let there = here.replace("127.0.0.1", "localhost");
    create(&app, with(&of_a, "elsewhere", &there)).await.expect("another broker");
    let refused = patch(&app, "elsewhere", at(&here)).await;
    assert_eq!(refused.unwrap_err().to_string(), TAKEN);

    // The other way round.
    let of_later = "credentials.clientId: the connection \"Name of b\" (id \"b\") has the one that haltere generates for this connection at the same broker, and each would end the other's session";
    let refused = create(&app, new("later", &here)).await;
    assert_eq!(refused.unwrap_err().to_string(), of_later);
    create(&app, with("y", "later", &here)).await.expect("with another one");
    let none = ConnectionPatch { client_id: FieldChange::Clear, ..ConnectionPatch::default() };
    let refused = patch(&app, "later", none).await;
    assert_eq!(refused.unwrap_err().to_string(), of_later);
}

#[tokio::test]
async fn of_two_at_once_one_is_stored() {
    let app = TestApp::start().await;
    let port = ports::ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into());
    let here = format!("mqtt://{}", port.address());
    let both = ["a", "b"].map(|id| create(&app, with("x", id, &here)));
    let [one, other] = both;
    let (one, other) = tokio::join!(one, other);
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
}

/// Stored by an older version, which had no such rule.
#[tokio::test]
async fn two_that_are_stored_can_be_edited_and_advice_names_the_other() {
    let app = TestApp::start().await;
    let broker = Mosquitto::plain().await;
    create(&app, with("x", "a", &broker.url())).await.unwrap();
    create(&app, with("y", "b", &broker.url())).await.unwrap();
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    let mut row = tx.connections().find(&id("b")).await.unwrap().unwrap();
    row.client_id = Some("x".to_owned());
    row.revision = row.revision.next();
    tx.connections().update(&row).await.unwrap();
    tx.commit().await.unwrap();

    let ctx = app.ctx(Role::Viewer);
    let advice = until("the change to be noticed", DEADLINE, async || {
        let advice = app.app.connections().advice(&ctx, &id("b")).unwrap().advice;
        advice.first().map(ToString::to_string).filter(|line| line.contains("client id"))
    })
    .await;
    assert!(advice.contains("\"Name of a\" (id \"a\")"), "{advice}");
    let limited = ctx.clone().seeing(Visibility::of(["b"]));
    let advice = app.app.connections().advice(&limited, &id("b")).unwrap().advice;
    assert!(
        advice[0].to_string().starts_with("The client id is that of another connection at"),
        "{advice:?}"
    );
    let renamed =
        ConnectionPatch { name: Some(builders::name("Renamed")), ..ConnectionPatch::default() };
    patch(&app, "b", renamed).await.expect("the rule is about what changes");
    patch(&app, "b", naming("z")).await.expect("corrected");
    let advice = app.app.connections().advice(&ctx, &id("a")).unwrap().advice;
    let is_shared = |line: &Advice| matches!(line, Advice::SameClientId { .. });
    assert!(!advice.iter().any(is_shared), "{advice:?}");
}

#[tokio::test]
async fn a_test_of_something_new_does_not_take_a_session_either() {
    let app = TestApp::start().await;
    let broker = Mosquitto::plain().await;
    create(&app, with("x", "a", &broker.url())).await.unwrap();
    let ctx = app.ctx(Role::ConnectionManager);
    let test = app
        .app
        .connections()
        .prepare_test(&ctx, with("x", "b", &broker.url()), None)
        .await
        .unwrap();
    let report = test.run(|_| {}).await.expect("no shutdown");
    assert_eq!(report.probe.failure, None);
    assert!(report.advice.contains(&Advice::TestedWithOtherId), "{report:?}");
    // Of letters and digits, as that id is.
    let own = broker.log().lines().any(|line| {
        let id = line.split_once(" as x").and_then(|(_, id)| id.split(' ').next());
        id.is_some_and(|id| id.len() == 6 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    });
    assert!(own, "{}", broker.log());
    assert!(!broker.log().contains("already connected"), "{}", broker.log());
}
