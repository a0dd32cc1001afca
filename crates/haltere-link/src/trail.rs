//! Where an attempt has been, told while it is on its way to whoever wants to know.

use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{LinkFailure, Stage};
use rustls_pki_types::CertificateDer;
use tokio::time::Instant;

use crate::{LinkSpec, ProbeEvent, ProbeStage, failure};

/// Hears of each stage as it happens. Called on the attempt's own task: it must not wait.
pub(crate) type Observer<'a> = dyn FnMut(ProbeEvent) + Send + 'a;

/// Where an attempt has been.
pub(crate) struct Trail<'a> {
    /// The stages behind us.
    pub(crate) stages: Vec<ProbeStage>,
    /// The certificates the broker presented; `None` when it got no chance to.
    pub(crate) presented: Option<Presented>,
    /// Whom we dial, or would have dialled.
    pub(crate) peer: Option<SocketAddr>,
    stage: Stage,
    since: Instant,
    observer: Option<&'a mut Observer<'a>>,
}

/// The certificates a broker presented.
pub(crate) struct Presented {
    /// Leaf first, never empty.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// Whether we believed them.
    pub(crate) accepted: bool,
}

impl<'a> Trail<'a> {
    /// At the start. Nobody hears of it.
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

    /// At the start. `observer` hears of each stage.
    pub(crate) fn observed_by(observer: &'a mut Observer<'a>) -> Self {
        Self { observer: Some(observer), ..Self::new() }
    }

    /// Goes on to `stage`.
    pub(crate) fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.since = Instant::now();
        self.tell(ProbeEvent::Started(stage));
    }

    /// Notes that the stage was passed.
    pub(crate) fn pass(&mut self, detail: Option<String>) {
        self.note(true, detail);
    }

    /// Notes why it ended. What TLS 1.3 thinks of our certificate shows while we wait for CONNACK, and
    /// takes back that the stage was passed.
    pub(crate) fn fail(&mut self, failure: &LinkFailure) {
        if failure.stage < self.stage {
            self.stages.retain(|stage| stage.stage < failure.stage);
            self.stage = failure.stage;
        }
        self.note(false, Some(failure.message.clone()));
    }

    /// Ends the present stage for the reason given and forgets those from `stage` on: the way there is
    /// about to be gone once more.
    pub(crate) fn go_back_to(&mut self, stage: Stage, why: &str) {
        self.note(false, Some(why.to_owned()));
        self.stages.retain(|passed| passed.stage < stage);
    }

    /// What running out of time means at this stage.
    pub(crate) fn out_of_time(&self, spec: &LinkSpec, limit: Duration) -> LinkFailure {
        match (self.stage, self.peer) {
            (Stage::Tcp, Some(peer)) => failure::tcp_timeout(peer),
            (stage, Some(peer)) => failure::silent(stage, peer),
            (_, None) => {
                let why = format!("no answer within {} s", limit.as_secs_f32());
                failure::resolver_trouble(&spec.url.host().to_string(), &why)
            }
        }
    }

    fn note(&mut self, ok: bool, detail: Option<String>) {
        let elapsed = self.since.elapsed();
        let ended = ProbeStage { stage: self.stage, ok, elapsed, detail };
        self.tell(ProbeEvent::Ended(ended.clone()));
        self.stages.push(ended);
    }

    fn tell(&mut self, event: ProbeEvent) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}
