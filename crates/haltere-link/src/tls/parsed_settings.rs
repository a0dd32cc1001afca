//! TLS settings as an operator gives them: do they make sense together?

use haltere_core::{Alpn, TlsSettings};
use rustls::sign::CertifiedKey;
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::material_error::{MaterialError, MaterialFault};
use super::pem;
use super::provider::provider;
use super::unusable;

/// TLS settings, read.
pub(super) struct ParsedSettings {
    /// Whether the broker has to prove who it is.
    pub(super) verify: bool,
    /// What the operator trusts; empty for the system's roots.
    pub(super) ca: Vec<CertificateDer<'static>>,
    /// How we prove who we are.
    pub(super) identity: Option<CertifiedKey>,
    /// The protocols to ask for, as rustls wants them.
    pub(super) alpn: Vec<Vec<u8>>,
}

impl ParsedSettings {
    pub(super) fn read(tls: &TlsSettings) -> Result<Self, MaterialError> {
        let ca = tls.ca.as_ref().map(|text| pem::certificates("ca", text.bytes())).transpose()?;
        let identity = match (&tls.cert, &tls.key) {
            (None, None) => None,
            (Some(cert), Some(key)) => Some(read_identity(cert.bytes(), key.expose().bytes())?),
            (Some(_), None) => {
                return Err(MaterialError::new("key", MaterialFault::KeyMissing));
            }
            (None, Some(_)) => {
                return Err(MaterialError::new("cert", MaterialFault::CertificateMissing));
            }
        };
        Ok(Self {
            verify: tls.reject_unauthorized != Some(false),
            ca: ca.unwrap_or_default(),
            identity,
            alpn: tls
                .alpn
                .as_ref()
                .map(Alpn::protocols)
                .unwrap_or_default()
                .iter()
                .map(|name| name.as_bytes().to_vec())
                .collect(),
        })
    }
}

/// Reads a chain, leaf first, and the private key of its leaf, both PEM; the fields are called `cert`
/// and `key`. Any X.509 version is taken, so put together by hand: rustls' own way parses the
/// certificate with webpki, which refuses version 1.
pub fn read_identity(cert: &[u8], key: &[u8]) -> Result<CertifiedKey, MaterialError> {
    let chain = pem::certificates("cert", cert)?;
    let key = pem::private_key("key", key)?;
    let name = unusable::name(&key);
    let key = provider().key_provider.load_private_key(key).map_err(|_| {
        let unusable = |kind| MaterialFault::UnusableKindOfKey { kind };
        MaterialError::new("key", name.map_or(MaterialFault::UnusableKey, unusable))
    })?;
    let leaf = chain.first().and_then(|leaf| Certificate::parse(leaf));
    let belong_together = key
        .public_key()
        .zip(leaf)
        .is_some_and(|(from_key, leaf)| leaf.holds_public_key(from_key.as_ref()));
    if !belong_together {
        return Err(MaterialError::new("key", MaterialFault::OtherKey));
    }
    Ok(CertifiedKey::new(chain, key))
}
