//! The stored form of `ca`, `cert` and `key`.
//!
//! Many tools write certificates and their private key into one file. `ca` and `cert` are visible to users
//! who must not see the key, so only their certificates are stored.
//!
//! The stored form is that of openssl: the same certificates are the same bytes, whatever line ends,
//! blanks and comments they came with.

use haltere_core::{Pem, Secret, TlsSettings};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::armor::{self, Block, Body};
use super::content::looks_signed;
use super::foreign::Foreign;
use super::material_error::{MaterialError, MaterialFault};
use super::parsed_settings::ParsedSettings;
use super::pem::{self, Item};

/// Reads settings as an operator gives them, and checks that they make sense together.
///
/// A private key inside `cert` becomes `key` if there is none. In addition to one, and inside `ca`, it is
/// refused.
pub fn tidy(given: &TlsSettings) -> Result<TlsSettings, MaterialError> {
    let TlsSettings { ca, cert, key, .. } = given;
    let ca = ca.as_ref().map(tidy_ca).transpose()?;
    let (cert, found) = match cert.as_ref().map(tidy_cert).transpose()? {
        Some((cert, found)) => (Some(cert), found),
        None => (None, None),
    };
    let key = match (key, found) {
        (Some(_), Some(_)) => return Err(two_keys()),
        // Without a certificate it is refused for that.
        (Some(key), None) if cert.is_some() => Some(tidy_key(key)?),
        (key, found) => found.or_else(|| key.clone()),
    };
    let tidied = TlsSettings { ca, cert, key, ..given.clone() };
    check_material(&tidied)?;
    Ok(tidied)
}

/// Checks that certificates and keys can be read, and that key and certificate belong together.
pub fn check_material(tls: &TlsSettings) -> Result<(), MaterialError> {
    ParsedSettings::read(tls).map(|_| ())
}

/// A key came with the certificate, and another one in `key`.
pub fn two_keys() -> MaterialError {
    MaterialError::new("cert", MaterialFault::TwoKeys)
}

/// The certificates of `ca`.
pub fn tidy_ca(given: &Pem) -> Result<Pem, MaterialError> {
    check_size("ca", given)?;
    let items = pem::items(given.bytes());
    let has_certificate = items.iter().any(|item| matches!(item, Item::Certificate(_)));
    if has_certificate && items.iter().any(Item::is_private_key) {
        return Err(MaterialError::new("ca", MaterialFault::CaWithKey));
    }
    let certificates = pem::certificates_of("ca", given.bytes(), items)?;
    kept("ca", &certificates)
}

/// The certificates of `cert`, and the private key among them.
pub fn tidy_cert(given: &Pem) -> Result<(Pem, Option<Secret<Pem>>), MaterialError> {
    check_size("cert", given)?;
    let (keys, items): (Vec<_>, Vec<_>) =
        pem::items(given.bytes()).into_iter().partition(Item::is_private_key);
    if !items.iter().any(|item| matches!(item, Item::Certificate(_))) {
        // Says what is there instead of a certificate.
        let all = keys.into_iter().chain(items).collect();
        let certificates = pem::certificates_of("cert", given.bytes(), all)?;
        return Ok((kept("cert", &certificates)?, None));
    }
    let certificates = pem::certificates_of("cert", given.bytes(), items)?;
    let mut keys = keys.into_iter();
    let key = match (keys.next(), keys.next()) {
        (None, _) => None,
        (Some(Item::Key(key)), None) => Some(encode_key(&key)),
        (Some(Item::Foreign(foreign)), None) => return Err(not_a_certificate(foreign)),
        (Some(Item::Damaged { .. }), None) => return Err(pem::damaged("cert")),
        _ => return Err(MaterialError::new("cert", MaterialFault::SeveralKeys)),
    };
    Ok((kept("cert", &certificates)?, key))
}

/// The key of `key`.
pub fn tidy_key(given: &Secret<Pem>) -> Result<Secret<Pem>, MaterialError> {
    check_size("key", given.expose())?;
    let key = encode_key(&pem::private_key("key", given.expose().bytes())?);
    check_size("key", key.expose())?;
    Ok(key)
}

/// A stored key in the form in which new ones are kept. One that can't be read stays as it is.
pub fn normalize_key(stored: Secret<Pem>) -> Secret<Pem> {
    let key = pem::private_key("key", stored.expose().bytes());
    key.map_or(stored, |key| encode_key(&key))
}

/// What a stored `ca` or `cert` should be replaced with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// Its certificates; empty if there are none: then no broker is trusted.
    pub certificates: Pem,
    /// The private key among them, if there is one that can be read.
    pub key: Option<Secret<Pem>>,
    /// What is wrong with it.
    pub found: Impurity,
}

/// What was found in a stored `ca` or `cert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impurity {
    /// A private key, in whatever form.
    PrivateKey,
    /// Something else that is not a certificate.
    Other,
    /// Only certificates, but not in the normal form.
    Layout,
}

/// Checks a stored `ca` or `cert`; `None` if it is in the normal form. Never fails, because another program
/// may have written it.
pub fn check_stored(stored: &Pem) -> Option<Cleaned> {
    let text = stored.bytes();
    if text.is_empty() {
        return None;
    }
    if is_only_certificates(text) {
        return normalized(stored);
    }
    let (mut certificates, mut keys, mut had_key) = (Vec::new(), Vec::new(), false);
    for item in pem::items(text) {
        had_key |= item.is_private_key();
        match item {
            Item::Certificate(certificate) => certificates.push(certificate),
            Item::Key(key) => keys.push(encode_key(&key)),
            _ => {}
        }
    }
    let key = if keys.len() == 1 { keys.pop() } else { None };
    let found = if had_key { Impurity::PrivateKey } else { Impurity::Other };
    Some(Cleaned { certificates: encode(&certificates), key, found })
}

/// The certificates of a stored file that has nothing else, unless it has the right form already.
fn normalized(stored: &Pem) -> Option<Cleaned> {
    let certificate = |item| if let Item::Certificate(it) = item { Some(it) } else { None };
    // One that can't be read stays, for people to see.
    let certificates: Vec<_> =
        pem::items(stored.bytes()).into_iter().map(certificate).collect::<Option<_>>()?;
    let certificates = encode(&certificates);
    (certificates != *stored).then_some(Cleaned {
        certificates,
        key: None,
        found: Impurity::Layout,
    })
}

fn kept(field: &'static str, certificates: &[CertificateDer<'_>]) -> Result<Pem, MaterialError> {
    let kept = encode(certificates);
    check_size(field, &kept)?;
    Ok(kept)
}

/// Whether there is nothing in `text` but certificates, written the way every program reads them. Does not
/// read them all the way.
fn is_only_certificates(text: &[u8]) -> bool {
    let is_certificate = |block: &Block<'_>| {
        let Body::Bytes(der) = &block.body else { return false };
        // A header could say anything.
        let has_header = text[block.range.clone()].contains(&b':');
        block.label == "CERTIFICATE" && !has_header && looks_signed(der.expose())
    };
    let blocks = armor::blocks(text);
    if blocks.is_empty() || !armor::is_laid_out(text) || !blocks.iter().all(is_certificate) {
        return false;
    }
    let mut outside = blocks.iter().scan(0, |from, block| {
        let before = &text[*from..block.range.start];
        *from = block.range.end;
        Some(before)
    });
    let after = blocks.last().map_or(text, |block| &text[block.range.end..]);
    outside.all(|text| text.trim_ascii().is_empty()) && after.trim_ascii().is_empty()
}

fn encode(certificates: &[CertificateDer<'_>]) -> Pem {
    let mut text = Vec::new();
    for certificate in certificates {
        text.extend_from_slice(armor::block("CERTIFICATE", certificate).expose());
    }
    Pem::new(text)
}

/// Under the label that belongs to its form.
fn encode_key(key: &PrivateKeyDer<'_>) -> Secret<Pem> {
    let label = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    Secret::new(Pem::new(armor::block(label, key.secret_der()).expose().clone()))
}

fn not_a_certificate(foreign: Foreign) -> MaterialError {
    let found = foreign.content();
    let reason = match foreign.conversion() {
        Some(command) => MaterialFault::HoldsConvertible { found, command: command.to_owned() },
        None => MaterialFault::Holds { found },
    };
    MaterialError::new("cert", reason)
}

fn check_size(field: &'static str, given: &Pem) -> Result<(), MaterialError> {
    if given.bytes().len() > Pem::MAX_BYTES {
        let max = Pem::MAX_BYTES / 1024;
        return Err(MaterialError::new(field, MaterialFault::TooManyKibibytes { max }));
    }
    Ok(())
}
