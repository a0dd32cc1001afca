//! MQTT over TCP: coming up, and being refused.

use haltere_core::{LinkState, ProtocolVersion, Secret};
use haltere_link::{LinkConfig, LinkSpec, ResolverSource};
use haltere_testkit::faulty::DnsAnswer;
use haltere_testkit::wait::{self, PATIENCE};
use haltere_testkit::{DnsServer, Listener, Mosquitto, Peer};

use crate::fleet::{Fleet, assert_row, link, quick};

fn logging_in(spec: LinkSpec, username: &str, password: &str) -> LinkSpec {
    LinkSpec { username: Some(username.to_owned()), password: Some(Secret::from(password)), ..spec }
}

#[tokio::test]
async fn a_broker_is_up_and_tells_about_itself() {
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
    assert_eq!(history.first().map(|change| change.state), Some("online"), "{history:?}");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_that_hides_its_state_is_up_all_the_same() {
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
    // Nobody listens at 127.0.0.9, and the broker's port is ours only on 127.0.0.1.
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
async fn passwords_right_wrong_and_missing() {
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
    assert!(!failure.message.contains("s3cr3t"), "the password is in {:?}", failure.message);

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
    let pause = until.duration_since(status.changed_at).as_secs();
    assert!((30..=60).contains(&pause), "{pause} s");
    fleet.ends_well().await;
}

#[tokio::test]
async fn what_connect_says() {
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
async fn brokers_that_know_only_3_1_1() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (how, refusal) in [
        ("as 3.1.1 demands", &[0x20, 2, 0, 1][..]),
        ("in words of MQTT 5", &[0x20, 3, 0, 0x84, 0]),
        ("by hanging up", &[]),
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

#[tokio::test]
async fn a_broker_known_to_speak_only_3_1_1_is_not_asked_for_5_at_each_retry() {
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
    wait::until("a second session", PATIENCE, async || (peer.connects().len() >= 3).then_some(()))
        .await;
    assert_eq!(peer.connects()[2].level, 4);
    fleet.ends_well().await;
}

#[tokio::test]
async fn what_a_broker_gives_as_its_reason() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (code, name, word) in [
        (0x80, "UNSPECIFIED_ERROR", "refused"),
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

#[tokio::test]
async fn what_a_3_1_1_broker_gives_as_its_reason() {
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
