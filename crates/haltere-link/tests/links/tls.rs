//! TLS with valid and invalid certificates.

use haltere_core::{Alpn, Stage, TlsServerName, TlsSettings};
use haltere_link::LinkSpec;
use haltere_testkit::builders::{showing, trusting};
use haltere_testkit::certs::{Ca, Identity, Key, Leaf};
use haltere_testkit::{Listener, Mosquitto, Peer};

use crate::fleet::{Fleet, assert_row, link};

const HERE: &[&str] = &["localhost", "127.0.0.1"];

async fn broker_showing(identity: &Identity) -> Mosquitto {
    Mosquitto::builder().listener(Listener::tls(identity)).start().await
}

fn with_tls(url: &str, tls: TlsSettings) -> LinkSpec {
    LinkSpec { tls, ..link(url) }
}

fn without_verification() -> TlsSettings {
    TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() }
}

/// A broker presents `identity`; a link that trusts `trusted` (or the system's roots) fails with `code`.
async fn is_refused(identity: &Identity, trusted: Option<&Ca>, code: &str, word: &str) {
    let fleet = Fleet::new().await;
    let broker = broker_showing(identity).await;
    let tls = trusted.map(|ca| trusting(&ca.pem())).unwrap_or_default();
    let failure = fleet.fails(&with_tls(&broker.url(), tls)).await;
    assert_row(&failure, &format!("tls {code} – – – –"), broker.address(), word);

    // Without verification the link comes up.
    let unverified = LinkSpec {
        revision: link("mqtt://x").revision.next(),
        ..with_tls(&broker.url(), without_verification())
    };
    fleet.comes_up(&unverified).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_private_ca_by_address_and_by_name() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let broker = broker_showing(&ca.server(HERE)).await;
    let spec = with_tls(&broker.url(), trusting(&ca.pem()));
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "TLS facts", |facts| facts.tls.is_some()).await;
    let tls = facts.tls.as_ref().expect("just asked for");
    assert_eq!((tls.version, tls.legacy_certificate), ("TLSv1.3", false));
    assert_eq!(tls.not_after.map(|t| t.to_string()).as_deref(), Some("2090-01-01T00:00:00Z"));

    let by_name = LinkSpec {
        revision: spec.revision.next(),
        ..with_tls(&broker.url_as("localhost"), spec.tls.clone())
    };
    fleet.comes_up(&by_name).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_probe_shows_the_chain_whether_trusted_or_not() {
    let fleet = Fleet::new().await;
    let root = Ca::new("root");
    let broker = broker_showing(&root.intermediate("middle").server(HERE)).await;
    for (tls, ok) in [(trusting(&root.pem()), true), (TlsSettings::default(), false)] {
        let report = fleet.supervisor.probe(&with_tls(&broker.url(), tls), None, |_| {}).await;
        assert_eq!(report.failure.is_none(), ok, "{report:?}");
        assert_eq!(report.broker.is_some(), ok);
        let issuers: Vec<_> = report.peer_chain.iter().map(|c| c.issuer.as_str()).collect();
        assert_eq!(issuers, ["CN=middle", "CN=root"]);
        assert_eq!(report.peer_chain[0].names, HERE);
        let stages: Vec<_> = report.stages.iter().map(|stage| (stage.stage, stage.ok)).collect();
        let passed = [(Stage::Tcp, true), (Stage::Tls, ok)];
        assert!(passed.iter().all(|stage| stages.contains(stage)), "{stages:?}");
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn tls_1_2_and_other_keys() {
    let fleet = Fleet::new().await;
    let ca = Ca::with_key("strong", Key::P384);
    let identity = ca.issue(&Leaf::server(HERE).key(Key::P384));
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&identity).option("tls_version tlsv1.2"))
        .start()
        .await;
    let spec = with_tls(&broker.url(), trusting(&ca.pem()));
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "TLS facts", |facts| facts.tls.is_some()).await;
    // Mosquitto uses tls_version as the lowest version.
    let version = facts.tls.as_ref().expect("just asked for").version;
    assert!(version.starts_with("TLSv1."), "{version}");

    let ca = Ca::with_key("modern", Key::Ed25519);
    let broker = broker_showing(&ca.issue(&Leaf::server(HERE).key(Key::Ed25519))).await;
    let spec =
        LinkSpec { revision: spec.revision.next(), ..with_tls(&broker.url(), trusting(&ca.pem())) };
    fleet.comes_up(&spec).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn client_certificates_good_missing_and_foreign() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let clients = Ca::new("clients");
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.server(HERE)).require_certificate(&clients.pem()))
        .start()
        .await;
    let anonymous = with_tls(&broker.url(), trusting(&ca.pem()));
    assert_row(
        &*fleet.fails(&anonymous).await,
        "tls ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED – – – –",
        broker.address(),
        "client certificate",
    );

    let foreign = LinkSpec {
        revision: anonymous.revision.next(),
        tls: showing(anonymous.tls.clone(), &Ca::new("unknown").client("me")),
        ..anonymous.clone()
    };
    assert_row(
        &*fleet.fails(&foreign).await,
        "tls ERR_SSL_TLSV1_ALERT_UNKNOWN_CA – – – –",
        broker.address(),
        "client certificate",
    );

    let good = LinkSpec {
        revision: foreign.revision.next(),
        tls: showing(anonymous.tls.clone(), &clients.client("me")),
        ..anonymous
    };
    fleet.comes_up(&good).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn self_signed() {
    let identity = Leaf::server(HERE).self_signed();
    is_refused(&identity, None, "DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed").await;
}

#[tokio::test]
async fn self_signed_root_in_the_chain() {
    let unknown = Ca::new("unknown");
    let identity = unknown.server(HERE).with_chain(&unknown.pem());
    is_refused(&identity, None, "SELF_SIGNED_CERT_IN_CHAIN", "private authority").await;
}

#[tokio::test]
async fn signed_by_an_unknown_ca() {
    let identity = Ca::new("unknown").server(HERE);
    let ours = Ca::new("ours");
    is_refused(&identity, Some(&ours), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CA").await;
}

#[tokio::test]
async fn an_intermediate_is_missing() {
    let root = Ca::new("root");
    let identity = root.intermediate("middle").server(HERE).without_chain();
    is_refused(&identity, Some(&root), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "intermediate").await;
}

#[tokio::test]
async fn the_root_of_a_whole_chain_is_unknown() {
    let identity = Ca::new("root").intermediate("middle").server(HERE);
    is_refused(&identity, None, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CA").await;
}

#[tokio::test]
async fn expired() {
    let ca = Ca::new("private");
    let identity = ca.issue(&Leaf::server(HERE).expired());
    is_refused(&identity, Some(&ca), "CERT_HAS_EXPIRED", "expired").await;
}

#[tokio::test]
async fn not_yet_valid() {
    let ca = Ca::new("private");
    let identity = ca.issue(&Leaf::server(HERE).not_yet_valid());
    is_refused(&identity, Some(&ca), "CERT_NOT_YET_VALID", "valid only from 2090").await;
}

#[tokio::test]
async fn wrong_host() {
    let ca = Ca::new("private");
    let identity = ca.server(&["elsewhere.example", "192.0.2.1"]);
    is_refused(&identity, Some(&ca), "ERR_TLS_CERT_ALTNAME_INVALID", "elsewhere.example").await;
}

#[tokio::test]
async fn expired_comes_before_an_unknown_issuer() {
    let identity = Ca::new("unknown").issue(&Leaf::server(HERE).expired());
    is_refused(&identity, Some(&Ca::new("ours")), "CERT_HAS_EXPIRED", "expired").await;
}

#[tokio::test]
async fn an_unknown_issuer_comes_before_a_wrong_name() {
    let identity = Ca::new("unknown").server(&["elsewhere.example"]);
    let ours = Ca::new("ours");
    is_refused(&identity, Some(&ours), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CA").await;
}

#[tokio::test]
async fn tls_to_a_plain_port_and_plain_to_a_tls_port() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let broker = Mosquitto::builder()
        .listener(Listener::plain())
        .listener(Listener::tls(&ca.server(HERE)))
        .start()
        .await;
    let tls_to_plain = link(&format!("mqtts://{}", broker.nth_address(0)));
    assert_row(
        &*fleet.fails(&tls_to_plain).await,
        "tls ECONNRESET -104 read – –",
        broker.nth_address(0),
        "is this port meant for TLS?",
    );
    let plain_to_tls = LinkSpec {
        revision: tls_to_plain.revision.next(),
        ..link(&format!("mqtt://{}", broker.nth_address(1)))
    };
    assert_row(
        &*fleet.fails(&plain_to_tls).await,
        "mqtt ECONNRESET -104 read – –",
        broker.nth_address(1),
        "is this port TLS?",
    );
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_port_that_speaks_http() {
    let fleet = Fleet::new().await;
    let web = Peer::http().await;
    let tls = link(&web.url("mqtts"));
    assert_row(&*fleet.fails(&tls).await, "tls EPROTO -71 write – –", web.address(), "TLS");
    let plain = LinkSpec { revision: tls.revision.next(), ..link(&web.url("mqtt")) };
    assert_row(
        &*fleet.fails(&plain).await,
        "mqtt EPROTO -71 connack ADDRESS PORT",
        web.address(),
        "MQTT",
    );
    fleet.ends_well().await;
}

#[tokio::test]
async fn alerts_carry_the_names_openssl_gives_them() {
    let fleet = Fleet::new().await;
    let mut revision = link("mqtt://x").revision;
    for (alert, code, word) in [
        (40, "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "cipher suites"),
        (70, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "older versions of TLS"),
        (80, "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "internal error"),
        (112, "ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "host name"),
    ] {
        let record = [0x15, 3, 3, 0, 2, 2, alert];
        let peer = Peer::script().read_some().send(record).close().start().await;
        let spec = LinkSpec { revision, ..link(&peer.url("mqtts")) };
        revision = revision.next();
        let row = format!("tls {code} – – – –");
        assert_row(&*fleet.fails(&spec).await, &row, peer.address(), word);
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_that_closes_after_the_handshake() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let peer = Peer::script().tls(&ca.server(HERE)).read_connect().close().start().await;
    let failure = fleet.fails(&with_tls(&peer.url("mqtts"), trusting(&ca.pem()))).await;
    assert_row(&failure, "mqtt ECONNCLOSED 1 connack ADDRESS PORT", peer.address(), "closed");
    fleet.ends_well().await;
}

/// `tls` with this ALPN and server name.
fn asking(tls: TlsSettings, alpn: &str, server_name: &str) -> TlsSettings {
    TlsSettings {
        alpn: (!alpn.is_empty()).then(|| Alpn::parse(alpn).expect("protocols")),
        server_name: Some(TlsServerName::parse(server_name).expect("a host name")),
        ..tls
    }
}

#[tokio::test]
async fn a_port_shared_by_hosts_and_protocols() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let peer = Peer::script()
        .tls_for(&ca.server(&["broker.example"]), "broker.example", &["x-amzn-mqtt-ca"])
        .read_connect()
        .connack(0)
        .serve()
        .start()
        .await;
    let trusted = trusting(&ca.pem());
    let asked = asking(trusted.clone(), "mqtt x-amzn-mqtt-ca", "broker.example");
    let report =
        fleet.supervisor.probe(&with_tls(&peer.url("mqtts"), asked.clone()), None, |_| {}).await;
    assert!(report.failure.is_none(), "{report:?}");
    let tls = report.stages.iter().find(|stage| stage.stage == Stage::Tls).expect("a stage");
    let said = tls.detail.as_deref().unwrap_or_default();
    assert!(said.ends_with(", x-amzn-mqtt-ca"), "{said}");

    let spec = with_tls(&peer.url("mqtts"), asked);
    fleet.comes_up(&spec).await;
    let mut revision = spec.revision;
    for (tls, row) in [
        // The URL has an address, so no server name is sent, and the peer presents no certificate.
        (trusted.clone(), "tls ERR_SSL_TLSV1_ALERT_ACCESS_DENIED – – – –"),
        (
            asking(trusted.clone(), "", "elsewhere.example"),
            "tls ERR_SSL_TLSV1_ALERT_ACCESS_DENIED – – – –",
        ),
        (
            asking(trusted, "http/1.1", "broker.example"),
            "tls ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL – – – –",
        ),
    ] {
        revision = revision.next();
        let spec = LinkSpec { revision, ..with_tls(&peer.url("mqtts"), tls) };
        assert_row(&*fleet.fails(&spec).await, row, peer.address(), "");
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn the_server_name_is_what_the_certificate_is_checked_for() {
    let fleet = Fleet::new().await;
    let ca = Ca::new("private");
    let broker = broker_showing(&ca.server(&["broker.example"])).await;
    let trusted = trusting(&ca.pem());
    let by_address = with_tls(&broker.url(), asking(trusted.clone(), "", "broker.example"));
    fleet.comes_up(&by_address).await;

    // The URL's host is no longer checked.
    let broker = broker_showing(&ca.server(HERE)).await;
    let elsewhere = LinkSpec {
        revision: by_address.revision.next(),
        ..with_tls(&broker.url_as("localhost"), asking(trusted, "", "broker.example"))
    };
    let failure = fleet.fails(&elsewhere).await;
    let row = "tls ERR_TLS_CERT_ALTNAME_INVALID – – – –";
    assert_row(&failure, row, broker.address(), "not for broker.example");
    fleet.ends_well().await;
}
