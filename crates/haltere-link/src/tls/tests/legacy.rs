//! Certificates made the way `mosquitto-tls(7)` says are accepted exactly where `mosquitto_pub`
//! accepts them.

use std::sync::Arc;

use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::{Ca, Identity, Listener, Mosquitto};
use rustls::RootCertStore;
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject as _};

use super::super::provider::provider;
use super::super::trust::Trust;
use super::super::verifier::{Verifier, server_name};
use super::*;

/// How we take a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acceptance {
    AsLegacy,
    AsUsual,
    Refused,
}

use Acceptance::{AsLegacy, AsUsual, Refused};

/// Options for `openssl x509 -req`: these extensions, and thirty days.
struct Extensions(tempfile::NamedTempFile);

impl Extensions {
    fn new(lines: &str) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), lines).expect("a temporary file");
        Self(file)
    }

    fn options(&self) -> [&str; 4] {
        ["-days", "30", "-extfile", self.0.path().to_str().expect("a plain path")]
    }
}

/// A self-signed certificate of version 1.
fn self_signed_v1(name: &str) -> Identity {
    issue(name, None, "-days 30")
}

/// A certificate of version 1 from any issuer, whether a CA or not.
fn issue_v1(ca: &Identity, name: &str) -> Identity {
    issue(name, Some(ca), "-days 30")
}

/// A certificate with these extensions, likewise.
fn issue_as(name: &str, ca: Option<&Identity>, extensions: &str) -> Identity {
    let extensions = Extensions::new(extensions);
    issue(name, ca, &extensions.options().join(" "))
}

async fn check(what: &str, server: &Identity, ca: &str, name: &str, expected: Acceptance) {
    let broker = Mosquitto::builder().listener(Listener::tls(server)).start().await;
    let tls = trusting(ca);
    let accepted = match shake_hands(broker.address(), name, &tls).await {
        Ok(handshake) if handshake.facts.legacy_certificate => AsLegacy,
        Ok(_) => AsUsual,
        Err(_) => Refused,
    };
    assert_eq!(accepted, expected, "{what}");
    let oracle = Oracle::new(&tls).mosquitto_pub(broker.address(), name);
    assert_eq!(oracle, expected != Refused, "{what}: what mosquitto_pub says");
}

#[tokio::test]
async fn certificates_of_version_1() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::Rsa2048);
    for key in [Key::Rsa2048, Key::P256, Key::P384, Key::P521] {
        let server = ca.issue("localhost", key);
        openssl_makes_v1(&workshop, &server);
        check(&format!("{key:?}"), &server, ca.pem(), "localhost", AsLegacy).await;
    }
    let ec_ca = workshop.ca("factory", Key::P521);
    let under_p521 = ec_ca.issue("localhost", Key::P521);
    check("under P-521", &under_p521, ec_ca.pem(), "localhost", AsLegacy).await;
    let two = format!("{}{}", workshop.ca("factory", Key::P256).pem(), ca.pem());
    let server = ca.issue("LocalHost", Key::P256);
    check("capitals", &server, ca.pem(), "localhost", AsLegacy).await;
    check("right CA second", &under_p521, &two, "localhost", Refused).await;
    let by_address = ca.issue("127.0.0.1", Key::P256);
    check("address as common name", &by_address, ca.pem(), "127.0.0.1", AsLegacy).await;
    check("another name", &by_address, ca.pem(), "localhost", Refused).await;
    let own_ca = workshop.self_signed("other", Key::P256).cert_pem;
    check("another CA", &server, &own_ca, "localhost", Refused).await;
    check("given itself as CA", &server, &server.cert_pem, "localhost", Refused).await;
    let expired = ca.issue_with("localhost", Key::P256, &["-days", "-1"]);
    check("expired", &expired, ca.pem(), "localhost", Refused).await;
}

#[tokio::test]
async fn authorities_of_version_1() {
    let ca = self_signed_v1("factory");
    if !openssl_makes_v1(&Workshop::new(), &ca) {
        return;
    }
    check("v1 under v1", &issue_v1(&ca, "localhost"), &ca.cert_pem, "localhost", AsLegacy).await;
    let own = self_signed_v1("localhost");
    check("v1 self-signed", &own, &own.cert_pem, "localhost", AsLegacy).await;
    let no_ca = issue_v1(&ca, "localhost");
    let under_leaf = issue_v1(&no_ca, "localhost").with_chain(&no_ca.cert_pem);
    check("v1 that is no root as CA", &under_leaf, &ca.cert_pem, "localhost", Refused).await;
}

#[tokio::test]
async fn authorities_used_as_servers() {
    let workshop = Workshop::new();
    let own = |name, options: &[&str]| workshop.self_signed_with(name, Key::P256, options);
    let with_san = ["-addext", "subjectAltName=DNS:localhost"];
    for (what, server, name, expected) in [
        ("plain", own("localhost", &[]), "localhost", AsLegacy),
        ("another name", own("elsewhere", &[]), "localhost", Refused),
        ("SAN", own("elsewhere", &with_san), "localhost", AsLegacy),
        ("SAN beats common name", own("127.0.0.1", &with_san), "127.0.0.1", Refused),
        (
            "address in SAN",
            own("x", &["-addext", "subjectAltName=IP:127.0.0.1"]),
            "127.0.0.1",
            AsLegacy,
        ),
        (
            "other address in SAN",
            own("localhost", &["-addext", "subjectAltName=IP:10.0.0.1"]),
            "localhost",
            AsLegacy,
        ),
        (
            "may only sign certificates",
            own("localhost", &["-addext", "keyUsage=critical,keyCertSign"]),
            "localhost",
            Refused,
        ),
        (
            "may sign anything",
            own("localhost", &["-addext", "keyUsage=critical,keyCertSign,digitalSignature"]),
            "localhost",
            AsLegacy,
        ),
        (
            "for clients only",
            own("localhost", &["-addext", "extendedKeyUsage=clientAuth"]),
            "localhost",
            Refused,
        ),
        (
            "for CAs only, as Netscape said it",
            own("localhost", &["-addext", "nsCertType=sslCA"]),
            "localhost",
            Refused,
        ),
        (
            "for servers, as Netscape said it",
            own("localhost", &["-addext", "nsCertType=server"]),
            "localhost",
            AsLegacy,
        ),
        ("SHA-1, by itself", own("localhost", &["-sha1"]), "localhost", AsLegacy),
        (
            "unknown critical rule",
            own("localhost", &["-addext", "1.2.3.4=critical,ASN1:NULL"]),
            "localhost",
            Refused,
        ),
    ] {
        check(what, &server, &server.cert_pem, name, expected).await;
    }
    let ca = workshop.ca("factory", Key::P256);
    let another = own("localhost", &[]);
    check("not given", &another, ca.pem(), "localhost", Refused).await;
    let as_ca = Extensions::new("basicConstraints=critical,CA:TRUE");
    let sub = ca.issue_with("localhost", Key::P256, &as_ca.options());
    check("CA under a CA", &sub, ca.pem(), "localhost", AsLegacy).await;
}

#[tokio::test]
async fn addresses_written_as_dns_names() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::P256);
    let server = |common_name: &str, names: &str| {
        let names = Extensions::new(&format!("subjectAltName={names}"));
        ca.issue_with(common_name, Key::P256, &names.options())
    };
    for (what, common_name, names, expected) in [
        ("as a DNS name", "x", "DNS:127.0.0.1", AsLegacy),
        ("and as common name", "127.0.0.1", "DNS:127.0.0.1", AsLegacy),
        ("and an address", "x", "DNS:127.0.0.1,IP:10.0.0.1", AsLegacy),
        ("and another name", "x", "DNS:elsewhere,DNS:127.0.0.1", AsLegacy),
        ("both ways", "x", "DNS:127.0.0.1,IP:127.0.0.1", AsUsual),
        ("common name and a DNS name", "127.0.0.1", "DNS:elsewhere", Refused),
        ("common name and an address", "127.0.0.1", "IP:10.0.0.1", AsLegacy),
        ("dot at the end", "x", "DNS:127.0.0.1.", Refused),
        ("zero in front", "x", "DNS:127.0.0.01", Refused),
        ("star alone", "x", "DNS:*", Refused),
        ("another address", "x", "DNS:127.0.0.2", Refused),
    ] {
        check(what, &server(common_name, names), ca.pem(), "127.0.0.1", expected).await;
    }
    check("a name", &server("x", "DNS:127.0.0.1"), ca.pem(), "localhost", Refused).await;
    check(
        "strange and good",
        &server("x", "DNS:::1,DNS:localhost"),
        ca.pem(),
        "localhost",
        AsUsual,
    )
    .await;
    let other = workshop.ca("factory", Key::P256);
    let foreign = server("x", "DNS:127.0.0.1");
    check("another CA", &foreign, other.pem(), "127.0.0.1", Refused).await;

    // mosquitto_pub takes a wildcard for part of an address; that goes too far.
    for wild in [server("x", "DNS:*.0.0.1"), server("*.0.0.1", "IP:10.0.0.1")] {
        let broker = Mosquitto::builder().listener(Listener::tls(&wild)).start().await;
        let tls = trusting(ca.pem());
        let refused =
            shake_hands(broker.address(), "127.0.0.1", &tls).await.expect_err("a wildcard");
        assert_eq!(refused.failure.code.as_str(), "ERR_TLS_CERT_ALTNAME_INVALID");
        assert!(Oracle::new(&tls).mosquitto_pub(broker.address(), "127.0.0.1"));
    }
    let v6 = server("x", "DNS:::1");
    let broker = Mosquitto::builder().listener(Listener::tls(&v6).v6()).start().await;
    let tls = trusting(ca.pem());
    let handshake = shake_hands(broker.address(), "[::1]", &tls).await.expect("an IPv6 address");
    assert!(handshake.facts.legacy_certificate);
    assert!(Oracle::new(&tls).mosquitto_pub(broker.address(), "::1"));
}

/// Under the system's roots nothing of this is accepted, and it is said as it is.
#[test]
fn an_address_as_a_dns_name_is_called_that() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::P256);
    let names = Extensions::new("subjectAltName=DNS:127.0.0.1");
    let server = ca.issue_with("x", Key::P256, &names.options());
    let mut roots = RootCertStore::empty();
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    roots.add(der(ca.pem())).expect("a root");
    let system = Trust { roots: Arc::new(roots), supplied: Arc::new([]) };
    let name = server_name(&host("127.0.0.1")).expect("a name");
    let error = Verifier::new(Some(system), provider())
        .verify_server_cert(&der(&server.cert_pem), &[], &name, &[], UnixTime::now())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("reason: AddressAsDnsName { host: \"127.0.0.1\" }"), "{error}");
}

#[tokio::test]
async fn certificates_of_version_3_without_names() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::P256);
    let plain = Extensions::new("basicConstraints=CA:FALSE");
    let named = Extensions::new("basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost");
    let server = ca.issue_with("localhost", Key::P256, &plain.options());
    check("common name", &server, ca.pem(), "localhost", AsLegacy).await;
    let server = ca.issue_with("elsewhere", Key::P256, &plain.options());
    check("another common name", &server, ca.pem(), "localhost", Refused).await;
    let server = ca.issue_with("elsewhere", Key::P256, &named.options());
    check("as it should be", &server, ca.pem(), "localhost", AsUsual).await;
    let v1_ca = self_signed_v1("factory");
    check(
        "v3 by rcgen",
        &Ca::new("x").server(&["localhost"]),
        &v1_ca.cert_pem,
        "localhost",
        Refused,
    )
    .await;
}

#[tokio::test]
async fn intermediates_in_old_chains() {
    let workshop = Workshop::new();
    let root = workshop.ca("root", Key::P256);
    for (what, constraints, expected) in [
        ("a CA", "basicConstraints=critical,CA:TRUE", AsLegacy),
        ("a CA of leaves", "basicConstraints=critical,CA:TRUE,pathlen:0", AsLegacy),
        ("no CA", "basicConstraints=CA:FALSE", Refused),
        ("may not sign", "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature", Refused),
    ] {
        let extensions = Extensions::new(constraints);
        let middle = root.issue_with("middle", Key::Rsa2048, &extensions.options());
        let server = issue_v1(&middle, "localhost");
        let whole = server.with_chain(&middle.cert_pem);
        check(what, &whole, root.pem(), "localhost", expected).await;
        let both = format!("{}{}", middle.cert_pem, root.pem());
        check(&format!("{what}, given"), &server, &both, "localhost", expected).await;
        check(&format!("{what}, root unknown"), &whole, &middle.cert_pem, "localhost", Refused)
            .await;
    }
}

#[tokio::test]
async fn authorities_that_allow_none_below_them() {
    let root = issue("root", None, "-days 30 -extfile ca0");
    let middle = issue("middle", Some(&root), "-days 30 -extfile ca");
    let server = issue_v1(&middle, "localhost").with_chain(&middle.cert_pem);
    check("one too many", &server, &root.cert_pem, "localhost", Refused).await;
    let server = issue_v1(&root, "localhost");
    check("none", &server, &root.cert_pem, "localhost", AsLegacy).await;
}

#[tokio::test]
async fn old_client_certificates_under_both_versions() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::Rsa2048);
    for (server_key, client_key) in
        [(Key::Rsa2048, Key::P521), (Key::P521, Key::Rsa2048), (Key::P256, Key::P384)]
    {
        let what = format!("{server_key:?} {client_key:?}");
        let server = ca.issue("localhost", server_key);
        let tls = presenting(trusting(ca.pem()), &ca.issue("me", client_key));
        let listener = Listener::tls(&server).require_certificate(ca.pem());
        let broker = Mosquitto::builder().listener(listener).start().await;
        connect(broker.address(), "localhost", &tls).await.expect(&what);

        let tls12 = OpensslServer::start(&server, Some(ca.pem()), &["-tls1_2"]);
        let handshake = shake_hands(tls12.address, "localhost", &tls).await.expect(&what);
        assert_eq!(handshake.facts.version, "TLSv1.2");
        assert!(handshake.facts.legacy_certificate);
    }
}

/// What webpki doesn't ask, but OpenSSL does.
#[tokio::test]
async fn certificates_used_for_what_they_were_not_made_for() {
    let server = |ca: &Identity| issue_as("localhost", Some(ca), "subjectAltName=DNS:localhost");
    for (what, extensions, expected) in [
        ("a CA", "basicConstraints=critical,CA:TRUE", AsUsual),
        ("a CA by its use", "keyUsage=keyCertSign", AsUsual),
        ("no CA", "basicConstraints=critical,CA:FALSE", Refused),
        ("neither", "subjectKeyIdentifier=hash", Refused),
        ("may not sign", "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature", Refused),
    ] {
        let root = issue_as("factory", None, extensions);
        check(what, &server(&root), &root.cert_pem, "localhost", expected).await;
    }
    let root = issue("root", None, "-days 30 -extfile ca0");
    let middle = issue("middle", Some(&root), "-days 30 -extfile ca");
    let whole = server(&middle).with_chain(&middle.cert_pem);
    check("one too many", &whole, &root.cert_pem, "localhost", Refused).await;
    let signer = issue_as(
        "localhost",
        Some(&root),
        "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nkeyUsage=keyCertSign",
    );
    check("signs only", &signer, &root.cert_pem, "localhost", Refused).await;
}

/// Whether `leaf` may speak for localhost under this CA. For what OpenSSL won't even serve.
fn passes(leaf: &Identity, ca: &str) -> bool {
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    let verifier = Verifier::new(Some(Trust::supplied(vec![der(ca)])), provider());
    let (leaf, now) = (der(&leaf.cert_pem), UnixTime::now());
    let name = server_name(&host("localhost")).expect("a name");
    verifier.verify_server_cert(&leaf, &[], &name, &[], now).is_ok()
}

#[test]
fn parts_that_cannot_be_read() {
    let workshop = Workshop::new();
    for part in ["subjectAltName", "extendedKeyUsage", "keyUsage", "nameConstraints", "1.2.3.4"] {
        let extension = format!("{part}=DER:0500");
        let options = ["-addext", extension.as_str()];
        let own = workshop.self_signed_with("localhost", Key::P256, &options);
        assert_eq!(passes(&own, &own.cert_pem), part == "1.2.3.4", "{part}");
    }
}

#[test]
fn signatures_that_are_no_longer_trusted() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::Rsa2048);
    for (hash, expected) in [("-sha256", true), ("-sha1", false), ("-md5", false)] {
        let server = ca.issue_with("localhost", Key::P256, &["-days", "30", hash]);
        assert_eq!(passes(&server, ca.pem()), expected, "{hash}");
    }
}

#[test]
fn the_systems_roots_never_vouch_for_old_certificates() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::P256);
    let ca_der = CertificateDer::from_pem_slice(ca.pem().as_bytes()).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(ca_der.clone()).expect("a root");
    let system = Trust { roots: Arc::new(roots), supplied: Arc::new([]) };
    let supplied = Trust::supplied(vec![ca_der]);
    let server = ca.issue("localhost", Key::P256);
    let leaf = CertificateDer::from_pem_slice(server.cert_pem.as_bytes()).expect("a certificate");
    let name = server_name(&host("localhost")).expect("a name");
    let verify = |trust| {
        let now = UnixTime::now();
        Verifier::new(Some(trust), provider()).verify_server_cert(&leaf, &[], &name, &[], now)
    };
    verify(supplied).expect("accepted under a supplied CA");
    let error = verify(system).expect_err("refused under the system's roots");
    assert!(
        !openssl_makes_v1(&workshop, &server)
            || error.to_string().contains("reason: CertificateForm"),
        "{error}"
    );
}
