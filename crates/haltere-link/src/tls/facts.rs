//! What a certificate says about itself.

use std::fmt::Write as _;

use haltere_core::text::misleads;
use haltere_core::{Day, Timestamp};
use sha2::{Digest as _, Sha256};

use super::certificate::Certificate;
use super::{armor, names, pem};

/// The longest subject or issuer, in characters.
const MAX_NAME: usize = 512;
/// The most names listed.
const MAX_NAMES: usize = 64;
/// The longest of them, in characters.
const MAX_HOST_NAME: usize = 255;
/// The most certificates read from one file.
const MAX_CERTIFICATES: usize = 64;

/// What a certificate says, for people to read. Hostile input: lengths are bounded and control
/// characters replaced. Not used for decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The subject (`C=DE, CN=broker`); empty if it can't be read. At most 512 characters.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// The host names and IP addresses it is valid for: the subject alternative names, or else the
    /// common name. At most 64 of at most 255 characters.
    pub names: Vec<String>,
    /// Not before; `None` if it can't be read.
    pub not_before: Option<Timestamp>,
    /// Not after; `None` if it can't be read. "Never" is the largest timestamp; [`day`] shows the real
    /// date.
    pub not_after: Option<Timestamp>,
    /// SHA-256 over the DER form, upper-case hexadecimal with colons, as
    /// `openssl x509 -fingerprint -sha256` prints it.
    pub sha256_fingerprint: String,
    /// The certificate itself, as PEM.
    pub pem: String,
}

/// The day on which a certificate begins or ends: `2026-11-23`. "Never" is a day later than a timestamp can be.
pub fn day(at: Timestamp) -> String {
    Day(at).to_string()
}

/// Reads any X.509 certificate, whatever its version; what can't be read stays empty.
pub fn certificate_facts(der: &[u8]) -> CertificateFacts {
    let certificate = Certificate::parse(der);
    let certificate = certificate.as_ref();
    CertificateFacts {
        subject: certificate.map(|c| printable(&c.subject_text(), MAX_NAME)).unwrap_or_default(),
        issuer: certificate.map(|c| printable(&c.issuer_text(), MAX_NAME)).unwrap_or_default(),
        names: certificate.map(host_names).unwrap_or_default(),
        not_before: certificate.map(Certificate::not_before),
        not_after: certificate.map(Certificate::not_after),
        sha256_fingerprint: fingerprint(der),
        pem: to_pem(der),
    }
}

/// Who signed a certificate, as in [`CertificateFacts::issuer`]; `None` if it can't be read.
pub(crate) fn issuer_of(der: &[u8]) -> Option<String> {
    Some(printable(&Certificate::parse(der)?.issuer_text(), MAX_NAME))
}

/// The certificates in a PEM file, in the order of the file; at most 64. Empty if there is none, or the file
/// is damaged: it may come from a database that another program has written to.
pub fn certificates_in(pem: &[u8]) -> Vec<CertificateFacts> {
    let certificates = pem::certificates("cert", pem).unwrap_or_default();
    certificates.iter().take(MAX_CERTIFICATES).map(|der| certificate_facts(der)).collect()
}

/// The host names and addresses a certificate is good for, bounded and printable.
pub(super) fn host_names(certificate: &Certificate<'_>) -> Vec<String> {
    let names = names::all(certificate);
    names.iter().take(MAX_NAMES).map(|name| printable(name, MAX_HOST_NAME)).collect()
}

/// At most `max` characters, none of which moves the cursor or turns the direction of text.
pub(super) fn printable(text: &str, max: usize) -> String {
    text.chars()
        .take(max)
        .map(|c| if misleads(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

fn fingerprint(der: &[u8]) -> String {
    let mut text = String::with_capacity(3 * 32);
    for byte in Sha256::digest(der) {
        let separator = if text.is_empty() { "" } else { ":" };
        write!(text, "{separator}{byte:02X}").expect("writing to a string can't fail");
    }
    text
}

fn to_pem(der: &[u8]) -> String {
    String::from_utf8_lossy(armor::block("CERTIFICATE", der).expose()).into_owned()
}
