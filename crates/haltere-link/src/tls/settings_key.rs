//! Keys of caches: settings and roots by their hash.

use haltere_core::{Alpn, Pem, TlsSettings};
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

/// SHA-256 over the settings, so that a cache does not hold the private key.
pub(super) type SettingsKey = [u8; 32];

/// The key of these settings.
pub(super) fn key(tls: &TlsSettings) -> SettingsKey {
    // The server's name is given with each handshake.
    let TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name: _ } = tls;
    let alpn = alpn.as_ref().map(Alpn::to_string);
    let mut hash = Sha256::new();
    hash.update([u8::from(*reject_unauthorized == Some(false))]);
    for part in [
        ca.as_ref().map(Pem::bytes),
        cert.as_ref().map(Pem::bytes),
        key.as_ref().map(|pem| pem.expose().bytes()),
        alpn.as_deref().map(str::as_bytes),
    ] {
        // With its length first, so that different settings never hash the same bytes.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.finalize().into()
}

/// The key of these roots.
pub(super) fn key_of_roots(roots: &[CertificateDer<'_>]) -> SettingsKey {
    let mut hash = Sha256::new();
    for root in roots {
        // DER contains its own length.
        hash.update(root);
    }
    hash.finalize().into()
}
