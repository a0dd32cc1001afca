//! How far a handshake got: what tells the reasons apart that a broker gives with the same alert.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::verifier::Verifier;

/// Sees one handshake.
#[derive(Debug, Default)]
pub(super) struct Witness {
    certificate_was_shown: AtomicBool,
    certificate_is_missing: AtomicBool,
}

/// How far a handshake got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// The broker has not chosen anything yet.
    Nothing,
    /// It has shown its certificate.
    Certificate,
    /// It has asked for ours as well, and we have none.
    Request,
}

impl Witness {
    /// The same settings, with a witness to the one handshake they are for.
    pub(super) fn attend(
        config: &ClientConfig,
        verifier: &Arc<Verifier>,
    ) -> (Arc<Self>, ClientConfig) {
        let witness = Arc::<Self>::default();
        let mut config = config.clone();
        let seen = Seen { witness: Arc::clone(&witness), inner: Arc::clone(verifier) };
        config.dangerous().set_certificate_verifier(Arc::new(seen));
        let inner = Arc::clone(&config.client_auth_cert_resolver);
        config.client_auth_cert_resolver = Arc::new(Seen { witness: Arc::clone(&witness), inner });
        (witness, config)
    }

    pub(super) fn reached(&self) -> Reached {
        if self.certificate_is_missing.load(Ordering::Relaxed) {
            Reached::Request
        } else if self.certificate_was_shown.load(Ordering::Relaxed) {
            Reached::Certificate
        } else {
            Reached::Nothing
        }
    }
}

/// Passes on what it is asked, under the eyes of a witness.
#[derive(Debug)]
struct Seen<T: ?Sized> {
    witness: Arc<Witness>,
    inner: Arc<T>,
}

impl ServerCertVerifier for Seen<Verifier> {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.witness.certificate_was_shown.store(true, Ordering::Relaxed);
        self.inner.verify_server_cert(leaf, others, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

impl ResolvesClientCert for Seen<dyn ResolvesClientCert> {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let ours = self.inner.resolve(root_hint_subjects, schemes);
        self.witness.certificate_is_missing.store(ours.is_none(), Ordering::Relaxed);
        ours
    }

    fn only_raw_public_keys(&self) -> bool {
        self.inner.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        self.inner.has_certs()
    }
}
