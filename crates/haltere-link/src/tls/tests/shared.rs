//! What is asked of a client, and what connections share.

use haltere_core::{Alpn, TlsServerName};
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::{Ca, Listener, MockClock, Mosquitto};

use super::*;

#[test]
fn equal_settings_share_one_client() {
    let clients = TlsClients::new(Arc::new(RealClock));
    let (one, other) = (trusting(&Ca::new("one").pem()), trusting(&Ca::new("other").pem()));
    let get = |tls: &TlsSettings| clients.get(tls).expect("usable settings");
    assert!(Arc::ptr_eq(&get(&one), &get(&one.clone())));
    assert!(!Arc::ptr_eq(&get(&one), &get(&other)));
    let explicit = TlsSettings { reject_unauthorized: Some(true), ..one.clone() };
    assert!(Arc::ptr_eq(&get(&one), &get(&explicit)));
    let careless = TlsSettings { reject_unauthorized: Some(false), ..one.clone() };
    assert!(!Arc::ptr_eq(&get(&one), &get(&careless)));
    let asking = TlsSettings { alpn: Some(Alpn::parse("mqtt").expect("a name")), ..one.clone() };
    assert!(!Arc::ptr_eq(&get(&one), &get(&asking)));
    let named = TlsSettings {
        server_name: Some(TlsServerName::parse("b").expect("a name")),
        ..one.clone()
    };
    assert!(Arc::ptr_eq(&get(&one), &get(&named)));
}

#[test]
fn clients_of_one_authority_share_its_roots() {
    let clients = TlsClients::new(Arc::new(RealClock));
    let (ca, other) = (Ca::new("factory"), Ca::new("other"));
    let bundle = format!("{}{}", ca.pem(), other.pem());
    let get = |tls: &TlsSettings| clients.get(tls).expect("usable settings");
    let many: Vec<_> = ["a", "b", "c"]
        .map(|name| get(&haltere_testkit::builders::showing(trusting(&bundle), &ca.client(name))))
        .into_iter()
        .collect();
    assert!(!Arc::ptr_eq(&many[0], &many[1]));
    assert!(many.iter().all(|client| client.shares_roots_with(&many[0])));
    // By what they are, not by how they are written.
    let commented = get(&trusting(&format!("# our roots\n{bundle}")));
    assert!(commented.shares_roots_with(&many[0]));
    let alone = get(&trusting(&ca.pem()));
    assert!(!alone.shares_roots_with(&many[0]));
}

#[tokio::test]
async fn anybody_may_be_accepted() {
    let workshop = Workshop::new();
    let careless = TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() };
    let v1 = workshop.ca("x", Key::P521).issue("elsewhere", Key::P521);
    let expired =
        Ca::new("x").issue(&haltere_testkit::certs::Leaf::server(&["elsewhere"]).expired());
    for server in [v1, workshop.self_signed("elsewhere", Key::Rsa2048), expired] {
        let broker = Mosquitto::builder().listener(Listener::tls(&server)).start().await;
        let tls12 = OpensslServer::start(&server, None, &["-tls1_2"]);
        for (address, version) in [(broker.address(), "TLSv1.3"), (tls12.address, "TLSv1.2")] {
            let handshake = shake_hands(address, "localhost", &careless)
                .await
                .unwrap_or_else(|refused| panic!("{}", refused.failure));
            assert_eq!(handshake.facts.version, version);
            assert!(!handshake.facts.legacy_certificate, "nothing was accepted by any rule");
        }
    }
}

#[tokio::test]
async fn time_is_what_our_clock_says() {
    let root = Ca::new("root");
    let broker =
        Mosquitto::builder().listener(Listener::tls(&root.server(&["localhost"]))).start().await;
    let clock = MockClock::at("2026-01-01T00:00:00Z".parse().expect("a time"));
    let clients = TlsClients::new(Arc::new(clock.clone()));
    let client = clients.get(&trusting(&root.pem())).expect("usable settings");
    let localhost = host("localhost");
    let handshake =
        client.connect(&localhost, tcp(broker.address()).await).await.expect("a handshake");
    assert_eq!(handshake.facts.not_after, Some("2090-01-01T00:00:00Z".parse().expect("a time")));
    clock.set("2091-01-01T00:00:00Z".parse().expect("a time"));
    let refused =
        client.connect(&localhost, tcp(broker.address()).await).await.expect_err("too late");
    assert_eq!(refused.failure.code.as_str(), "CERT_HAS_EXPIRED");
}

#[tokio::test]
async fn a_name_no_certificate_can_have() {
    let broker = Mosquitto::plain().await;
    let strange = Host::Name(format!("{}.example", "a".repeat(70)));
    let stream = tcp(broker.address()).await;
    let refused =
        client(&TlsSettings::default()).connect(&strange, stream).await.expect_err("a bad name");
    assert_eq!(refused.failure.code.as_str(), "ERR_TLS_CERT_ALTNAME_INVALID");
}

/// Both sides have nothing else in common, so that our own key exchange is what is used.
#[tokio::test]
async fn keys_are_exchanged_on_p521() {
    let root = Ca::new("root");
    let server = root.server(&["localhost"]);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = OpensslServer::start(&server, None, &[version, "-groups", "P-521"]);
        let handshake = shake_hands(server.address, "localhost", &trusting(&root.pem())).await;
        let mut stream = handshake.expect("a handshake").stream;
        stream.write_all(b"haltere\n").await.expect("an open connection");
        let mut echo = [0; 8];
        stream.read_exact(&mut echo).await.expect("an answer");
        assert_eq!(&echo, b"eretlah\n");
    }
}

#[tokio::test]
async fn openssl_is_asked_for_a_protocol() {
    let root = Ca::new("root");
    let server = root.server(&["localhost"]);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = OpensslServer::start(&server, None, &[version, "-alpn", "x-amzn-mqtt-ca"]);
        let asking = |names| TlsSettings {
            alpn: Some(Alpn::parse(names).expect("protocols")),
            ..trusting(&root.pem())
        };
        let handshake =
            shake_hands(server.address, "localhost", &asking("mqtt x-amzn-mqtt-ca")).await;
        let stream = handshake.expect("a handshake").stream;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"x-amzn-mqtt-ca"[..]));
        // The server serves one at a time.
        drop(stream);
        let refused = shake_hands(server.address, "localhost", &asking("http/1.1")).await;
        let failure = refused.expect_err("no protocol in common").failure;
        assert_eq!(failure.code.as_str(), "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
    }
}
