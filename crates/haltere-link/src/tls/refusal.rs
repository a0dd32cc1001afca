//! Why a broker's certificate was refused.

use std::sync::Arc;

use haltere_core::{
    CertificateOwner, Code, Day, FailureMessage, Host, Note, Reason, Timestamp, TlsCode,
};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, OtherError};
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::facts::host_names;
use super::legacy;
use super::names;
use super::path::{End, Path, Step};
use super::strength;
use super::trust::Trust;

/// Why a certificate was refused, in Node's codes. Travels inside rustls' error, the only way out of a
/// verifier. Contains the presented chain, so that an operator can look at it and trust its CA.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct CertificateRefusal {
    /// For programs, for example `CERT_HAS_EXPIRED`.
    pub(super) code: TlsCode,
    /// What a person can act on.
    pub(super) message: FailureMessage,
    /// Leaf first, as presented.
    pub(super) chain: Vec<CertificateDer<'static>>,
}

impl From<CertificateRefusal> for rustls::Error {
    fn from(refusal: CertificateRefusal) -> Self {
        CertificateError::Other(OtherError(Arc::new(refusal))).into()
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
    pub(super) fn explain(&self, error: &CertificateError) -> CertificateRefusal {
        let Some(path) = Path::walk(self.presented, self.trust, self.now) else {
            return self.refusal(TlsCode::Unspecified, Reason::CertificateUnreadable);
        };
        self.time_refusal(&path)
            .or_else(|| self.length_refusal(&path))
            .or_else(|| self.issuer_refusal(&path, error))
            .or_else(|| self.strength_refusal(&path))
            .or_else(|| self.signature_fault(&path, error))
            .or_else(|| self.use_refusal(&path))
            .or_else(|| self.name_refusal(&path))
            .unwrap_or_else(|| self.other_refusal(error))
    }

    /// A certificate on the way that has expired or is not yet valid, the leaf before all others.
    pub(super) fn time_refusal(&self, path: &Path<'_>) -> Option<CertificateRefusal> {
        let (index, step) = path
            .steps
            .iter()
            .enumerate()
            .find(|(_, step)| !step.certificate.is_valid_at(self.now))?;
        let whose = match index {
            0 => CertificateOwner::Broker,
            _ if step.is_supplied => CertificateOwner::Trusted,
            _ => CertificateOwner::Chain,
        };
        let certificate = &step.certificate;
        Some(if certificate.not_after() < self.now {
            let date = Day(certificate.not_after());
            self.refusal(TlsCode::CertHasExpired, Reason::CertificateExpired { whose, date })
        } else {
            let time = certificate.not_before();
            self.refusal(TlsCode::CertNotYetValid, Reason::CertificateNotYetValid { whose, time })
        })
    }

    fn length_refusal(&self, path: &Path<'_>) -> Option<CertificateRefusal> {
        path.is_too_long().then(|| self.refusal(TlsCode::CertChainTooLong, Reason::ChainTooLong))
    }

    fn issuer_refusal(
        &self,
        path: &Path<'_>,
        error: &CertificateError,
    ) -> Option<CertificateRefusal> {
        // webpki checks names last: it has found a trusted path, perhaps one that ends at an intermediate
        // certificate the operator gave.
        if is_about_names(error) && self.name_refusal(path).is_some() {
            return None;
        }
        let is_single = path.steps.len() == 1;
        let last_is_supplied = path.steps.last().is_some_and(|step| step.is_supplied);
        let remedy = match (self.trust.is_supplied(), path.end) {
            (false, _) => Note::GiveCa,
            (true, End::IssuerMissing) => Note::OtherCaOrIntermediate,
            (true, _) => Note::OtherCa,
        };
        let (code, reason) = match (path.end, is_single) {
            (End::Trusted | End::TooLong, _) => return None,
            (End::SelfSigned, true) => {
                let remedy = if self.trust.is_supplied() {
                    Note::OtherSelfSigned
                } else {
                    Note::GiveSelfSigned
                };
                let message = FailureMessage::from(Reason::SelfSigned).with(remedy);
                return Some(self.refusal(TlsCode::DepthZeroSelfSignedCert, message));
            }
            (End::SelfSigned, false) => (TlsCode::SelfSignedCertInChain, Reason::PrivateCa),
            // The right CA may be there and the path to it missing: only the broker's operator knows.
            (End::IssuerMissing, true) => (TlsCode::UnableToVerifyLeafSignature, Reason::UnknownCa),
            (End::IssuerMissing, false) if last_is_supplied => {
                return Some(self.refusal(TlsCode::UnableToGetIssuerCert, Reason::RootMissing));
            }
            (End::IssuerMissing, false) => {
                (TlsCode::UnableToGetIssuerCertLocally, Reason::ChainEndsUnknown)
            }
        };
        Some(self.refusal(code, FailureMessage::from(reason).with(remedy)))
    }

    /// A key that is too small, or an algorithm that is too weak or not supported.
    fn strength_refusal(&self, path: &Path<'_>) -> Option<CertificateRefusal> {
        strength::of_path(path).map(|(code, reason)| self.refusal(code, reason))
    }

    /// The same, of the broker's key alone.
    pub(super) fn leaf_key_refusal(&self) -> Option<CertificateRefusal> {
        let certificate = Certificate::parse(self.presented.first()?)?;
        let leaf = Step { certificate, is_supplied: false };
        strength::of_leaf_key(&leaf).map(|(code, reason)| self.refusal(code, reason))
    }

    fn signature_fault(
        &self,
        path: &Path<'_>,
        error: &CertificateError,
    ) -> Option<CertificateRefusal> {
        let is_bad = matches!(error, CertificateError::BadSignature)
            || !legacy::signatures_hold(path, self.algorithms);
        is_bad.then(|| {
            let message = FailureMessage::from(Reason::SignatureMismatch).with(Note::CaMadeAgain);
            self.refusal(TlsCode::CertSignatureFailure, message)
        })
    }

    /// A certificate on the way that was made for something else.
    pub(super) fn use_refusal(&self, path: &Path<'_>) -> Option<CertificateRefusal> {
        let leaf = path.certificates().next()?;
        let (code, reason) = if !legacy::issuers_may_sign(path) {
            (TlsCode::InvalidPurpose, Reason::SignerIsNoCa)
        } else if !legacy::path_lengths_hold(path) {
            (TlsCode::PathLengthExceeded, Reason::PathTooLong)
        } else if !leaf.may_serve_tls() {
            (TlsCode::InvalidPurpose, Reason::NotForServers)
        } else {
            return None;
        };
        Some(self.refusal(code, reason))
    }

    fn name_refusal(&self, path: &Path<'_>) -> Option<CertificateRefusal> {
        let leaf = path.certificates().next()?;
        if names::belongs_to(leaf, self.host) {
            return None;
        }
        let mut names = host_names(leaf);
        let more = if names.len() > 5 { ", …" } else { "" };
        names.truncate(5);
        let host = self.host.to_string();
        let reason = if names.is_empty() {
            Reason::NoName { host }
        } else {
            Reason::WrongName { host, names: format!("{}{more}", names.join(", ")) }
        };
        let message = FailureMessage::from(reason).with(Note::UseNameInUrl);
        Some(self.refusal(TlsCode::CertAltNameInvalid, message))
    }

    fn other_refusal(&self, error: &CertificateError) -> CertificateRefusal {
        let (code, reason) = match error {
            error if is_about_names(error) && self.is_address_as_dns_name() => {
                let host = self.host.to_string();
                (TlsCode::CertAltNameInvalid, Reason::AddressAsDnsName { host })
            }
            error if is_about_names(error) => (TlsCode::CertAltNameInvalid, Reason::OnlyCommonName),
            CertificateError::BadEncoding if legacy::begins_before_1970(self.presented) => {
                (TlsCode::CertUntrusted, Reason::BeginsBefore1970)
            }
            CertificateError::Other(OtherError(why)) => {
                (TlsCode::CertUntrusted, Reason::CertificateForm { code: Code::of_variant(why) })
            }
            error => (
                TlsCode::CertUntrusted,
                Reason::CertificateRefused { code: Code::of_variant(error) },
            ),
        };
        self.refusal(code, reason)
    }

    fn is_address_as_dns_name(&self) -> bool {
        let leaf = self.presented.first().and_then(|leaf| Certificate::parse(leaf));
        leaf.is_some_and(|leaf| names::has_address_as_dns_name(&leaf, self.host))
    }

    fn refusal(&self, code: TlsCode, message: impl Into<FailureMessage>) -> CertificateRefusal {
        let message = message.into();
        let chain = self.presented.iter().map(|der| der.clone().into_owned()).collect();
        CertificateRefusal { code, message, chain }
    }
}

/// Whether webpki found nothing wrong but the name.
pub(super) fn is_about_names(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    )
}
