//! MQTT over TCP: accepted and refused sessions.

use std::sync::Arc;

use haltere_core::{LinkState, ProtocolVersion, Secret, Timestamp, TlsSettings};
use haltere_link::{Audience, Circumstances, LinkConfig, LinkSpec, ResolverSource};
use haltere_testkit::builders::trusting;
use haltere_testkit::certs::Ca;
use haltere_testkit::faulty::DnsAnswer;
use haltere_testkit::wait::{self, DEADLINE};
use haltere_testkit::{DnsServer, Listener, Mosquitto, Peer};

use crate::fleet::{Fleet, assert_row, link, quick, texts};

fn logging_in(spec: LinkSpec, username: &str, password: &str) -> LinkSpec {
    let password = Arc::new(Secret::from(password));
    LinkSpec { username: Some(username.into()), password: Some(password), ..spec }
}

#[tokio::test]
async fn a_broker_is_up_and_its_version_and_uptime_are_known() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    let spec = link(&broker.url());
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "$SYS", |f| f.version.is_some() && f.started_at.is_some());
    let facts = facts.await;
    let version = facts.version.as_deref().unwrap_or_default();
    assert!(version.contains('.'), "{version:?}");
    assert_eq!(facts.protocol_version, ProtocolVersion::V5);
    assert_eq!((&facts.tls, facts.skipped_messages), (&None, 0));
    let history = fleet.supervisor.history(&spec.id);
    assert_eq!(history.first().map(|change| change.state.as_str()), Some("online"), "{history:?}");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_without_sys_topics_is_up() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::builder().option("sys_interval 0").start().await;
    fleet.comes_up(&link(&broker.url())).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn host_names_and_both_families_of_addresses() {
    let fleet = Fleet::new().await;
    let v4 = Mosquitto::plain().await;
    fleet.comes_up(&link(&v4.url_as("localhost"))).await;
    let v6 = Mosquitto::builder().listener(Listener::plain().v6()).start().await;
    assert!(v6.url().starts_with("mqtt://[::1]:"));
    fleet
        .comes_up(&LinkSpec { revision: link("mqtt://x").revision.next(), ..link(&v6.url()) })
        .await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    let broker = Mosquitto::plain().await;
    // The broker listens only on 127.0.0.1.
    let addresses = ["127.0.0.9", "127.0.0.1"].map(|ip| ip.parse().unwrap());
    let dns =
        DnsServer::knowing(&[("broker.test", DnsAnswer::Addresses(addresses.to_vec()))]).await;
    let resolver = ResolverSource::NameServer(dns.address());
    let fleet = Fleet::with(LinkConfig { resolver, ..quick() }).await;
    fleet.comes_up(&link(&broker.url_as("broker.test"))).await;
    assert!(dns.asked().contains(&"broker.test".to_owned()), "{:?}", dns.asked());
    fleet.ends_well().await;
}

#[tokio::test]
async fn right_wrong_and_missing_passwords() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::builder().user("haltere", "right").start().await;
    let row = "mqtt NOT_AUTHORIZED 135 connack ADDRESS PORT";

    let missing = link(&broker.url());
    assert_row(&*fleet.fails(&missing).await, row, broker.address(), "user name");
    let wrong = LinkSpec {
        revision: missing.revision.next(),
        ..logging_in(missing.clone(), "haltere", "s3cr3t-guess")
    };
    let failure = fleet.fails(&wrong).await;
    assert_row(&failure, row, broker.address(), "user name");
    assert!(
        !failure.message.to_string().contains("s3cr3t"),
        "the password is in {}",
        failure.message
    );

    // Refused credentials are retried slowly; an edit must wake the link at once.
    let right =
        LinkSpec { revision: wrong.revision.next(), ..logging_in(missing, "haltere", "right") };
    fleet.comes_up(&right).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn refused_credentials_are_retried_slowly() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::builder().user("haltere", "right").start().await;
    let status = fleet.first_outcome(&link(&broker.url())).await;
    let LinkState::Waiting { until, .. } = status.state else { panic!("{status:?}") };
    let pause = until.duration_since(status.since.at()).as_secs();
    assert!((30..=60).contains(&pause), "{pause} s");
    fleet.ends_well().await;
}

#[tokio::test]
async fn the_content_of_connect() {
    let fleet = Fleet::new().await;
    let peer = Peer::healthy().await;
    fleet.comes_up(&logging_in(link(&peer.url("mqtt")), "u", "p")).await;
    let connect = peer.connects().pop().expect("one CONNECT");
    assert_eq!((connect.level, connect.client_id.as_str()), (5, "haltere-under-test"));
    assert_eq!((connect.clean, connect.keepalive), (true, 30));
    assert_eq!(connect.username.as_deref(), Some("u"));
    assert_eq!(connect.password.as_deref(), Some(&b"p"[..]));
    fleet.ends_well().await;
}

#[tokio::test]
async fn brokers_that_speak_only_3_1_1() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (how, refusal) in [
        ("as 3.1.1 demands", &[0x20, 2, 0, 1][..]),
        ("with a code of MQTT 5", &[0x20, 3, 0, 0x84, 0]),
        ("in the shape of MQTT 5 with the old code", &[0x20, 3, 0, 1, 0]),
        ("with a DISCONNECT", &[0xe0, 2, 0x84, 0]),
        ("with a DISCONNECT without properties", &[0xe0, 1, 0x84]),
        ("by closing", &[]),
        ("with a code of MQTT 5, without properties", &[0x20, 2, 0, 0x84]),
        ("by accepting with a CONNACK of 3.1.1", &[0x20, 2, 0, 0]),
    ] {
        let peer =
            Peer::script().read_connect().refuse_v5(refusal).connack(0).serve().start().await;
        let spec = LinkSpec { revision, ..link(&peer.url("mqtt")) };
        revision = revision.next();
        fleet.want(&spec);
        fleet.until_up(&spec).await;
        let facts = fleet.until_facts(&spec, how, |_| true).await;
        assert_eq!(facts.protocol_version, ProtocolVersion::V3_1_1, "{how}");
        let levels: Vec<_> = peer.connects().iter().map(|connect| connect.level).collect();
        assert_eq!(levels, [5, 4], "{how}");
    }
    fleet.ends_well().await;
}

/// A parser of MQTT 3 reads up to the protocol level and closes. The rest of CONNECT is unread, so the
/// client gets a reset.
#[tokio::test]
async fn brokers_that_speak_only_3_1_1_and_reset_the_connection() {
    let ca = Ca::new("private");
    let identity = ca.server(&["127.0.0.1"]);
    for (scheme, start) in [
        ("mqtt", Peer::script()),
        ("mqtts", Peer::script().tls(&identity)),
        ("ws", Peer::script().websocket()),
        ("wss", Peer::script().tls(&identity).websocket()),
    ] {
        let fleet = Fleet::new().await;
        let peer = start.read_connect_or_drop_v5().connack(0).serve().start().await;
        let tls = if scheme.contains('s') && scheme != "ws" {
            trusting(&ca.pem())
        } else {
            TlsSettings::default()
        };
        let spec = LinkSpec { tls, ..link(&peer.url(scheme)) };
        fleet.want(&spec);
        fleet.until_up(&spec).await;
        let facts = fleet.until_facts(&spec, scheme, |_| true).await;
        assert_eq!(facts.protocol_version, ProtocolVersion::V3_1_1, "{scheme}");
        assert_eq!(peer.connections(), 2, "{scheme}");
        let first = fleet.first_failure(&spec).await;
        if scheme == "mqtt" {
            assert_eq!(first.code.as_str(), "ECONNRESET", "{scheme}: no reset came: {first}");
        }
        let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
        let version = report.broker.map(|broker| broker.protocol_version);
        assert_eq!(version, Some(ProtocolVersion::V3_1_1), "{scheme}: {:?}", report.failure);
        fleet.ends_well().await;
    }
}

#[tokio::test]
async fn a_broker_known_to_speak_only_3_1_1_is_retried_with_3_1_1() {
    let fleet = Fleet::new().await;
    let peer = Peer::script()
        .read_connect()
        .refuse_v5([0x20, 2, 0, 1])
        .connack(0)
        .serve()
        .close()
        .start()
        .await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    peer.go_on();
    wait::until("a second session", DEADLINE, async || (peer.connects().len() >= 3).then_some(()))
        .await;
    assert_eq!(peer.connects()[2].level, 4);
    fleet.ends_well().await;
}

#[tokio::test]
async fn reason_codes_of_mqtt_5() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (code, name, word) in [
        (0x80, "UNSPECIFIED_ERROR", "no reason"),
        (0x81, "MALFORMED_PACKET", "could not read"),
        (0x82, "PROTOCOL_ERROR", "breaks a rule"),
        (0x83, "IMPLEMENTATION_SPECIFIC_ERROR", "rule of its own"),
        (0x8C, "BAD_AUTHENTICATION_METHOD", "extended authentication"),
        (0x95, "PACKET_TOO_LARGE", "larger"),
        (0x99, "PAYLOAD_FORMAT_INVALID", "will"),
        (0x9C, "USE_ANOTHER_SERVER", "another server for now"),
        (0x9D, "SERVER_MOVED", "for good"),
        (0x85, "CLIENT_IDENTIFIER_NOT_VALID", "client"),
        (0x86, "BAD_USER_NAME_OR_PASSWORD", "password"),
        (0x87, "NOT_AUTHORIZED", "password"),
        (0x88, "SERVER_UNAVAILABLE", "refused"),
        (0x89, "SERVER_BUSY", "busy"),
        (0x8A, "BANNED", "banned"),
        (0x97, "QUOTA_EXCEEDED", "quota"),
        (0x9F, "CONNECTION_RATE_EXCEEDED", "too many"),
    ] {
        let peer = Peer::refusing(code).await;
        let spec = LinkSpec { revision, ..link(&peer.url("mqtt")) };
        revision = revision.next();
        let row = format!("mqtt {name} {code} connack ADDRESS PORT");
        assert_row(&*fleet.fails(&spec).await, &row, peer.address(), word);
    }
    fleet.ends_well().await;
}

/// Reason String and Server Reference, with characters that could reorder or break the surrounding text.
#[tokio::test]
async fn texts_of_a_broker_are_shown_and_harmless() {
    let fleet = Fleet::new().await;
    let server = "mqtt-2.example:1884";
    let words = "mo\u{2028}ved\u{200b} \u{202e}away\x1b[2J";
    let mut properties = vec![0x1c, 0, u8::try_from(server.len()).unwrap()];
    properties.extend(server.as_bytes());
    properties.extend([0x1f, 0, u8::try_from(words.len()).unwrap()]);
    properties.extend(words.as_bytes());
    let mut connack = vec![0x20, u8::try_from(properties.len() + 3).unwrap(), 0, 0x9d];
    connack.push(u8::try_from(properties.len()).unwrap());
    connack.extend(properties);
    let peer = Peer::script().read_connect().send(connack).close().start().await;
    let failure = fleet.fails(&link(&peer.url("mqtt"))).await;
    let row = "mqtt SERVER_MOVED 157 connack ADDRESS PORT";
    assert_row(&failure, row, peer.address(), "its address is \"mqtt-2.example:1884\"");
    assert!(failure.message.to_string().ends_with("(\"moved away[2J\")"), "{}", failure.message);
    assert_eq!(
        peer.connections(),
        2,
        "one by the link, one by the probe, none to the other server"
    );
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_second_connack_ends_the_session() {
    let fleet = Fleet::new().await;
    let peer = Peer::script().read_connect().connack(0).serve().connack(0).hold().start().await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    peer.go_on();
    let failure = fleet.first_failure(&spec).await;
    assert_row(&failure, "closed ECONNCLOSED 1 on – –", peer.address(), "a second CONNACK");
    fleet.ends_well().await;
}

/// Mosquitto refuses a client id without the required prefix with the same code as wrong credentials.
#[tokio::test]
async fn a_client_id_without_the_required_prefix() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::builder().option("clientid_prefixes plant-").start().await;
    let spec = link(&broker.url());
    let failure = fleet.fails(&spec).await;
    let row = "mqtt NOT_AUTHORIZED 135 connack ADDRESS PORT";
    assert_row(&failure, row, broker.address(), "client id");
    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    let circumstances = Circumstances { audience: Audience::Api, now: Timestamp::UNIX_EPOCH };
    let advice = texts(&report.advice(&spec, circumstances));
    assert!(advice.contains("clientid_prefixes"), "{advice}");
    let named =
        LinkSpec { revision: spec.revision.next(), client_id: "plant-haltere".into(), ..spec };
    fleet.comes_up(&named).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn return_codes_of_mqtt_3_1_1() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (code, name) in [
        (2, "IDENTIFIER_REJECTED"),
        (3, "SERVER_UNAVAILABLE"),
        (4, "BAD_USER_NAME_OR_PASSWORD"),
        (5, "NOT_AUTHORIZED"),
    ] {
        let peer = Peer::script()
            .read_connect()
            .refuse_v5([0x20, 2, 0, 1])
            .connack(code)
            .close()
            .start()
            .await;
        let spec = LinkSpec { revision, ..link(&peer.url("mqtt")) };
        revision = revision.next();
        let row = format!("mqtt {name} {code} connack ADDRESS PORT");
        assert_row(&*fleet.fails(&spec).await, &row, peer.address(), "refused");
    }
    fleet.ends_well().await;
}
