//! Why a broker's certificate was refused.

use std::sync::Arc;

use haltere_core::{Host, Timestamp, TlsCode};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, OtherError};
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::facts::{day, host_names, printable};
use super::legacy;
use super::names;
use super::path::{End, Path, Step};
use super::strength;
use super::trust::Trust;
use crate::failure::USE_IN_URL;

/// Why a certificate was refused, in Node's codes. Travels inside rustls' error, the only way out of a
/// verifier. Contains the presented chain, so that an operator can look at it and trust its CA.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct CertificateFault {
    /// For programs, for example `CERT_HAS_EXPIRED`.
    pub(super) code: TlsCode,
    /// A sentence a person can act on.
    pub(super) message: String,
    /// Leaf first, as presented.
    pub(super) chain: Vec<CertificateDer<'static>>,
}

impl From<CertificateFault> for rustls::Error {
    fn from(fault: CertificateFault) -> Self {
        CertificateError::Other(OtherError(Arc::new(fault))).into()
    }
}

/// What a verifier knows when it decides.
pub(super) struct Case<'a> {
    /// Leaf first, as presented.
    pub(super) presented: &'a [CertificateDer<'a>],
    /// The roots that the connection trusts.
    pub(super) trust: &'a Trust,
    /// The name that the certificate has to be for.
    pub(super) host: &'a Host,
    pub(super) now: Timestamp,
    pub(super) algorithms: &'a WebPkiSupportedAlgorithms,
}

impl Case<'_> {
    /// Code and message of a refusal. Of several faults the first one counts, in Node's order: time, issuer,
    /// use, name.
    pub(super) fn explain(&self, error: &CertificateError) -> CertificateFault {
        let Some(path) = Path::walk(self.presented, self.trust, self.now) else {
            return self
                .fault(TlsCode::Unspecified, "The broker's certificate can't be read".to_owned());
        };
        self.time_fault(&path)
            .or_else(|| self.length_fault(&path))
            .or_else(|| self.issuer_fault(&path, error))
            .or_else(|| self.strength_fault(&path))
            .or_else(|| self.signature_fault(&path, error))
            .or_else(|| self.use_fault(&path))
            .or_else(|| self.name_fault(&path))
            .unwrap_or_else(|| self.other_fault(error))
    }

    /// A certificate on the way that has expired or is not yet valid, the leaf before all others.
    pub(super) fn time_fault(&self, path: &Path<'_>) -> Option<CertificateFault> {
        let (index, step) = path
            .steps
            .iter()
            .enumerate()
            .find(|(_, step)| !step.certificate.is_valid_at(self.now))?;
        let whose = match index {
            0 => "The broker's certificate",
            _ if step.is_supplied => "A certificate in the field ca",
            _ => "A certificate in the broker's chain",
        };
        let certificate = &step.certificate;
        Some(if certificate.not_after() < self.now {
            let message = format!("{whose} expired on {}; renew it", day(certificate.not_after()));
            self.fault(TlsCode::CertHasExpired, message)
        } else {
            let message = format!(
                "{whose} is valid only from {} on; check the clocks of both machines",
                certificate.not_before()
            );
            self.fault(TlsCode::CertNotYetValid, message)
        })
    }

    fn length_fault(&self, path: &Path<'_>) -> Option<CertificateFault> {
        path.is_too_long().then(|| {
            let message = "There are more than 6 CAs between the broker's certificate and its root; have it signed \
                           by one that is nearer to the root";
            self.fault(TlsCode::CertChainTooLong, message.to_owned())
        })
    }

    fn issuer_fault(&self, path: &Path<'_>, error: &CertificateError) -> Option<CertificateFault> {
        // webpki checks names last: it has found a trusted path, perhaps one that ends at an intermediate
        // certificate the operator gave.
        if is_about_names(error) && self.name_fault(path).is_some() {
            return None;
        }
        let is_single = path.steps.len() == 1;
        let last_is_supplied = path.steps.last().is_some_and(|step| step.is_supplied);
        let remedy = match (self.trust.is_supplied(), path.end) {
            (false, _) => "paste its CA certificate into the field ca",
            (true, End::IssuerMissing) => {
                "the field ca holds other certificates; put the right CA certificate there, or have the \
                 broker send its intermediate certificates along"
            }
            (true, _) => {
                "the field ca holds other certificates; put the right CA certificate there"
            }
        };
        let (code, what) = match (path.end, is_single) {
            (End::Trusted | End::TooLong, _) => return None,
            (End::SelfSigned, true) => {
                let remedy = if self.trust.is_supplied() {
                    "the field ca holds other certificates; to trust it, put it there"
                } else {
                    "to trust it, paste it into the field ca"
                };
                let message = format!("The broker's certificate is self-signed; {remedy}");
                return Some(self.fault(TlsCode::DepthZeroSelfSignedCert, message));
            }
            (End::SelfSigned, false) => (
                TlsCode::SelfSignedCertInChain,
                "The broker's certificate is signed by a private authority that is not trusted here",
            ),
            // The right CA may be there and the path to it missing: only the broker's operator knows.
            (End::IssuerMissing, true) => (
                TlsCode::UnableToVerifyLeafSignature,
                "The broker's certificate is signed by an authority that is not known, and the broker \
                 sent no intermediate certificate",
            ),
            (End::IssuerMissing, false) if last_is_supplied => {
                let message =
                    "The field ca holds an intermediate certificate without its root; add the root";
                return Some(self.fault(TlsCode::UnableToGetIssuerCert, message.to_owned()));
            }
            (End::IssuerMissing, false) => (
                TlsCode::UnableToGetIssuerCertLocally,
                "The chain of the broker's certificate ends at an authority that is not known",
            ),
        };
        Some(self.fault(code, format!("{what}; {remedy}")))
    }

    /// A key that is too small, or an algorithm that is too weak or not supported.
    fn strength_fault(&self, path: &Path<'_>) -> Option<CertificateFault> {
        strength::of_path(path).map(|(code, message)| self.fault(code, message))
    }

    /// The same, of the broker's key alone.
    pub(super) fn leaf_key_fault(&self) -> Option<CertificateFault> {
        let certificate = Certificate::parse(self.presented.first()?)?;
        let leaf = Step { certificate, is_supplied: false };
        strength::of_leaf_key(&leaf).map(|(code, message)| self.fault(code, message))
    }

    fn signature_fault(
        &self,
        path: &Path<'_>,
        error: &CertificateError,
    ) -> Option<CertificateFault> {
        let is_bad = matches!(error, CertificateError::BadSignature)
            || !legacy::signatures_hold(path, self.algorithms);
        is_bad.then(|| {
            let message = "A signature in the chain of the broker's certificate does not fit the CA certificate \
                           of that name; the CA was probably made again: put its current certificate into the field ca";
            self.fault(TlsCode::CertSignatureFailure, message.to_owned())
        })
    }

    /// A certificate on the way that was made for something else.
    pub(super) fn use_fault(&self, path: &Path<'_>) -> Option<CertificateFault> {
        let leaf = path.certificates().next()?;
        let (code, why) = if !legacy::issuers_may_sign(path) {
            (TlsCode::InvalidPurpose, "a certificate in its chain signs others without being a CA")
        } else if !legacy::path_lengths_hold(path) {
            (
                TlsCode::PathLengthExceeded,
                "a CA in its chain does not allow as many others below it",
            )
        } else if !leaf.may_serve_tls() {
            (TlsCode::InvalidPurpose, "it was made for another use than a TLS server's")
        } else {
            return None;
        };
        let message = format!("The broker's certificate was refused: {why}; have a new one made");
        Some(self.fault(code, message))
    }

    fn name_fault(&self, path: &Path<'_>) -> Option<CertificateFault> {
        let leaf = path.certificates().next()?;
        if names::belongs_to(leaf, self.host) {
            return None;
        }
        let mut names = host_names(leaf);
        let more = if names.len() > 5 { ", …" } else { "" };
        names.truncate(5);
        let names = match names.as_slice() {
            [] => "no host at all".to_owned(),
            names => names.join(", "),
        };
        let message = format!(
            "The broker's certificate is not for {}, but for {names}{more}; {USE_IN_URL}, or have the certificate \
             made for this one",
            self.host
        );
        Some(self.fault(TlsCode::CertAltNameInvalid, message))
    }

    fn other_fault(&self, error: &CertificateError) -> CertificateFault {
        let (code, why) = match error {
            error if is_about_names(error) && self.is_address_as_dns_name() => (
                TlsCode::CertAltNameInvalid,
                format!(
                    "it holds the address {0} as a DNS name (DNS:{0}) and not as an IP address (IP:{0}), which is \
                     accepted only together with a CA in the field ca",
                    self.host
                ),
            ),
            error if is_about_names(error) => (
                TlsCode::CertAltNameInvalid,
                "it names the host only as its common name, which is accepted only together with a CA in \
                 the field ca"
                    .to_owned(),
            ),
            CertificateError::BadEncoding if legacy::begins_before_1970(self.presented) => (
                TlsCode::CertUntrusted,
                "it is valid from a day before 1970 on, which is accepted only together with a CA in the \
                 field ca"
                    .to_owned(),
            ),
            CertificateError::Other(OtherError(why)) => {
                (TlsCode::CertUntrusted, format!("it is of a form that is not accepted here ({why})"))
            }
            error => (TlsCode::CertUntrusted, error.to_string()),
        };
        // Errors of libraries may quote the certificate.
        let why = printable(&why, 200);
        self.fault(code, format!("The broker's certificate was refused: {why}"))
    }

    fn is_address_as_dns_name(&self) -> bool {
        let leaf = self.presented.first().and_then(|leaf| Certificate::parse(leaf));
        leaf.is_some_and(|leaf| names::has_address_as_dns_name(&leaf, self.host))
    }

    fn fault(&self, code: TlsCode, message: String) -> CertificateFault {
        let chain = self.presented.iter().map(|der| der.clone().into_owned()).collect();
        CertificateFault { code, message, chain }
    }
}

/// Whether webpki found nothing wrong but the name.
pub(super) fn is_about_names(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    )
}
