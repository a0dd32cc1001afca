//! Reading what people paste: certificates and private keys, in PEM with any text around it, or in DER.

use haltere_core::Secret;
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};

use super::armor::{self, Block, Body};
use super::content::{Content, content};
use super::der::element;
use super::foreign::Foreign;
use super::material_error::{FileContent, MaterialError, MaterialFault};

/// Something found in a file.
pub(super) enum Item {
    /// A certificate that can be read.
    Certificate(CertificateDer<'static>),
    /// It says that it is a certificate, and can't be read.
    BadCertificate,
    /// A private key in a form that rustls reads.
    Key(PrivateKeyDer<'static>),
    /// Something else, by name.
    Foreign(Foreign),
    /// A block that is cut short or is not base64.
    Damaged {
        /// By its label.
        is_key: bool,
    },
    /// A block of no interest.
    Other,
}

impl Item {
    /// Whether it is a private key, in whatever form and shape.
    pub(super) const fn is_private_key(&self) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Foreign(foreign) => foreign.is_private_key(),
            Self::Damaged { is_key } => *is_key,
            Self::Certificate(_) | Self::BadCertificate | Self::Other => false,
        }
    }
}

/// One or more certificates, each of which can be read. Keys among them are passed over.
pub(super) fn certificates(
    field: &'static str,
    text: &[u8],
) -> Result<Vec<CertificateDer<'static>>, MaterialError> {
    certificates_of(field, text, items(text))
}

/// The same of what was found in `text`.
pub(super) fn certificates_of(
    field: &'static str,
    text: &[u8],
    items: Vec<Item>,
) -> Result<Vec<CertificateDer<'static>>, MaterialError> {
    if items.iter().any(|item| matches!(item, Item::Damaged { .. })) {
        return Err(damaged(field));
    }
    let nothing = no_certificate(text, &items);
    let (mut certificates, mut bad, mut count) = (Vec::new(), None, 0);
    for item in items {
        match item {
            Item::Certificate(certificate) => certificates.push(certificate),
            Item::BadCertificate if bad.is_none() => bad = Some(count + 1),
            Item::BadCertificate => {}
            _ => continue,
        }
        count += 1;
    }
    if let Some(number) = bad {
        return Err(MaterialError::new(
            field,
            MaterialFault::UnreadableCertificate { number, count },
        ));
    }
    if certificates.is_empty() {
        return Err(MaterialError::new(field, nothing));
    }
    Ok(certificates)
}

/// The one private key: PKCS#1, SEC1 or PKCS#8, not encrypted.
pub(super) fn private_key(
    field: &'static str,
    text: &[u8],
) -> Result<PrivateKeyDer<'static>, MaterialError> {
    let items = items(text);
    if items.iter().any(|item| matches!(item, Item::Foreign(Foreign::EncryptedKey))) {
        return Err(MaterialError::new(field, MaterialFault::KeyIsEncrypted));
    }
    if items.iter().any(|item| matches!(item, Item::Damaged { .. })) {
        return Err(damaged(field));
    }
    let nothing = no_key(text, &items);
    let key = |item| if let Item::Key(key) = item { Some(key) } else { None };
    let mut keys = items.into_iter().filter_map(key);
    match (keys.next(), keys.next()) {
        (None, _) => Err(MaterialError::new(field, nothing)),
        (Some(key), None) => Ok(key),
        _ => Err(MaterialError::new(field, MaterialFault::SeveralKeys)),
    }
}

pub(super) fn damaged(field: &'static str) -> MaterialError {
    MaterialError::new(field, MaterialFault::DamagedPem)
}

/// All that is in a file, in its order.
pub(super) fn items(text: &[u8]) -> Vec<Item> {
    // In DER, two bytes that look like it are no line end.
    let is_text = text.is_ascii() || armor::contains(text, b"-----BEGIN ");
    let plain = if is_text { armor::with_line_ends(text) } else { None };
    let text = plain.as_ref().map_or(text, |plain| plain.expose());
    let blocks = armor::blocks(text);
    if blocks.is_empty() { bare_items(text) } else { blocks.iter().map(item).collect() }
}

fn item(block: &Block<'_>) -> Item {
    let is_key = block.label.contains("PRIVATE KEY");
    let bytes = match &block.body {
        Body::Bytes(bytes) => bytes.expose(),
        Body::Encrypted => return Item::Foreign(Foreign::EncryptedKey),
        Body::Damaged => return Item::Damaged { is_key },
    };
    let foreign = Foreign::of_label(block.label);
    match (known(bytes), foreign) {
        // In PEM, other options are needed than in DER.
        (Some(Item::Foreign(Foreign::Pkcs7Der)), _) => Item::Foreign(Foreign::Pkcs7Pem),
        (Some(item), _) => item,
        (None, Some(foreign)) => Item::Foreign(foreign),
        (None, None) => unknown(block.label, bytes),
    }
}

/// What can only be taken at its word.
fn unknown(label: &str, bytes: &[u8]) -> Item {
    let bytes = bytes.to_vec();
    match label {
        "PRIVATE KEY" => Item::Key(PrivatePkcs8KeyDer::from(bytes).into()),
        "RSA PRIVATE KEY" => Item::Key(PrivatePkcs1KeyDer::from(bytes).into()),
        "EC PRIVATE KEY" => Item::Key(PrivateSec1KeyDer::from(bytes).into()),
        _ if label.ends_with("CERTIFICATE") => Item::BadCertificate,
        // Of an unknown kind.
        _ if label.contains("PRIVATE KEY") => Item::Key(PrivatePkcs8KeyDer::from(bytes).into()),
        _ => Item::Other,
    }
}

/// By form, whatever the label says.
fn known(der: &[u8]) -> Option<Item> {
    Some(match content(der) {
        Content::Certificate(der) => Item::Certificate(der.to_vec().into()),
        Content::Pkcs8(der) => Item::Key(PrivatePkcs8KeyDer::from(der.to_vec()).into()),
        Content::Pkcs1(der) => Item::Key(PrivatePkcs1KeyDer::from(der.to_vec()).into()),
        Content::Sec1(der) => Item::Key(PrivateSec1KeyDer::from(der.to_vec()).into()),
        Content::DsaKey => Item::Foreign(Foreign::DsaKey),
        Content::EncryptedKey => Item::Foreign(Foreign::EncryptedKey),
        Content::PublicKey => Item::Foreign(Foreign::PublicKey),
        Content::Request => Item::Foreign(Foreign::Request),
        Content::RevocationList => Item::Foreign(Foreign::RevocationList),
        Content::Pkcs7 => Item::Foreign(Foreign::Pkcs7Der),
        Content::Pkcs12 => Item::Foreign(Foreign::Pkcs12),
        Content::Unknown => return None,
    })
}

/// The content of a file that is no PEM: DER, base64 of it, or something that can only be named.
fn bare_items(file: &[u8]) -> Vec<Item> {
    if let Some(foreign) = Foreign::of_file(file) {
        return vec![Item::Foreign(foreign)];
    }
    let decoded: Option<Secret<Vec<u8>>> = armor::from_base64(file);
    let mut der = decoded.as_ref().map_or(file, |decoded| decoded.expose());
    let mut items = Vec::new();
    while let Some(item) = known(der) {
        items.push(item);
        der = element(der).map_or(&[][..], |element| element.rest);
    }
    items
}

/// Why there is no certificate in `text`.
fn no_certificate(text: &[u8], items: &[Item]) -> MaterialFault {
    if text.trim_ascii().is_empty() {
        return MaterialFault::EmptyFile;
    }
    match items.iter().find_map(content_of) {
        None => MaterialFault::NoCertificate,
        Some((found, None)) => MaterialFault::NoCertificateBut { found },
        Some((found, Some(command))) => {
            MaterialFault::NoCertificateButConvertible { found, command: command.to_owned() }
        }
    }
}

/// Why there is no private key in `text`.
fn no_key(text: &[u8], items: &[Item]) -> MaterialFault {
    if text.trim_ascii().is_empty() {
        return MaterialFault::EmptyFile;
    }
    match items.iter().find_map(content_of) {
        None => MaterialFault::NoKey,
        Some((found, None)) => MaterialFault::NoKeyBut { found },
        Some((found, Some(command))) => {
            MaterialFault::NoKeyButConvertible { found, command: command.to_owned() }
        }
    }
}

/// What an item is, and the command that converts it.
fn content_of(item: &Item) -> Option<(FileContent, Option<&'static str>)> {
    match item {
        Item::Certificate(_) | Item::BadCertificate => Some((FileContent::Certificate, None)),
        Item::Key(_) => Some((FileContent::PrivateKey, None)),
        Item::Foreign(foreign) => Some((foreign.content(), foreign.conversion())),
        Item::Damaged { .. } | Item::Other => None,
    }
}
