//! The roots that a connection trusts.

use std::sync::{Arc, Weak};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::der;

/// The roots of trust of a connection.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    /// In the form webpki wants.
    pub(super) roots: Arc<RootCertStore>,
    /// As the operator gave them; empty when the system's roots are trusted.
    pub(super) supplied: Arc<[CertificateDer<'static>]>,
}

/// A [`Trust`] that lives as long as a client uses it: a bundle of roots, once it is read, is large.
pub(super) struct WeakTrust(Weak<RootCertStore>, Weak<[CertificateDer<'static>]>);

impl WeakTrust {
    pub(super) fn upgrade(&self) -> Option<Trust> {
        Some(Trust { roots: self.0.upgrade()?, supplied: self.1.upgrade()? })
    }
}

impl Trust {
    /// Trusts what the operator gave, and nothing else.
    pub(super) fn supplied(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        // A certificate that webpki can't use as a root may still match the rules for old certificates.
        roots.add_parsable_certificates(certificates.iter().cloned());
        Self { roots: Arc::new(roots), supplied: certificates.into() }
    }

    /// Refers to it without keeping it alive.
    pub(super) fn downgrade(&self) -> WeakTrust {
        WeakTrust(Arc::downgrade(&self.roots), Arc::downgrade(&self.supplied))
    }

    /// Trusts the system's roots, or Mozilla's when the system has none (a container, say).
    /// Reads files.
    pub(super) fn system() -> Self {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "failed to read some of the system's root certificates");
        }
        roots.add_parsable_certificates(native.certs);
        if roots.is_empty() {
            tracing::info!("the system has no root certificates; using Mozilla's");
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Self { roots: Arc::new(roots), supplied: Arc::new([]) }
    }

    /// Whether the operator gave roots for this connection.
    pub(super) fn is_supplied(&self) -> bool {
        !self.supplied.is_empty()
    }

    /// Whether exactly this certificate is trusted, by its name and key.
    pub(super) fn contains(&self, certificate: &Certificate<'_>) -> bool {
        if self.is_supplied() {
            return self.supplied.iter().any(|supplied| supplied.as_ref() == certificate.der());
        }
        let key = der::split(certificate.public_key_info()).map(|(key, _)| key);
        self.anchors_named(certificate.subject())
            .any(|anchor| Some(anchor.subject_public_key_info.as_ref()) == key)
    }

    /// Whether the system trusts an authority with this name (DER).
    pub(super) fn system_knows(&self, name: &[u8]) -> bool {
        !self.is_supplied() && self.anchors_named(name).next().is_some()
    }

    /// Anchors hold their names and keys without the outer header.
    fn anchors_named<'a>(
        &'a self,
        name: &'a [u8],
    ) -> impl Iterator<Item = &'a rustls_pki_types::TrustAnchor<'static>> {
        let name = der::split(name).map(|(name, _)| name);
        self.roots.roots.iter().filter(move |anchor| Some(anchor.subject.as_ref()) == name)
    }
}
