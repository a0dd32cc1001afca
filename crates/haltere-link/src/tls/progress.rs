//! How far a handshake got. This distinguishes reasons for which a broker sends the same alert.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// Records one handshake.
#[derive(Debug, Default)]
pub(super) struct Progress {
    certificate_was_received: AtomicBool,
    certificate_is_missing: AtomicBool,
}

/// How far a handshake got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// The broker has not chosen anything yet.
    Nothing,
    /// It has sent its certificate.
    Certificate,
    /// It has requested a client certificate as well, and we have none.
    Request,
}

impl Progress {
    /// Records that the broker has sent its certificate.
    pub(super) fn certificate_received(&self) {
        self.certificate_was_received.store(true, Ordering::Relaxed);
    }

    /// Records whether `inner` has a certificate when the broker requests one.
    pub(super) fn recording(
        self: &Arc<Self>,
        inner: &Arc<dyn ResolvesClientCert>,
    ) -> Arc<dyn ResolvesClientCert> {
        Arc::new(Recording { progress: Arc::clone(self), inner: Arc::clone(inner) })
    }

    pub(super) fn reached(&self) -> Reached {
        if self.certificate_is_missing.load(Ordering::Relaxed) {
            Reached::Request
        } else if self.certificate_was_received.load(Ordering::Relaxed) {
            Reached::Certificate
        } else {
            Reached::Nothing
        }
    }
}

#[derive(Debug)]
struct Recording {
    progress: Arc<Progress>,
    inner: Arc<dyn ResolvesClientCert>,
}

impl ResolvesClientCert for Recording {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let ours = self.inner.resolve(root_hint_subjects, schemes);
        self.progress.certificate_is_missing.store(ours.is_none(), Ordering::Relaxed);
        ours
    }

    fn only_raw_public_keys(&self) -> bool {
        self.inner.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        self.inner.has_certs()
    }
}
