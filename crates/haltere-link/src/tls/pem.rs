//! Reading what people paste: PEM blocks with any text around them.

use rustls_pki_types::pem::{PemObject as _, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate::Certificate;
use super::material::MaterialError;

/// One or more certificates, each of which can be read.
pub(super) fn certificates(
    field: &'static str,
    text: &[u8],
) -> Result<Vec<CertificateDer<'static>>, MaterialError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(without_mark(text))
        .collect::<Result<_, _>>()
        .map_err(|_| damaged(field))?;
    if certificates.is_empty() {
        return Err(MaterialError::new(field, nothing_inside(text, "certificate")));
    }
    match certificates.iter().position(|der| Certificate::parse(der).is_none()) {
        Some(index) => Err(MaterialError::new(
            field,
            format!("certificate {} of {} can't be read", index + 1, certificates.len()),
        )),
        None => Ok(certificates),
    }
}

/// The one private key: PKCS#1, SEC1 or PKCS#8, not encrypted.
pub(super) fn private_key(
    field: &'static str,
    text: &[u8],
) -> Result<PrivateKeyDer<'static>, MaterialError> {
    // Two forms: a block of its own kind, or a header inside the traditional block, which no
    // reader of base64 understands.
    if contains(text, b"-----BEGIN ENCRYPTED PRIVATE KEY")
        || contains(text, b"Proc-Type: 4,ENCRYPTED")
    {
        let hint = "is encrypted; decrypt it first, for example with openssl pkey -in key.pem -out plain.pem";
        return Err(MaterialError::new(field, hint));
    }
    let mut keys: Vec<PrivateKeyDer<'static>> = PrivateKeyDer::pem_slice_iter(without_mark(text))
        .collect::<Result<_, _>>()
        .map_err(|_| damaged(field))?;
    match keys.len() {
        0 => Err(MaterialError::new(field, nothing_inside(text, "private key"))),
        1 => Ok(keys.remove(0)),
        _ => Err(MaterialError::new(field, "holds more than one private key")),
    }
}

/// Without the byte order mark that some editors put in front.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

fn damaged(field: &'static str) -> MaterialError {
    MaterialError::new(field, "is damaged: a PEM block is cut short or is not base64")
}

/// Why nothing was found: people mix up files, and forms of files.
fn nothing_inside(text: &[u8], wanted: &str) -> String {
    if text.trim_ascii().is_empty() {
        return "is empty".to_owned();
    }
    if text.starts_with(&[0x30, 0x82]) {
        return format!(
            "is in DER form; a {wanted} in PEM form is needed (-----BEGIN …; openssl converts it with -inform der)"
        );
    }
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text);
    let found = sections.filter_map(Result::ok).find_map(|(kind, _)| match kind {
        SectionKind::Certificate => Some("a certificate"),
        SectionKind::PublicKey => Some("a public key"),
        SectionKind::RsaPrivateKey | SectionKind::PrivateKey | SectionKind::EcPrivateKey => {
            Some("a private key")
        }
        SectionKind::Csr => Some("a certificate request, not yet signed"),
        SectionKind::Crl => Some("a revocation list"),
        _ => None,
    });
    match found {
        Some(found) => format!("holds no {wanted}, but {found}"),
        None => format!("holds no {wanted} in PEM form (-----BEGIN …)"),
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}
