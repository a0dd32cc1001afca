//! MQTT over WebSocket. Mosquitto's listeners bind all addresses, so they run in a network namespace.

use haltere_core::{TlsServerName, TlsSettings};
use haltere_link::LinkSpec;
use haltere_testkit::builders::trusting;
use haltere_testkit::certs::Ca;
use haltere_testkit::{Listener, Mosquitto, Peer, netns};

use crate::fleet::{Fleet, assert_row, impatient, link, short_keepalive};

#[test]
fn ws_and_wss() {
    netns::run(async {
        let fleet = Fleet::new().await;
        let ca = Ca::new("private");
        let broker = Mosquitto::builder()
            .listener(Listener::plain().websockets())
            .listener(Listener::tls(&ca.server(&["broker.example"])).websockets())
            .user("haltere", "secret")
            .start()
            .await;
        let logging_in = |url: &str| LinkSpec {
            username: Some("haltere".into()),
            password: Some(std::sync::Arc::new("secret".into())),
            ..link(url)
        };
        let ws = logging_in(&format!("{}/mqtt", broker.nth_url(0)));
        fleet.comes_up(&ws).await;
        fleet.until_facts(&ws, "$SYS over ws", |facts| facts.version.is_some()).await;

        let wss = LinkSpec {
            revision: ws.revision.next(),
            tls: TlsSettings {
                server_name: Some(TlsServerName::parse("broker.example").expect("a host name")),
                ..trusting(&ca.pem())
            },
            ..logging_in(&broker.nth_url(1))
        };
        assert!(wss.url.as_str().starts_with("wss://"));
        fleet.comes_up(&wss).await;
        let facts = fleet.until_facts(&wss, "$SYS over wss", |facts| facts.version.is_some()).await;
        assert!(facts.tls.is_some());

        let anonymous = LinkSpec { revision: wss.revision.next(), ..link(&broker.nth_url(0)) };
        assert_row(
            &*fleet.fails(&anonymous).await,
            "mqtt NOT_AUTHORIZED 135 connack ADDRESS PORT",
            broker.nth_address(0),
            "user name",
        );
        let untrusting = LinkSpec {
            revision: anonymous.revision.next(),
            tls: TlsSettings::default(),
            ..link(&broker.nth_url(1))
        };
        assert_row(
            &*fleet.fails(&untrusting).await,
            "tls UNABLE_TO_VERIFY_LEAF_SIGNATURE – – – –",
            broker.nth_address(1),
            "CA",
        );
        fleet.ends_well().await;
    });
}

#[test]
fn a_killed_broker_is_noticed_and_reconnected() {
    netns::run(async {
        let fleet = Fleet::new().await;
        let mut broker =
            Mosquitto::builder().listener(Listener::plain().websockets()).start().await;
        let spec = link(&broker.url());
        fleet.comes_up(&spec).await;
        broker.kill();
        let row = "closed ECONNCLOSED 1 on – –";
        assert_row(&*fleet.first_failure(&spec).await, row, broker.address(), "lost");
        broker.start_again().await;
        fleet.until_up(&spec).await;
        fleet.ends_well().await;
    });
}

#[test]
fn an_idle_link_stays_up() {
    netns::run(async {
        let fleet = Fleet::with(short_keepalive()).await;
        let broker = Mosquitto::builder()
            .listener(Listener::plain().websockets())
            .option("sys_interval 0")
            .start()
            .await;
        let spec = link(&broker.url());
        fleet.comes_up(&spec).await;
        let pings = "Received PINGREQ from haltere-under-test";
        haltere_testkit::wait::until("two pings", haltere_testkit::wait::DEADLINE, async || {
            (broker.log().matches(pings).count() >= 2).then_some(())
        })
        .await;
        assert_eq!(
            fleet.supervisor.history(&spec.id).iter().filter(|c| c.failure.is_some()).count(),
            0
        );
        fleet.ends_well().await;
    });
}

#[tokio::test]
async fn refused_upgrades() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (status, text) in
        [(404, "404 Not Found"), (403, "403 Forbidden"), (401, "401 Unauthorized"), (200, "200 OK")]
    {
        let web = Peer::refusing_upgrade(text).await;
        let spec = LinkSpec { revision, ..link(&web.url("ws")) };
        revision = revision.next();
        let row = format!("websocket ERR_WEBSOCKET_UPGRADE {status} upgrade ADDRESS PORT");
        assert_row(&*fleet.fails(&spec).await, &row, web.address(), &status.to_string());
    }
    fleet.ends_well().await;
}

/// A redirect is shown, and not followed.
#[tokio::test]
async fn redirected_upgrades() {
    let fleet = Fleet::new().await;
    let web = Peer::script()
        .read_http_head()
        .send("HTTP/1.1 302 Fo\u{202e}und\r\nLocation: https://b.example/mqtt\r\n\r\n")
        .close()
        .start()
        .await;
    let failure = fleet.fails(&link(&web.url("ws"))).await;
    let row = "websocket ERR_WEBSOCKET_UPGRADE 302 upgrade ADDRESS PORT";
    assert_row(&failure, row, web.address(), "redirects to \"https://b.example/mqtt\"");
    assert!(failure.message.to_string().contains("302 \"Found\""), "{}", failure.message);
    assert_eq!(web.connections(), 2, "one by the link, one by the probe");
    fleet.ends_well().await;
}

/// nginx and other proxies send more than the upgrade in their headers.
#[tokio::test]
async fn list_headers() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for lines in [
        &["Upgrade: websocket", "Connection: keep-alive, Upgrade"][..],
        &["upgrade: WebSocket", "connection: keep-alive", "connection: UPGRADE"],
    ] {
        let peer =
            Peer::script().websocket_saying(lines).read_connect().connack(0).serve().start().await;
        let spec = LinkSpec { revision, ..link(&peer.url("ws")) };
        revision = revision.next();
        fleet.comes_up(&spec).await;
    }
    let peer = Peer::script()
        .websocket_saying(&["Upgrade: websocket", "Connection: keep-alive"])
        .hold()
        .start()
        .await;
    let failure = fleet.fails(&LinkSpec { revision, ..link(&peer.url("ws")) }).await;
    let row = "websocket ERR_WEBSOCKET_UPGRADE – upgrade ADDRESS PORT";
    assert_row(&failure, row, peer.address(), "Connection: Upgrade");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_service_that_speaks_text() {
    let fleet = Fleet::new().await;
    let peer = Peer::script().websocket().read_some().say("{\"hello\":1}").hold().start().await;
    let failure = fleet.fails(&link(&peer.url("ws"))).await;
    let row = "mqtt EPROTO -71 connack ADDRESS PORT";
    assert_row(&failure, row, peer.address(), "text message");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_silent_listener() {
    let fleet = Fleet::with(impatient()).await;
    let peer = Peer::silent().await;
    let failure = fleet.fails(&link(&peer.url("ws"))).await;
    assert_row(
        &failure,
        "websocket ETIMEDOUT -110 connack ADDRESS PORT",
        peer.address(),
        "WebSocket",
    );
    fleet.ends_well().await;
}

#[tokio::test]
async fn ports_that_speak_something_else() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::builder()
        .listener(Listener::plain())
        .listener(Listener::tls(&Ca::new("private").server(&["127.0.0.1"])))
        .start()
        .await;
    let (plain, tls) = (broker.nth_address(0), broker.nth_address(1));
    let mut revision = link("mqtt://x").revision;
    for (url, row, peer, word) in [
        (format!("ws://{plain}"), "websocket ECONNRESET -104 read – –", plain, "mqtt://"),
        (format!("ws://{tls}"), "websocket ECONNRESET -104 read – –", tls, "wss://"),
        (
            format!("wss://{plain}"),
            "tls ECONNRESET -104 read – –",
            plain,
            "is this port meant for TLS?",
        ),
    ] {
        let spec = LinkSpec { revision, ..link(&url) };
        revision = revision.next();
        assert_row(&*fleet.fails(&spec).await, row, peer, word);
    }
    fleet.ends_well().await;
}
