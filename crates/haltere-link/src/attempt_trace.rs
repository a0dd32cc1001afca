//! The stages that an attempt has passed, reported to an observer as they happen.

use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{LinkFailure, Stage};
use rustls_pki_types::CertificateDer;
use tokio::time::Instant;

use crate::{LinkSpec, failure};

/// A stage of a probe that has ended.
#[derive(Debug, Clone)]
pub struct ProbeStage {
    pub stage: Stage,
    pub ok: bool,
    pub elapsed: Duration,
    /// What was found (`127.0.0.1:1883`, `TLSv1.3, TLS_AES_256_GCM_SHA384`), or what went wrong.
    pub detail: Option<String>,
}

/// The progress of a probe.
///
/// Each stage begins and ends, in order, with three exceptions. A broker that does not speak MQTT 5 is
/// dialled again with 3.1.1, and a broker that ends the session because of the subscription to `$SYS` is
/// dialled again without it; then stages are repeated. And under TLS 1.3 a broker may refuse our
/// certificate only after the handshake; then `Tls` ends a second time, as failed.
#[derive(Debug, Clone)]
pub enum ProbeEvent {
    Started(Stage),
    Ended(ProbeStage),
}

/// Receives each stage as it happens. Runs on the attempt's own task, so it must not block.
pub(crate) type Observer<'a> = dyn FnMut(ProbeEvent) + Send + 'a;

/// The course of an attempt so far.
pub(crate) struct AttemptTrace<'a> {
    /// The stages that have ended.
    pub(crate) stages: Vec<ProbeStage>,
    /// The certificates the broker presented; `None` if it has sent none.
    pub(crate) presented: Option<PresentedCertificates>,
    /// The address that is dialled, or that would have been.
    pub(crate) peer: Option<SocketAddr>,
    stage: Stage,
    since: Instant,
    observer: Option<&'a mut Observer<'a>>,
}

/// The certificates a broker presented in one handshake.
pub(crate) struct PresentedCertificates {
    /// Leaf first, never empty.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// Whether they were accepted.
    pub(crate) accepted: bool,
}

impl<'a> AttemptTrace<'a> {
    /// Starts a trace without an observer.
    pub(crate) fn new() -> Self {
        Self {
            stages: Vec::new(),
            presented: None,
            peer: None,
            stage: Stage::Dns,
            since: Instant::now(),
            observer: None,
        }
    }

    /// Starts a trace that reports each stage to `observer`.
    pub(crate) fn observed_by(observer: &'a mut Observer<'a>) -> Self {
        Self { observer: Some(observer), ..Self::new() }
    }

    /// Begins `stage`.
    pub(crate) fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.since = Instant::now();
        self.report(ProbeEvent::Started(stage));
    }

    /// Ends the current stage as passed.
    pub(crate) fn pass(&mut self, detail: Option<String>) {
        self.end_stage(true, detail);
    }

    /// Ends the attempt with a failure. Under TLS 1.3 a broker may refuse our certificate while we wait
    /// for CONNACK; then the TLS stage, reported as passed before, is replaced by a failed one.
    pub(crate) fn fail(&mut self, failure: &LinkFailure) {
        if failure.stage < self.stage {
            self.stages.retain(|stage| stage.stage < failure.stage);
            self.stage = failure.stage;
        }
        self.end_stage(false, Some(failure.message.to_string()));
    }

    /// Ends the current stage with the reason `why`, and drops the stages from `stage` on, because the
    /// attempt repeats them.
    pub(crate) fn restart_from(&mut self, stage: Stage, why: &str) {
        self.end_stage(false, Some(why.to_owned()));
        self.stages.retain(|passed| passed.stage < stage);
    }

    /// The failure of an attempt that reaches its time limit in the current stage.
    pub(crate) fn timeout_failure(&self, spec: &LinkSpec, limit: Duration) -> LinkFailure {
        match (self.stage, self.peer) {
            (Stage::Tcp, Some(peer)) => failure::tcp_timeout(peer),
            (stage, Some(peer)) => failure::no_answer(stage, peer),
            (_, None) => failure::lookup_timeout(&spec.url.host().to_string(), limit),
        }
    }

    fn end_stage(&mut self, ok: bool, detail: Option<String>) {
        let elapsed = self.since.elapsed();
        let ended = ProbeStage { stage: self.stage, ok, elapsed, detail };
        self.report(ProbeEvent::Ended(ended.clone()));
        self.stages.push(ended);
    }

    fn report(&mut self, event: ProbeEvent) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}
