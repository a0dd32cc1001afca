//! Each fault has the code Node gives it, and a message a person can act on.

use haltere_core::Stage;
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::certs::{Ca, Leaf};
use haltere_testkit::{Identity, Listener, Mosquitto, Peer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::provider::provider;
use super::*;

/// Dials `name` at a broker that shows `server`, and expects `code`, and `says` in the message;
/// and the same code from Node.
async fn check(server: &Identity, tls: &TlsSettings, name: &str, code: &str, says: &str) {
    let broker = Mosquitto::builder().listener(Listener::tls(server)).start().await;
    let failure = connect(broker.address(), name, tls).await.expect_err(code);
    assert_eq!(failure.code.as_str(), code, "{failure}");
    assert!(failure.message.to_string().contains(says), "{failure}");
    let LinkFailure { stage, errno, syscall, address, port, .. } = &failure;
    assert_eq!((stage, errno, syscall, address, port), (&Stage::Tls, &None, &None, &None, &None));
    if let Some(node) = Oracle::new(tls).node(broker.address(), name) {
        assert_eq!(node, code, "what Node says, where we say: {failure}");
    }
}

#[tokio::test]
async fn chains_that_lead_nowhere() {
    let root = Ca::new("root");
    let middle = root.intermediate("middle").server(&["localhost"]);
    let good = root.server(&["localhost"]);
    let own = Leaf::server(&["localhost"]).self_signed();
    let (trusted, other) = (trusting(&root.pem()), trusting(&Ca::new("other").pem()));
    // The same name, another key: an authority that was made again.
    let namesake = trusting(&Ca::new("root").pem());
    let system = TlsSettings::default();

    let code = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
    check(&good, &other, "localhost", code, "the field ca holds other certificates").await;
    check(&good, &system, "localhost", code, "paste its CA certificate into the field ca").await;
    check(&good, &namesake, "localhost", code, "not known").await;
    check(&middle.without_chain(), &trusted, "localhost", code, "not known").await;
    check(&good, &other, "elsewhere", code, "not known").await;

    let code = "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";
    check(&middle, &other, "localhost", code, "not known").await;

    let code = "DEPTH_ZERO_SELF_SIGNED_CERT";
    check(&own, &trusted, "localhost", code, "to trust it, put it there").await;
    check(&own, &system, "localhost", code, "to trust it, paste it into the field ca").await;

    let code = "SELF_SIGNED_CERT_IN_CHAIN";
    let with_root = |server: &Identity| server.with_chain(&root.pem());
    check(&with_root(&good), &system, "localhost", code, "private authority").await;
    check(&with_root(&middle), &other, "localhost", code, "private authority").await;
}

#[tokio::test]
async fn wrong_times_and_names() {
    let root = Ca::new("root");
    let middle = root.intermediate("middle");
    let (trusted, other) = (trusting(&root.pem()), trusting(&Ca::new("other").pem()));
    let expired = Leaf::server(&["localhost"]).expired();
    let early = Leaf::server(&["localhost"]).not_yet_valid();

    let code = "CERT_HAS_EXPIRED";
    let says = "The broker's certificate expired on 2020-01-01; renew it";
    check(&root.issue(&expired), &trusted, "localhost", code, says).await;
    check(&middle.issue(&expired), &trusted, "localhost", code, says).await;
    check(&middle.issue(&expired), &other, "localhost", code, says).await;
    check(&root.issue(&expired), &other, "localhost", code, says).await;
    check(&root.issue(&expired), &trusted, "elsewhere", code, says).await;
    check(&expired.self_signed(), &other, "localhost", code, says).await;

    let code = "CERT_NOT_YET_VALID";
    let says = "only from 2090-01-01T00:00:00Z on";
    check(&root.issue(&early), &trusted, "localhost", code, says).await;
    check(&middle.issue(&early), &other, "elsewhere", code, says).await;

    let code = "ERR_TLS_CERT_ALTNAME_INVALID";
    let good = root.server(&["localhost", "broker.example"]);
    let says = "not for elsewhere, but for localhost, broker.example;";
    check(&good, &trusted, "elsewhere", code, says).await;
    check(&good, &trusted, "127.0.0.1", code, "not for 127.0.0.1").await;
}

/// webpki doesn't ask whether a root is still valid; OpenSSL, and so the rest of the fleet, does.
#[tokio::test]
async fn expired_authorities() {
    let ca = issue("factory", None, "-days -1 -extfile ca");
    let tls = trusting(&ca.cert_pem);
    let says = "A certificate in the field ca expired on";
    let usual = issue("localhost", Some(&ca), "-days 30 -extfile server");
    check(&usual, &tls, "localhost", "CERT_HAS_EXPIRED", says).await;
    let old = issue("localhost", Some(&ca), "-days 30");
    check(&old, &tls, "localhost", "CERT_HAS_EXPIRED", says).await;
}

#[tokio::test]
async fn certificates_for_other_uses() {
    let root = Ca::new("root");
    let tls = trusting(&root.pem());
    let for_clients = root.issue(&Leaf::client("localhost"));
    check(&for_clients, &tls, "localhost", "INVALID_PURPOSE", "another use").await;

    let ca = issue("factory", None, "-days 30 -extfile ca");
    let no_ca = issue("middle", Some(&ca), "-days 30 -extfile server");
    let below = issue("localhost", Some(&no_ca), "-days 30 -extfile server");
    let chain = below.with_chain(&no_ca.cert_pem);
    check(&chain, &trusting(&ca.cert_pem), "localhost", "INVALID_PURPOSE", "without being a CA")
        .await;

    let root = issue("root", None, "-days 30 -extfile ca0");
    let middle = issue("middle", Some(&root), "-days 30 -extfile ca");
    let chain = issue("localhost", Some(&middle), "-days 30").with_chain(&middle.cert_pem);
    let tls = trusting(&root.cert_pem);
    check(&chain, &tls, "localhost", "PATH_LENGTH_EXCEEDED", "does not allow as many").await;

    // An intermediate alone is no root to OpenSSL.
    let chain = issue("localhost", Some(&middle), "-days 30");
    let tls = trusting(&middle.cert_pem);
    check(&chain, &tls, "localhost", "UNABLE_TO_GET_ISSUER_CERT", "add the root").await;

    let signs_only = ["-addext", "keyUsage=keyCertSign"];
    let own = Workshop::new().self_signed_with("localhost", Key::P256, &signs_only);
    let tls = trusting(&own.cert_pem);
    check(&own, &tls, "localhost", "INVALID_PURPOSE", "another use").await;
}

/// Both ends of TLS in one process, the broker's end with a key that is not its certificate's.
#[tokio::test]
async fn a_certificate_alone_proves_nothing() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::P256);
    let thief = workshop.self_signed("thief", Key::P256);
    let careless = TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() };
    // Version 1, which goes its own way, and version 3.
    let v1 = ca.issue("localhost", Key::P256);
    let v3 = workshop.self_signed("localhost", Key::P256);
    for (stolen, tls) in
        [(&v1, &trusting(ca.pem())), (&v3, &trusting(&v3.cert_pem)), (&v1, &careless)]
    {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let cert = CertificateDer::from_pem_slice(stolen.cert_pem.as_bytes()).expect("PEM");
            let key = PrivateKeyDer::from_pem_slice(thief.key_pem.as_bytes()).expect("PEM");
            let key = provider().key_provider.load_private_key(key).expect("a key");
            let identity = SingleCertAndKey::from(CertifiedKey::new(vec![cert], key));
            let config = rustls::ServerConfig::builder_with_provider(provider().clone())
                .with_protocol_versions(&[version])
                .expect("a version")
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(identity));
            let (ours, theirs) = tokio::io::duplex(65_536);
            let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
            let localhost = host("localhost");
            let client = client(tls);
            let (refused, _) =
                tokio::join!(client.connect(&localhost, ours), acceptor.accept(theirs));
            let refused = refused.expect_err("a stolen certificate");
            assert_eq!(refused.failure.code.as_str(), "ERR_SSL_BAD_SIGNATURE");
        }
    }
}

#[tokio::test]
async fn tls_too_old() {
    let server = Workshop::new().self_signed("localhost", Key::Rsa2048);
    let options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    let server = OpensslServer::start(&server, None, &options);
    let tls = TlsSettings::default();
    let failure = connect(server.address, "localhost", &tls).await.expect_err("TLS 1.1");
    assert_eq!(failure.code.as_str(), "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "{failure}");
    assert!(failure.message.to_string().contains("1.2 or 1.3 is needed"), "{failure}");
}

#[tokio::test]
async fn old_certificates() {
    let workshop = Workshop::new();
    let ca = workshop.ca("old", Key::Rsa2048);
    let tls = trusting(ca.pem());
    let unknown = workshop.ca("other", Key::P256).issue("localhost", Key::P256);
    let system = TlsSettings::default();
    let code = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
    check(&unknown, &tls, "localhost", code, "not known").await;
    check(&unknown, &system, "localhost", code, "paste its CA").await;
    let own = workshop.self_signed("localhost", Key::P256);
    check(&own, &tls, "localhost", "DEPTH_ZERO_SELF_SIGNED_CERT", "to trust it, put it there")
        .await;
    // Without key identifiers, an authority of the same name is taken for the right one at first.
    let namesake = workshop.ca("old", Key::Rsa2048).issue("localhost", Key::P256);
    check(&namesake, &tls, "localhost", "CERT_SIGNATURE_FAILURE", "made again").await;
    let expired = ca.issue_with("localhost", Key::P256, &["-days", "-1"]);
    check(&expired, &tls, "localhost", "CERT_HAS_EXPIRED", "renew it").await;
    let elsewhere = ca.issue("elsewhere", Key::P256);
    let says = "not for localhost, but for elsewhere";
    check(&elsewhere, &tls, "localhost", "ERR_TLS_CERT_ALTNAME_INVALID", says).await;
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
            assert_eq!(failure.code.as_str(), code, "{failure}");
            assert_eq!((failure.stage, failure.errno), (Stage::Tls, None));
            assert!(failure.message.to_string().contains(says), "{failure}");
        }
        if let Some(node) = Oracle::new(tls).node(broker.address(), "localhost") {
            assert_eq!(node, code, "what Node says");
        }
    }
    connect(broker.address(), "localhost", &good).await.expect("a good client certificate");
    let handshake = shake_hands(tls12.address, "localhost", &good).await;
    assert_eq!(handshake.expect("a good client certificate").facts.version, "TLSv1.2");
}

/// What `classify_io` requires of its callers: the broker has closed the connection, writing fails, and yet
/// what it sent before can still be read.
#[tokio::test]
async fn a_failed_write_does_not_lose_the_alert() {
    let root = Ca::new("root");
    let listener = Listener::tls(&root.server(&["localhost"])).require_certificate(&root.pem());
    let broker = Mosquitto::builder().listener(listener).start().await;
    let handshake = shake_hands(broker.address(), "localhost", &trusting(&root.pem())).await;
    let mut stream = handshake.expect("TLS 1.3 completes the handshake first").stream;
    stream.get_ref().0.readable().await.expect("an alert");
    while stream.write_all(CONNECT).await.is_ok() && stream.flush().await.is_ok() {}
    let error = stream.read_u8().await.expect_err("an alert");
    let failure = classify_io(&error).expect("a TLS failure");
    assert_eq!(failure.code.as_str(), "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_speak_something_else() {
    let tls = TlsSettings::default();
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
            (&*failure.code.as_str(), failure.errno, failure.syscall.as_deref(), failure.port),
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
    let refused = shake_hands(broker.address(), "localhost", &TlsSettings::default())
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
