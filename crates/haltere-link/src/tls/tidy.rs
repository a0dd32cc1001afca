//! What is kept of what people give as `ca`, `cert` and `key`.
//!
//! Many tools write certificates and their private key into one file. `ca` and `cert` are shown to people
//! who must not see the key, so nothing but certificates is kept of them.

use haltere_core::{Pem, Secret, TlsMaterial};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::armor::{self, Block, Body};
use super::content::looks_signed;
use super::foreign::Foreign;
use super::material::{Material, MaterialError};
use super::pem::{self, Item};

/// Reads settings as an operator gives them, and checks that they make sense together.
///
/// A private key inside `cert` becomes `key` when there is none; beside one, and inside `ca`, it is refused.
pub fn tidy(given: &TlsMaterial) -> Result<TlsMaterial, MaterialError> {
    let TlsMaterial { ca, cert, key, .. } = given;
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
    let tidied = TlsMaterial { ca, cert, key, ..given.clone() };
    check_material(&tidied)?;
    Ok(tidied)
}

/// Checks that certificates and keys can be read, and that key and certificate belong together.
pub fn check_material(tls: &TlsMaterial) -> Result<(), MaterialError> {
    Material::read(tls).map(|_| ())
}

/// A key came with the certificate, and another one beside it.
pub fn two_keys() -> MaterialError {
    MaterialError::new("cert", "holds a private key, and key is given, too; remove one of them")
}

/// The certificates of `ca`.
pub fn tidy_ca(given: &Pem) -> Result<Pem, MaterialError> {
    check_size("ca", given)?;
    let items = pem::items(given.bytes());
    let has_certificate = items.iter().any(|item| matches!(item, Item::Certificate(_)));
    if has_certificate && items.iter().any(Item::is_private_key) {
        let reason = "holds a private key; give only the certificates, and keep an authority's key to yourself";
        return Err(MaterialError::new("ca", reason));
    }
    let certificates = pem::certificates_of("ca", given.bytes(), items)?;
    Ok(kept(given, &certificates))
}

/// The certificates of `cert`, and the private key among them.
pub fn tidy_cert(given: &Pem) -> Result<(Pem, Option<Secret<Pem>>), MaterialError> {
    check_size("cert", given)?;
    let (keys, items): (Vec<_>, Vec<_>) =
        pem::items(given.bytes()).into_iter().partition(Item::is_private_key);
    if !items.iter().any(|item| matches!(item, Item::Certificate(_))) {
        // Says what is there in place of a certificate.
        let all = keys.into_iter().chain(items).collect();
        let certificates = pem::certificates_of("cert", given.bytes(), all)?;
        return Ok((kept(given, &certificates), None));
    }
    let certificates = pem::certificates_of("cert", given.bytes(), items)?;
    let mut keys = keys.into_iter();
    let key = match (keys.next(), keys.next()) {
        (None, _) => None,
        (Some(Item::Key(key)), None) => Some(encode_key(&key)),
        (Some(Item::Foreign(foreign)), None) => return Err(beside_certificates(foreign)),
        (Some(Item::Damaged { .. }), None) => return Err(pem::damaged("cert")),
        _ => return Err(MaterialError::new("cert", "holds more than one private key")),
    };
    Ok((kept(given, &certificates), key))
}

/// The key of `key`: as it was given, when every program can read it.
pub fn tidy_key(given: &Secret<Pem>) -> Result<Secret<Pem>, MaterialError> {
    check_size("key", given.expose())?;
    let text = given.expose().bytes();
    let key = pem::private_key("key", text)?;
    let is_plain = !armor::blocks(text).is_empty() && armor::is_laid_out(text);
    Ok(if is_plain { given.clone() } else { encode_key(&key) })
}

/// What is left of a stored `ca` or `cert` in which there is more than certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// Its certificates; empty when there are none, which trusts nobody.
    pub certificates: Pem,
    /// The private key among them, if there is one that can be read.
    pub key: Option<Secret<Pem>>,
    /// Whether there was any private key, in whatever form.
    pub had_key: bool,
}

/// Looks into a stored `ca` or `cert`; nothing when all is well. Never fails: it may come from a database
/// that somebody else has written to.
pub fn sweep(stored: &Pem) -> Option<Swept> {
    let text = stored.bytes();
    if text.is_empty() || is_only_certificates(text) {
        return None;
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
    Some(Swept { certificates: encode(&certificates), key, had_key })
}

/// As given when there is nothing to take out or to put right: clients compare what they get back.
fn kept(given: &Pem, certificates: &[CertificateDer<'_>]) -> Pem {
    if is_only_certificates(given.bytes()) { given.clone() } else { encode(certificates) }
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

fn beside_certificates(foreign: Foreign) -> MaterialError {
    MaterialError::new("cert", format!("holds {}", foreign.advice()))
}

fn check_size(field: &'static str, given: &Pem) -> Result<(), MaterialError> {
    if given.bytes().len() > Pem::MAX_BYTES {
        let max = Pem::MAX_BYTES / 1024;
        return Err(MaterialError::new(field, format!("must be at most {max} KiB")));
    }
    Ok(())
}
