//! The way from a broker's certificate up to a root, as OpenSSL would walk it: by names, and by
//! what is trusted before what was presented. Signatures are not looked at; this serves to say
//! what is wrong with a chain, and to find candidates for those who check.

use haltere_core::Timestamp;
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::trust::Trust;

/// A certificate further from its root than this is hostile or hopeless.
const MAX_STEPS: usize = 10;
/// The leaf, and as many CAs above it as webpki follows.
const MAX_BELOW_ROOT: usize = 7;

/// The certificates from the leaf upwards, and how the walk ended.
pub(super) struct Path<'a> {
    /// Leaf first; never empty.
    pub(super) steps: Vec<Step<'a>>,
    /// How the walk ended.
    pub(super) end: End,
}

/// One certificate on the way.
pub(super) struct Step<'a> {
    /// The certificate.
    pub(super) certificate: Certificate<'a>,
    /// It was given by the operator, not merely presented by the broker.
    pub(super) is_supplied: bool,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At somebody trusted.
    Trusted,
    /// At a self-issued certificate nobody trusts.
    SelfSigned,
    /// At a certificate whose issuer is nowhere to be found.
    IssuerMissing,
    /// Nowhere: there are more certificates than we follow.
    TooLong,
}

impl<'a> Path<'a> {
    /// Walks up from the first of `presented`; `None` when that can't be read.
    pub(super) fn walk(
        presented: &'a [CertificateDer<'_>],
        trust: &'a Trust,
        now: Timestamp,
    ) -> Option<Self> {
        let (leaf, others) = presented.split_first()?;
        let leaf = Certificate::parse(leaf)?;
        let mut path = Self { steps: Vec::new(), end: End::IssuerMissing };
        let mut step = Some(Step { certificate: leaf, is_supplied: false });
        while let Some(Step { certificate, is_supplied }) = step.take() {
            if trust.contains(&certificate) && certificate.is_self_issued() {
                path.end = End::Trusted;
            } else if certificate.is_self_issued() {
                path.end = End::SelfSigned;
            } else if trust.system_knows(certificate.issuer()) {
                path.end = End::Trusted;
            } else {
                step = issuer_of(&certificate, &trust.supplied, now)
                    .map(|certificate| Step { certificate, is_supplied: true })
                    .or_else(|| {
                        issuer_of(&certificate, others, now)
                            .map(|certificate| Step { certificate, is_supplied: false })
                    });
            }
            path.steps.push(Step { certificate, is_supplied });
            if path.steps.len() == MAX_STEPS && step.is_some() {
                path.end = End::TooLong;
                break;
            }
        }
        Some(path)
    }

    /// Whether there are more certificates between leaf and root than webpki follows.
    pub(super) fn is_too_long(&self) -> bool {
        let has_root = self.steps.last().is_some_and(|step| step.certificate.is_self_issued());
        self.end == End::TooLong || self.steps.len() > MAX_BELOW_ROOT + usize::from(has_root)
    }

    /// The certificates alone, leaf first.
    pub(super) fn certificates(&self) -> impl DoubleEndedIterator<Item = &Certificate<'a>> {
        self.steps.iter().map(|step| &step.certificate)
    }
}

/// The candidate that `certificate` names as its issuer; of several, one that is valid now.
fn issuer_of<'a>(
    certificate: &Certificate<'_>,
    candidates: &'a [CertificateDer<'_>],
    now: Timestamp,
) -> Option<Certificate<'a>> {
    let mut named = candidates
        .iter()
        .filter_map(|der| Certificate::parse(der))
        .filter(|candidate| certificate.names_as_issuer(candidate))
        .collect::<Vec<_>>();
    let best = named.iter().position(|candidate| candidate.is_valid_at(now)).unwrap_or(0);
    (!named.is_empty()).then(|| named.swap_remove(best))
}
