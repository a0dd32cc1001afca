//! Each fault has the code Node gives it, and a message a person can act on.

use haltere_core::Stage;
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::certs::{Ca, Leaf};
use haltere_testkit::{Identity, Listener, Mosquitto, Peer};

use super::*;

/// A broker showing a certificate, and what becomes of dialling it.
struct Row<'a> {
    what: &'a str,
    server: Identity,
    tls: TlsMaterial,
    name: &'a str,
    code: &'a str,
    /// A part of the message.
    says: &'a str,
}

impl Row<'_> {
    async fn check(&self) {
        let Self { what, server, tls, name, code, says } = self;
        let broker = Mosquitto::builder().listener(Listener::tls(server)).start().await;
        let failure = connect(broker.address(), name, tls).await.expect_err(what);
        assert_eq!(failure.code, *code, "{what}: {failure}");
        assert!(failure.message.contains(says), "{what}: {failure}");
        assert_eq!(
            (failure.errno, failure.syscall, failure.address.as_deref(), failure.port),
            (None, None, None, None),
            "{what}"
        );
        if let Some(node) = Oracle::new(tls).node(broker.address(), name) {
            assert_eq!(node, *code, "{what}: what Node says");
        }
    }
}

#[tokio::test]
async fn certificates_at_fault() {
    let root = Ca::new("root");
    let middle = root.intermediate("middle");
    let other = Ca::new("other");
    let namesake = Ca::new("root");
    let trusted = trusting(&root.pem());
    let good = root.server(&["localhost"]);
    let expired = Leaf::server(&["localhost"]).expired();
    let early = Leaf::server(&["localhost"]).not_yet_valid();
    let own = Leaf::server(&["localhost"]).self_signed();
    let row = |what, server: &Identity, tls: &TlsMaterial, name, code, says| Row {
        what,
        server: server.clone(),
        tls: tls.clone(),
        name,
        code,
        says,
    };
    let nobody = TlsMaterial::default();
    let rows = [
        row(
            "stranger",
            &other.server(&["localhost"]),
            &trusted,
            "localhost",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "the field ca holds other certificates",
        ),
        row(
            "system roots",
            &good,
            &nobody,
            "localhost",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "paste its CA certificate into the field ca",
        ),
        row(
            "namesake of the CA",
            &namesake.server(&["localhost"]),
            &trusted,
            "localhost",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "not known",
        ),
        row(
            "intermediate missing",
            &middle.server(&["localhost"]).without_chain(),
            &trusted,
            "localhost",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "not known",
        ),
        row(
            "root missing",
            &middle.server(&["localhost"]),
            &trusting(&other.pem()),
            "localhost",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "not known",
        ),
        row(
            "self-signed",
            &own,
            &trusted,
            "localhost",
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "self-signed",
        ),
        row(
            "self-signed, system roots",
            &own,
            &nobody,
            "localhost",
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "paste it into the field ca",
        ),
        row(
            "root in chain",
            &good.with_chain(&root.pem()),
            &nobody,
            "localhost",
            "SELF_SIGNED_CERT_IN_CHAIN",
            "private authority",
        ),
        row(
            "root above intermediate",
            &middle.server(&["localhost"]).with_chain(&root.pem()),
            &nobody,
            "localhost",
            "SELF_SIGNED_CERT_IN_CHAIN",
            "private authority",
        ),
        row(
            "expired",
            &root.issue(&expired),
            &trusted,
            "localhost",
            "CERT_HAS_EXPIRED",
            "expired on 2020-01-01; renew it",
        ),
        row(
            "early",
            &root.issue(&early),
            &trusted,
            "localhost",
            "CERT_NOT_YET_VALID",
            "only from 2090-01-01T00:00:00Z on",
        ),
        row(
            "expired, under an intermediate",
            &middle.issue(&expired),
            &trusted,
            "localhost",
            "CERT_HAS_EXPIRED",
            "expired on",
        ),
        row(
            "expired before unknown, with intermediate",
            &middle.issue(&expired),
            &trusting(&other.pem()),
            "localhost",
            "CERT_HAS_EXPIRED",
            "expired on",
        ),
        row(
            "expired before wrong name",
            &root.issue(&expired),
            &trusted,
            "elsewhere",
            "CERT_HAS_EXPIRED",
            "expired on",
        ),
        row(
            "expired before self-signed",
            &expired.self_signed(),
            &nobody,
            "localhost",
            "CERT_HAS_EXPIRED",
            "expired on",
        ),
        row(
            "unknown before wrong name",
            &good,
            &trusting(&other.pem()),
            "elsewhere",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "not known",
        ),
        row(
            "wrong name",
            &good,
            &trusted,
            "elsewhere",
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "not for elsewhere, but for localhost",
        ),
        row(
            "address in place of a name",
            &good,
            &trusted,
            "127.0.0.1",
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "not for 127.0.0.1",
        ),
    ];
    for row in rows {
        row.check().await;
    }
}

#[tokio::test]
async fn old_certificates_at_fault() {
    let workshop = Workshop::new();
    let ca = workshop.ca("old", Key::Rsa2048);
    let trusted = trusting(ca.pem());
    let stranger = workshop.ca("other", Key::P256).issue("localhost", Key::P256);
    let own = workshop.self_signed("localhost", Key::P256);
    let rows = [
        Row {
            what: "v1 from a stranger",
            server: stranger.clone(),
            tls: trusted.clone(),
            name: "localhost",
            code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            says: "not known",
        },
        Row {
            what: "v1 under the system's roots",
            server: stranger,
            tls: TlsMaterial::default(),
            name: "localhost",
            code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            says: "paste its CA",
        },
        Row {
            what: "v1 under a namesake",
            server: workshop.ca("old", Key::Rsa2048).issue("localhost", Key::P256),
            tls: trusted.clone(),
            name: "localhost",
            code: "CERT_SIGNATURE_FAILURE",
            says: "made anew",
        },
        Row {
            what: "v1 expired",
            server: ca.issue_with("localhost", Key::P256, &["-days", "-1"]),
            tls: trusted.clone(),
            name: "localhost",
            code: "CERT_HAS_EXPIRED",
            says: "renew it",
        },
        Row {
            what: "v1 for another host",
            server: ca.issue("elsewhere", Key::P256),
            tls: trusted.clone(),
            name: "localhost",
            code: "ERR_TLS_CERT_ALTNAME_INVALID",
            says: "not for localhost, but for elsewhere",
        },
        Row {
            what: "CA as server, not trusted",
            server: own,
            tls: trusted,
            name: "localhost",
            code: "DEPTH_ZERO_SELF_SIGNED_CERT",
            says: "to trust it, put it there",
        },
    ];
    for row in rows {
        row.check().await;
    }
}

#[tokio::test]
async fn client_certificates_at_fault() {
    let root = Ca::new("root");
    let server = root.server(&["localhost"]);
    let trusted = trusting(&root.pem());
    let good = presenting(trusted.clone(), &root.client("me"));
    let foreign = presenting(trusted.clone(), &Ca::new("other").client("me"));
    let expired = presenting(trusted.clone(), &root.issue(&Leaf::client("me").expired()));

    let listener = Listener::tls(&server).require_certificate(&root.pem());
    let broker = Mosquitto::builder().listener(listener).start().await;
    let tls12 = OpensslServer::start(&server, Some(&root.pem()), &["-tls1_2"]);
    for (tls, code, code_of_1_2, says) in [
        (
            &trusted,
            "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
            "fields cert and key",
        ),
        (
            &foreign,
            "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
            "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
            "use a certificate in cert",
        ),
        (
            &expired,
            "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "has expired",
        ),
    ] {
        for (address, code) in [(broker.address(), code), (tls12.address, code_of_1_2)] {
            let failure = connect(address, "localhost", tls).await.expect_err(code);
            assert_eq!(failure.code, code, "{failure}");
            assert_eq!((failure.stage, failure.errno), (Stage::Tls, None));
            assert!(failure.message.contains(says), "{failure}");
        }
        if let Some(node) = Oracle::new(tls).node(broker.address(), "localhost") {
            assert_eq!(node, code, "what Node says");
        }
    }
    connect(broker.address(), "localhost", &good).await.expect("a good client certificate");
    let handshake = shake_hands(tls12.address, "localhost", &good).await;
    assert_eq!(handshake.expect("a good client certificate").facts.version, "TLSv1.2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_speak_something_else() {
    let tls = TlsMaterial::default();
    let plain = Mosquitto::plain().await;
    let (http, closing, resetting) =
        (Peer::http().await, Peer::closing().await, Peer::resetting().await);
    for (what, address, code, errno, syscall) in [
        ("plain Mosquitto", plain.address(), "ECONNRESET", -104, "read"),
        ("closing", closing.address(), "ECONNRESET", -104, "read"),
        ("resetting", resetting.address(), "ECONNRESET", -104, "read"),
        ("HTTP", http.address(), "EPROTO", -71, "write"),
    ] {
        let failure = connect(address, "localhost", &tls).await.expect_err(what);
        assert_eq!(
            (failure.code.as_ref(), failure.errno, failure.syscall, failure.port),
            (code, Some(errno), Some(syscall), None),
            "{what}: {failure}"
        );
        if let Some(node) = Oracle::new(&tls).node(address, "localhost") {
            assert_eq!(node, code, "{what}: what Node says");
        }
    }
}

#[tokio::test]
async fn a_refused_chain_can_still_be_seen() {
    let root = Ca::new("root");
    let server = root.intermediate("middle").server(&["localhost"]).with_chain(&root.pem());
    let broker = Mosquitto::builder().listener(Listener::tls(&server)).start().await;
    let refused = shake_hands(broker.address(), "localhost", &TlsMaterial::default())
        .await
        .expect_err("an unknown CA");
    assert_eq!(refused.peer_chain.len(), 3);
    let facts = super::super::certificate_facts(&refused.peer_chain[2]);
    assert_eq!(facts.subject, "CN=root");
    // What was shown is what one has to paste.
    let handshake = shake_hands(broker.address(), "localhost", &trusting(&facts.pem))
        .await
        .expect("a trusted CA");
    assert_eq!(handshake.peer_chain, refused.peer_chain);
}
