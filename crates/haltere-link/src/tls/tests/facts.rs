//! What is shown of a certificate.

use std::sync::LazyLock;

use haltere_testkit::Ca;
use haltere_testkit::certs::openssl::{Key, Workshop};
use proptest::prelude::*;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::super::{certificate_facts, day};

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}

#[test]
fn old_and_new_certificates_are_read() {
    let workshop = Workshop::new();
    let v1 = workshop.ca("My CA", Key::Rsa2048).issue("localhost", Key::P521);
    let facts = certificate_facts(&der(&v1.cert_pem));
    assert_eq!((facts.subject.as_str(), facts.issuer.as_str()), ("CN=localhost", "CN=My CA"));
    assert_eq!(facts.names, ["localhost"]);
    assert_eq!(facts.pem, v1.cert_pem);
    assert!(facts.not_before < facts.not_after);

    let v3 = Ca::new("root").server(&["broker.example", "127.0.0.1", "::1"]);
    let facts = certificate_facts(&der(&v3.cert_pem));
    assert_eq!(facts.names, ["broker.example", "127.0.0.1", "::1"]);
    assert_eq!(facts.not_after, Some("2090-01-01T00:00:00Z".parse().expect("a time")));
    assert_eq!(facts.sha256_fingerprint.len(), 32 * 3 - 1);
}

#[test]
fn hostile_names_are_cut_and_cleaned() {
    let workshop = Workshop::new();
    let names = (0..200).map(|n| format!("DNS:h{n}")).collect::<Vec<_>>().join(",");
    let options = ["-addext", &format!("subjectAltName={names}")];
    let many = workshop.self_signed_with("x", Key::P256, &options);
    assert_eq!(certificate_facts(&der(&many.cert_pem)).names.len(), 64);
    let tricky = Ca::new("a\u{1b}[31m\u{202e}evil");
    let facts = certificate_facts(&der(&tricky.pem()));
    assert_eq!(facts.subject, "CN=a\u{fffd}[31m\u{fffd}evil");
}

#[test]
fn certificates_without_end_are_read() {
    // RFC 5280, 4.1.2.5: what a certificate without a planned end says. Written over the end of
    // another, because no tool at hand makes one; the signature is not checked here.
    let mut bytes = CERTIFICATE.clone();
    let end = bytes.windows(15).position(|window| window == b"20900101000000Z").expect("an end");
    bytes[end..end + 15].copy_from_slice(b"99991231235959Z");
    let facts = certificate_facts(&bytes);
    assert_eq!(day(facts.not_after.expect("an end")), "9999-12-31");
}

/// A certificate to damage.
static CERTIFICATE: LazyLock<Vec<u8>> =
    LazyLock::new(|| der(&Ca::new("root").server(&["localhost", "127.0.0.1"]).cert_pem).to_vec());

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let facts = certificate_facts(&bytes);
        prop_assert_eq!(facts.subject, "");
    }

    #[test]
    fn no_damage_makes_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = CERTIFICATE.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let facts = certificate_facts(&bytes);
        prop_assert!(facts.subject.chars().count() <= 512 && facts.names.len() <= 64);
    }
}
