//! Peers that are not brokers, and brokers that misbehave.

use std::time::Duration;

use haltere_link::{LinkConfig, LinkSpec, ResolverSource};
use haltere_testkit::faulty::{DnsAnswer, Unanswering};
use haltere_testkit::ports::ReservedPort;
use haltere_testkit::wait::{self, DEADLINE};
use haltere_testkit::{DnsServer, Mosquitto, Peer, builders, netns};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fleet::{Fleet, assert_row, impatient, link, short_keepalive};

/// 256 MB less one byte: the most MQTT can declare.
const LONGEST_PACKET: usize = 268_435_455;

#[tokio::test]
async fn a_port_without_a_listener() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for ip in ["127.0.0.1", "::1"] {
        let port = ReservedPort::on(ip.parse().unwrap());
        let spec = LinkSpec { revision, ..link(&format!("mqtt://{}", port.address())) };
        revision = revision.next();
        assert_row(
            &*fleet.fails(&spec).await,
            "tcp ECONNREFUSED -111 connect ADDRESS PORT",
            port.address(),
            "refused",
        );
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_port_that_does_not_answer() {
    let fleet = Fleet::with(impatient()).await;
    let unanswering = Unanswering::start().await;
    assert_row(
        &*fleet.fails(&link(&format!("mqtt://{}", unanswering.address()))).await,
        "tcp ETIMEDOUT -110 connect ADDRESS PORT",
        unanswering.address(),
        "did not answer",
    );
    fleet.ends_well().await;
}

/// A broker refuses MQTT 5, and does not answer the second dial with 3.1.1. That is the failure, rather
/// than the other address of the same name, which had refused before.
#[tokio::test]
async fn the_older_version_is_tried_at_the_same_address() {
    let listener = Unanswering::listen();
    let broker = listener.local_addr().unwrap();
    let others = ["127.0.0.2", "127.0.0.1"].map(|ip| ip.parse().unwrap());
    let dns = DnsServer::knowing(&[("two.test", DnsAnswer::Addresses(others.into()))]).await;
    let resolver = ResolverSource::NameServer(dns.address());
    let connect_timeout = Duration::from_secs(3);
    let fleet = Fleet::with(LinkConfig { resolver, connect_timeout, ..impatient() }).await;
    let serving = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.read_u8().await.unwrap();
        let silent = Unanswering::fall_silent(listener).await;
        client.write_all(&[0x20, 2, 0, 1]).await.unwrap();
        (client, silent)
    });
    let spec = link(&format!("mqtt://two.test:{}", broker.port()));
    fleet.want(&spec);
    let failure = fleet.first_failure(&spec).await;
    assert_row(&failure, "tcp ETIMEDOUT -110 connect ADDRESS PORT", broker, "did not answer");
    serving.await.unwrap();
    fleet.ends_well().await;
}

/// In a network namespace, whose routes are known.
#[test]
fn there_is_no_route() {
    netns::run(async {
        let fleet = Fleet::new().await;
        let route = ["route", "add", "unreachable", "192.0.2.1"];
        assert!(std::process::Command::new("ip").args(route).status().unwrap().success());
        let mut revision = link("mqtt://x").revision;
        for (peer, row) in [
            ("192.0.2.1:1883", "tcp EHOSTUNREACH -113 connect ADDRESS PORT"),
            ("198.51.100.1:1883", "tcp ENETUNREACH -101 connect ADDRESS PORT"),
        ] {
            let spec = LinkSpec { revision, ..link(&format!("mqtt://{peer}")) };
            revision = revision.next();
            let failure = fleet.fails(&spec).await;
            assert_row(&failure, row, peer.parse().unwrap(), "no route");
        }
        fleet.ends_well().await;
    });
}

#[tokio::test]
async fn a_silent_listener() {
    let fleet = Fleet::with(impatient()).await;
    let peer = Peer::silent().await;
    let plain = link(&peer.url("mqtt"));
    assert_row(
        &*fleet.fails(&plain).await,
        "mqtt ETIMEDOUT -110 connack ADDRESS PORT",
        peer.address(),
        "did not answer",
    );
    let tls = LinkSpec { revision: plain.revision.next(), ..link(&peer.url("mqtts")) };
    assert_row(
        &*fleet.fails(&tls).await,
        "tls ETIMEDOUT -110 connack ADDRESS PORT",
        peer.address(),
        "TLS",
    );
    fleet.ends_well().await;
}

#[tokio::test]
async fn closes_at_once() {
    let fleet = Fleet::new().await;
    let peer = Peer::closing().await;
    let failure = fleet.fails(&link(&peer.url("mqtt"))).await;
    assert_row(&failure, "mqtt ECONNCLOSED 1 connack ADDRESS PORT", peer.address(), "closed");
    fleet.ends_well().await;
}

#[tokio::test]
async fn closes_before_its_connack() {
    let fleet = Fleet::new().await;
    let peer = Peer::closing_before_connack().await;
    let failure = fleet.fails(&link(&peer.url("mqtt"))).await;
    assert_row(&failure, "mqtt ECONNCLOSED 1 connack ADDRESS PORT", peer.address(), "closed");
    fleet.ends_well().await;
}

#[tokio::test]
async fn resets() {
    let fleet = Fleet::new().await;
    let peer = Peer::resetting().await;
    let plain = link(&peer.url("mqtt"));
    let failure = fleet.fails(&plain).await;
    assert_row(&failure, "mqtt ECONNRESET -104 read – –", peer.address(), "dropped");
    let tls = LinkSpec { revision: plain.revision.next(), ..link(&peer.url("mqtts")) };
    let failure = fleet.fails(&tls).await;
    assert_row(&failure, "tls ECONNRESET -104 read – –", peer.address(), "closed");
    fleet.ends_well().await;
}

#[tokio::test]
async fn names_that_do_not_resolve() {
    let dns = DnsServer::knowing(&[
        ("gone.test", DnsAnswer::NxDomain),
        ("empty.test", DnsAnswer::Addresses(Vec::new())),
        ("ill.test", DnsAnswer::ServFail),
        ("mute.test", DnsAnswer::Silence),
    ])
    .await;
    let resolver = ResolverSource::NameServer(dns.address());
    let fleet = Fleet::with(LinkConfig { resolver, ..impatient() }).await;
    let mut revision = link("mqtt://x").revision;
    for (name, row) in [
        ("gone.test", "dns ENOTFOUND -3008 getaddrinfo gone.test –"),
        ("empty.test", "dns ENOTFOUND -3008 getaddrinfo empty.test –"),
        ("ill.test", "dns EAI_AGAIN -3001 getaddrinfo ill.test –"),
        ("mute.test", "dns EAI_AGAIN -3001 getaddrinfo mute.test –"),
    ] {
        let spec = LinkSpec { revision, ..link(&format!("mqtt://{name}")) };
        revision = revision.next();
        assert_row(&*fleet.fails(&spec).await, row, dns.address(), name);
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn answers_connect_with_something_else() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (what, answer) in [
        ("a ping response", &b"\xD0\0"[..]),
        ("a packet type that does not exist", b"\x00\0"),
        ("a CONNACK too long", b"\x20\x05\0\0\0\0\0"),
        ("a length without end", b"\x20\xFF\xFF\xFF\xFF\xFF"),
        ("zeroes", &[0; 64]),
    ] {
        let peer = Peer::script().read_connect().send(answer).hold().start().await;
        let spec = LinkSpec { revision, ..link(&peer.url("mqtt")) };
        revision = revision.next();
        let failure = fleet.fails(&spec).await;
        assert_eq!(failure.stage.as_str(), "mqtt", "{what}: {failure:?}");
        assert_row(&failure, "mqtt EPROTO -71 connack ADDRESS PORT", peer.address(), "MQTT");
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn declares_256_mb_in_place_of_a_connack() {
    let fleet = Fleet::with(impatient()).await;
    let peer = Peer::script()
        .read_connect()
        .publish_head("t", LONGEST_PACKET)
        .trickle(Duration::from_millis(5))
        .start()
        .await;
    let failure = fleet.fails(&link(&peer.url("mqtt"))).await;
    assert_row(&failure, "mqtt EPROTO -71 connack ADDRESS PORT", peer.address(), "MQTT");
    fleet.ends_well().await;
}

#[tokio::test]
async fn declares_256_mb_and_trickles() {
    let fleet = Fleet::with(short_keepalive()).await;
    let peer = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .publish_head("$SYS/broker/version", LONGEST_PACKET)
        .trickle(Duration::from_millis(5))
        .start()
        .await;
    let spec = link(&peer.url("mqtt"));
    let before = resident_kilobytes();
    fleet.want(&spec);
    // Pings are not answered, so the session ends, whether the bytes count as a sign of life or not.
    let failure = fleet.first_failure(&spec).await;
    assert_row(&failure, "closed ECONNCLOSED 1 on – –", peer.address(), "lost");
    let grown = resident_kilobytes().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB for a packet that was only declared");
    fleet.ends_well().await;
}

#[tokio::test]
async fn messages_over_the_limit_are_skipped_and_counted() {
    let fleet = Fleet::with(LinkConfig { max_packet: 64 * 1024, ..short_keepalive() }).await;
    let peer = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .publish("$SYS/broker/version", vec![b'x'; 100_000])
        .publish("$SYS/broker/version", "mosquitto version 9.8.7")
        .serve()
        .start()
        .await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "the version", |facts| facts.version.is_some()).await;
    assert!(facts.version.as_deref().unwrap_or_default().contains("9.8.7"), "{facts:?}");
    fleet.until_facts(&spec, "the count", |facts| facts.skipped_messages == 1).await;
    assert_eq!(peer.connections(), 1, "the link stayed up");
    fleet.ends_well().await;
}

/// On two threads, so that the flood and the links compete as in production.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods() {
    let fleet = Fleet::with(short_keepalive()).await;
    let peer = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .flood("$SYS/broker/uptime", "1 seconds")
        .start()
        .await;
    let spec = link(&peer.url("mqtt"));
    let before = resident_kilobytes();
    fleet.comes_up(&spec).await;
    // Each ping is answered in time, on this link and on the bystander.
    wait::until("three pings during the flood", DEADLINE, async || {
        fleet.assert_bystander_unaffected();
        (peer.pings() >= 3).then_some(())
    })
    .await;
    let status = fleet.supervisor.status(&spec.id).expect("wanted");
    assert!(status.connected(), "a flood of legal packets ends no link: {status:?}");
    assert_eq!(peer.connections(), 1);
    let grown = resident_kilobytes().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB: the flood is queued somewhere");
    fleet.ends_well().await;
}

#[tokio::test]
async fn sends_malformed_packets() {
    let fleet = Fleet::new().await;
    let peer = Peer::malformed().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    let failure = fleet.first_failure(&spec).await;
    assert_row(&failure, "closed ECONNCLOSED 1 on – –", peer.address(), "lost");
    fleet.ends_well().await;
}

#[tokio::test]
async fn another_client_takes_the_session_over() {
    let fleet = Fleet::new().await;
    let peer = Peer::taking_over().await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    peer.go_on();
    let failure = fleet.first_failure(&spec).await;
    assert_row(&failure, "closed ECONNCLOSED 1 on – –", peer.address(), "client id");
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn denies_the_subscription_to_sys() {
    let fleet = Fleet::new().await;
    let peer = Peer::script().read_connect().connack(0).deny_subscribe(0x87).serve().start().await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "the protocol's version", |_| true).await;
    assert_eq!(facts.version, None);
    assert_eq!(peer.connections(), 1);
    fleet.ends_well().await;
}

/// On two threads, as in production.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_broken_peers_do_not_delay_a_healthy_one() {
    const OF_EACH: usize = 20;
    // Longer than the test: the attempts at the silent peer do not end before the healthy broker is up.
    let config = LinkConfig { connect_timeout: 4 * DEADLINE, ..short_keepalive() };
    let fleet = Fleet::with(config).await;
    let dead = ReservedPort::on("127.0.0.1".parse().unwrap());
    let peers = [
        Peer::silent().await,
        Peer::closing().await,
        Peer::resetting().await,
        Peer::http().await,
        Peer::refusing(0x87).await,
        Peer::malformed().await,
        Peer::ignoring_pings().await,
    ];
    let mut urls: Vec<_> = peers.iter().map(|peer| peer.url("mqtt")).collect();
    urls.extend(peers.iter().take(4).map(|peer| peer.url("mqtts")));
    urls.push(format!("mqtt://{}", dead.address()));
    let troubled: Vec<_> = (0..OF_EACH)
        .flat_map(|round| urls.iter().map(move |url| (round, url)))
        .enumerate()
        .map(|(number, (_, url))| LinkSpec {
            id: builders::id(&format!("troubled-{number}")),
            client_id: format!("haltere-troubled-{number}").into(),
            ..link(url)
        })
        .collect();
    fleet.want_all(&troubled);
    wait::until("every kind of trouble", DEADLINE, async || {
        peers.iter().all(|peer| peer.connections() >= OF_EACH).then_some(())
    })
    .await;

    let broker = Mosquitto::plain().await;
    let good = link(&broker.url());
    fleet.want_all(&[troubled, vec![good.clone()]].concat());
    fleet.until_up(&good).await;
    let silent = peers[0].connections();
    assert!(silent <= 2 * OF_EACH, "an attempt at the silent peer has ended: {silent} dials");
    fleet.ends_well().await;
}

/// This process' memory.
fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
