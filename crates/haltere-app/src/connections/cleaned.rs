//! The certificates of a row, without anything that is none.

use haltere_core::{Pem, Secret, TlsSettings};
use haltere_link::tls::{Impurity, check_material};
use haltere_store::ConnectionRecord;

use super::pem_cache::PemCache;

/// `ca` and `cert` of a row, with only certificates in them.
pub(super) struct Cleaned {
    pub(super) ca: Option<Pem>,
    pub(super) cert: Option<Pem>,
    /// The private key that was in `cert`.
    key: Option<Secret<Pem>>,
    /// What was removed: `cert held a private key`.
    pub(super) removed: Vec<&'static str>,
    /// Whether a file has an old layout.
    pub(super) relaid: bool,
}

impl Cleaned {
    /// Cleans `ca` and `cert` of a row.
    pub(super) fn of(row: &ConnectionRecord, pem_cache: &PemCache) -> Self {
        let cleaned = |stored: &Option<Pem>| {
            stored
                .as_ref()
                .map(|pem| pem_cache.cleaned(pem))
                .map_or((None, None), |(clean, found)| (Some(clean), found))
        };
        let ((ca, from_ca), (cert, from_cert)) = (cleaned(&row.ca), cleaned(&row.cert));
        let (mut removed, mut relaid) = (Vec::new(), false);
        for (found, key, other) in [
            (&from_ca, "ca held a private key", "ca held more than certificates"),
            (&from_cert, "cert held a private key", "cert held more than certificates"),
        ] {
            match found.as_ref().map(|cleaned| cleaned.found) {
                Some(Impurity::PrivateKey) => removed.push(key),
                Some(Impurity::Other) => removed.push(other),
                Some(Impurity::Layout) => relaid = true,
                None => {}
            }
        }
        Self { ca, cert, key: from_cert.and_then(|cleaned| cleaned.key), removed, relaid }
    }

    /// The key from `cert`, if it belongs to the certificate.
    pub(super) fn into_key(self) -> Option<Secret<Pem>> {
        let Self { cert, key, .. } = self;
        let pair = TlsSettings { cert, key, ..TlsSettings::default() };
        check_material(&pair).ok().and(pair.key)
    }
}
