//! Any bytes where a certificate or a key should be: pasted by an operator, presented by a broker.

use std::time::Duration;

use haltere_core::text::misleads;
use haltere_core::{Pem, TlsSettings};
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::armor;
use super::der;
use super::facts::{CertificateFacts, certificate_facts};
use super::material_error::MaterialError;
use super::pem;
use super::provider::provider;
use super::tidy::{check_material, check_stored, tidy_ca, tidy_cert, tidy_key};
use super::trust::Trust;
use super::verifier::Verifier;

/// An authority whose key was deleted, and everything it has ever signed. Made with
/// `openssl x509 -req`: `OLD` and `OLD_BELOW` are of version 1, without alternative names, the way
/// `mosquitto-tls(7)` says; `BETWEEN` is an intermediate authority.
const AUTHORITY: &[u8] = include_bytes!("fuzzing/ca.der");
const OLD: &[u8] = include_bytes!("fuzzing/old.der");
const NEW: &[u8] = include_bytes!("fuzzing/new.der");
const BETWEEN: &[u8] = include_bytes!("fuzzing/between.der");
const OLD_BELOW: &[u8] = include_bytes!("fuzzing/old_below.der");
/// The name that all of them are for, and a time at which all of them are valid.
const HOST: &str = "broker.example";
const NOW: Duration = Duration::from_hours(500_000);

/// Reads pasted text as certificates, as a key, and as both.
///
/// A refusal names its field and is short; a certificate that is taken is shown as it is.
pub fn pem(input: &[u8]) {
    match pem::certificates("ca", input) {
        Ok(certificates) => {
            assert!(!certificates.is_empty());
            for certificate in &certificates {
                let facts = certificate_facts(certificate);
                check_facts(&facts);
                let again = pem::certificates("ca", facts.pem.as_bytes());
                assert_eq!(again.as_deref(), Ok(&[certificate.clone()][..]));
            }
        }
        Err(error) => check_refusal(&error),
    }
    if let Err(error) = pem::private_key("key", input) {
        check_refusal(&error);
    }
    let text = Pem::new(input.to_vec());
    if let Err(error) = tidy_ca(&text).map(|ca| check_kept(&ca)) {
        check_refusal(&error);
    }
    if let Err(error) = tidy_cert(&text).map(|(cert, _)| check_kept(&cert)) {
        check_refusal(&error);
    }
    if let Err(error) = tidy_key(&text.clone().into()) {
        check_refusal(&error);
    }
    if let Some(cleaned) = check_stored(&text) {
        check_kept(&cleaned.certificates);
    }
    let pasted_twice =
        TlsSettings { cert: Some(text.clone()), key: Some(text.into()), ..TlsSettings::default() };
    if let Err(error) = check_material(&pasted_twice) {
        check_refusal(&error);
    }
}

/// The kept text holds no key, and is kept unchanged the next time.
fn check_kept(kept: &Pem) {
    assert!(!armor::contains(kept.bytes(), b"PRIVATE KEY"));
    assert_eq!(check_stored(kept), None);
}

fn check_refusal(error: &MaterialError) {
    assert!(["ca", "cert", "key"].contains(&error.field), "{error}");
    let reason = error.reason.to_string();
    assert!(reason.len() < 200 && reason.chars().all(|c| !misleads(c)), "{error}");
}

/// Reads what a broker presents, one certificate in DER form after the other, and checks it as a
/// connection does that has a CA of its own.
///
/// Nothing is accepted that the authority has not signed, whatever else it contains.
pub fn certificate(input: &[u8]) {
    check_facts(&certificate_facts(input));
    let presented = presented(input);
    let Some((leaf, others)) = presented.split_first() else { return };
    let name = ServerName::try_from(HOST).expect("a valid name");
    let now = UnixTime::since_unix_epoch(NOW);

    let ours = Trust::supplied(vec![AUTHORITY.into()]);
    let verdict =
        Verifier::new(Some(ours), provider()).verify_server_cert(leaf, others, &name, &[], now);
    if verdict.is_ok() {
        let signed = [AUTHORITY, OLD, NEW, BETWEEN, OLD_BELOW].map(to_be_signed);
        assert!(signed.contains(&to_be_signed(leaf)), "accepted without a signature");
    }

    // And as one whose operator has pasted the very same: whatever the verdict, there is one.
    let theirs = Verifier::new(Some(Trust::supplied(presented.clone())), provider());
    let _verdict = theirs.verify_server_cert(leaf, others, &name, &[], now);
    let _legacy = theirs.is_legacy(&presented, &name, now);
}

/// The bytes that a signature is for.
fn to_be_signed(certificate: &[u8]) -> Option<Vec<u8>> {
    let (fields, _) = der::split(certificate)?;
    let (_, after) = der::split(fields)?;
    Some(fields[..fields.len() - after.len()].to_vec())
}

fn presented(mut input: &[u8]) -> Vec<CertificateDer<'static>> {
    const MOST: usize = 12;
    let mut presented = Vec::new();
    while !input.is_empty() && presented.len() < MOST {
        let after = der::split(input).map_or(&[][..], |(_, after)| after);
        let (certificate, rest) = input.split_at(input.len() - after.len());
        presented.push(certificate.to_vec().into());
        input = rest;
    }
    presented
}

fn check_facts(facts: &CertificateFacts) {
    let CertificateFacts { subject, issuer, names, not_before, not_after, .. } = facts;
    for (text, most) in
        [(subject, 512), (issuer, 512)].into_iter().chain(names.iter().map(|name| (name, 255)))
    {
        assert!(text.chars().count() <= most && !text.chars().any(misleads), "{text:?}");
    }
    assert!(names.len() <= 64);
    assert_eq!(not_before.is_some(), not_after.is_some());
    assert_eq!(facts.sha256_fingerprint.len(), 32 * 3 - 1);
}
