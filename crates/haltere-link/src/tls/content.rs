//! What DER contains, recognized by its form: labels and file names are often wrong.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use super::certificate::Certificate;
use super::der::{Element, element};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The object identifiers of PKCS #7 (RFC 2315 §14), short of their last part.
const PKCS7: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// What DER holds. The bytes of a key or certificate end with it: in a `TRUSTED CERTIFICATE`, OpenSSL
/// appends data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// An X.509 certificate.
    Certificate(&'a [u8]),
    /// A private key of any algorithm (RFC 5958).
    Pkcs8(&'a [u8]),
    /// An RSA key (RFC 8017 §A.1.2).
    Pkcs1(&'a [u8]),
    /// A key on an elliptic curve (RFC 5915).
    Sec1(&'a [u8]),
    /// A DSA key as OpenSSL writes it.
    DsaKey,
    /// A private key, encrypted (RFC 5958 §3).
    EncryptedKey,
    /// A public key.
    PublicKey,
    /// A certificate signing request (PKCS #10).
    Request,
    /// A certificate revocation list.
    RevocationList,
    /// A PKCS #7 bundle of certificates (`.p7b`).
    Pkcs7,
    /// A password-protected PKCS #12 archive (`.p12`, `.pfx`).
    Pkcs12,
    /// Anything else.
    Unknown,
}

/// Recognizes the content of DER, and of the BER containers that old programs write.
pub(super) fn content(der: &[u8]) -> Content<'_> {
    match der {
        [SEQUENCE, 0x80, INTEGER, 1, 3, ..] => return Content::Pkcs12,
        [SEQUENCE, 0x80, OBJECT_IDENTIFIER, _, rest @ ..] if rest.starts_with(PKCS7) => {
            return Content::Pkcs7;
        }
        _ => {}
    }
    let Some(Element { tag: SEQUENCE, content, whole, .. }) = element(der) else {
        return Content::Unknown;
    };
    // Names five fields at most; more are counted only to distinguish DSA from RSA.
    let fields: Vec<Element<'_>> = fields(content).take(10).collect();
    match fields.as_slice() {
        [Element { tag: INTEGER, content: [3], .. }, Element { tag: SEQUENCE, .. }, ..] => {
            Content::Pkcs12
        }
        [
            Element { tag: INTEGER, content: [0 | 1], .. },
            Element { tag: SEQUENCE, content: algorithm, .. },
            Element { tag: OCTET_STRING, .. },
            ..,
        ] if names_something(algorithm) => Content::Pkcs8(whole),
        [Element { tag: INTEGER, content: [1], .. }, Element { tag: OCTET_STRING, .. }, ..] => {
            Content::Sec1(whole)
        }
        all if all.len() == 6 && all.iter().all(|field| field.tag == INTEGER) => Content::DsaKey,
        all if all.len() >= 9 && all[..9].iter().all(|field| field.tag == INTEGER) => {
            Content::Pkcs1(whole)
        }
        [Element { tag: OBJECT_IDENTIFIER, content, .. }, ..] if content.starts_with(PKCS7) => {
            Content::Pkcs7
        }
        [Element { tag: SEQUENCE, content: algorithm, .. }, Element { tag: BIT_STRING, .. }]
            if names_something(algorithm) =>
        {
            Content::PublicKey
        }
        [Element { tag: SEQUENCE, content: algorithm, .. }, Element { tag: OCTET_STRING, .. }]
            if names_something(algorithm) =>
        {
            Content::EncryptedKey
        }
        [Element { tag: SEQUENCE, .. }, ..] => signed(whole),
        _ => Content::Unknown,
    }
}

/// Whether this can be a certificate: something, an algorithm, a signature. Cheaper than reading it.
pub(super) fn looks_signed(der: &[u8]) -> bool {
    let Some(Element { tag: SEQUENCE, content, rest: [], .. }) = element(der) else { return false };
    let tags: Vec<u8> = fields(content).map(|field| field.tag).take(4).collect();
    tags == [SEQUENCE, SEQUENCE, BIT_STRING]
}

fn signed(whole: &[u8]) -> Content<'_> {
    if Certificate::parse(whole).is_some() {
        Content::Certificate(whole)
    } else if X509CertificationRequest::from_der(whole).is_ok() {
        Content::Request
    } else if CertificateRevocationList::from_der(whole).is_ok() {
        Content::RevocationList
    } else {
        Content::Unknown
    }
}

/// Whether an algorithm identifier begins the way they all do.
fn names_something(algorithm: &[u8]) -> bool {
    algorithm.first() == Some(&OBJECT_IDENTIFIER)
}

/// The elements of a sequence, up to the first that is damaged.
fn fields(mut content: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let field = element(content)?;
        content = field.rest;
        Some(field)
    })
}
