//! Dialling once, to see whether and how far it works.

use std::time::Duration;

use haltere_core::{BrokerFacts, LinkFailure, Stage};

use crate::tls::CertificateFacts;

/// What came of dialling a broker once.
#[derive(Debug, Clone)]
pub struct ProbeReport {
    /// The stages gone through, in order; the last one may be the one that failed.
    pub stages: Vec<ProbeStage>,
    /// Why it failed; `None` when the broker accepted us.
    pub failure: Option<LinkFailure>,
    /// What the broker told; `None` when it did not accept us.
    pub broker: Option<BrokerFacts>,
    /// The certificates the broker presented, leaf first; also when they were refused.
    pub peer_chain: Vec<CertificateFacts>,
}

/// One stage of a probe.
#[derive(Debug, Clone)]
pub struct ProbeStage {
    /// Which.
    pub stage: Stage,
    /// Whether it was passed.
    pub ok: bool,
    /// How long it took.
    pub elapsed: Duration,
    /// What was found (`127.0.0.1:1883`, `TLSv1.3`), or what went wrong.
    pub detail: Option<String>,
}
