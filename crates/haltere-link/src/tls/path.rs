//! The path from a broker's certificate up to a root, as OpenSSL builds it: by names, and trusted
//! certificates before presented ones. Signatures only distinguish certificates of the same name: a path
//! explains what is wrong with a chain, and is a candidate for verification.

use haltere_core::Timestamp;
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::provider::provider;
use super::trust::Trust;

/// The longest path that is followed.
const MAX_STEPS: usize = 10;
/// How many candidates of one name have a signature checked: a peer chooses how many it sends.
const MAX_NAMESAKES: usize = 8;
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
    /// At a trusted certificate.
    Trusted,
    /// At a certificate signed by its own key that is not trusted.
    SelfSigned,
    /// At a certificate whose issuer was not found.
    IssuerMissing,
    /// There are more certificates than we follow.
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
            } else if certificate.is_self_signed() {
                path.end = End::SelfSigned;
            } else if trust.system_knows(certificate.issuer()) {
                path.end = End::Trusted;
            } else {
                step = issuer_of(&certificate, &trust.supplied, others, now);
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

/// The candidate that `certificate` names as its issuer. Of several: one that is valid now and has the key
/// that signed it; or else one of the operator's before one of the peer's, and one that is valid now before
/// others. Never the certificate itself.
fn issuer_of<'a>(
    certificate: &Certificate<'_>,
    supplied: &'a [CertificateDer<'_>],
    presented: &'a [CertificateDer<'_>],
    now: Timestamp,
) -> Option<Step<'a>> {
    let supplied = supplied.iter().map(|der| (der, true));
    let mut named = supplied
        .chain(presented.iter().map(|der| (der, false)))
        .filter_map(|(der, is_supplied)| {
            Some(Step { certificate: Certificate::parse(der)?, is_supplied })
        })
        .filter(|step| certificate.names_as_issuer(&step.certificate))
        .filter(|step| step.certificate.der() != certificate.der())
        .collect::<Vec<_>>();
    let is_valid = |step: &Step<'_>| step.certificate.is_valid_at(now);
    let algorithms = &provider().signature_verification_algorithms;
    let signer = if named.len() > 1 {
        let mut namesakes = named.iter().take(MAX_NAMESAKES);
        namesakes
            .position(|it| is_valid(it) && certificate.is_signed_by(&it.certificate, algorithms))
    } else {
        None
    };
    let best = signer
        .or_else(|| named.iter().position(|it| it.is_supplied && is_valid(it)))
        .or_else(|| named.iter().position(|it| it.is_supplied))
        .or_else(|| named.iter().position(is_valid))
        .unwrap_or(0);
    (!named.is_empty()).then(|| named.swap_remove(best))
}
