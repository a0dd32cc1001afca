//! What came of dialling a broker once, on its way out.

use haltere_app::connections::{Advice, ProbeEvent, ProbeReport, ProbeStage, Roundtrip};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::broker::BrokerView;
use crate::wire::certificate::WireCertificate;
use crate::wire::sentence::SentenceView;
use crate::wire::status::{FailureView, StageName};

/// The result of connecting to a broker once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionTest)]
pub(crate) struct WireReport<'a> {
    /// Whether the broker accepted the connection and, if a round trip was requested, sent the message back.
    connected: bool,
    /// The stages, in order; the last one may be the one that failed.
    stages: Vec<WireStage<'a>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
    /// What to try next, the likeliest first; for people. After a success: what could be better.
    advice: Vec<String>,
    /// The same as keys with parameters, one for each line of `advice`.
    advice_keys: Vec<SentenceView>,
    /// What the broker says about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<BrokerView<'a>>,
    /// The message that the broker has sent back, if that was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    roundtrip: Option<WireRoundtrip>,
    /// The certificates the broker presented, leaf first; also when they were refused.
    certificates: Vec<WireCertificate<'a>>,
}

/// A message that the broker has sent back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionTestRoundtrip)]
pub(crate) struct WireRoundtrip {
    /// The QoS of the message: 1, or 0 if the broker accepts no more.
    #[schema(maximum = 2)]
    qos: u8,
    /// The time from publishing the message to receiving it, in milliseconds.
    latency_ms: f64,
}

/// One stage of a test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionTestStage)]
pub(crate) struct WireStage<'a> {
    stage: StageName,
    /// Whether it succeeded.
    ok: bool,
    /// How long it took, in milliseconds.
    elapsed_ms: f64,
    /// What was found, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// The data of an event `stage` in the stream of a test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
#[schema(as = ConnectionTestEvent)]
pub(crate) enum WireEvent<'a> {
    /// A stage begins.
    Started {
        /// Which.
        stage: StageName,
    },
    /// A stage has ended.
    Ended(WireStage<'a>),
}

impl<'a> WireReport<'a> {
    /// The report with the advice made from it.
    pub(crate) fn new(report: &'a ProbeReport, advice: &[Advice]) -> Self {
        let ProbeReport { stages, failure, broker, roundtrip, peer_chain } = report;
        Self {
            connected: failure.is_none(),
            stages: stages.iter().map(WireStage::from).collect(),
            error: failure.as_ref().map(FailureView::from),
            advice: advice.iter().map(ToString::to_string).collect(),
            advice_keys: advice.iter().map(SentenceView::of).collect(),
            broker: broker.as_ref().map(BrokerView::from),
            roundtrip: roundtrip.map(|Roundtrip { qos, latency }| WireRoundtrip {
                qos: qos.number(),
                latency_ms: latency.as_secs_f64() * 1_000.0,
            }),
            certificates: peer_chain.iter().map(WireCertificate::from).collect(),
        }
    }
}

impl<'a> From<&'a ProbeStage> for WireStage<'a> {
    fn from(probed: &'a ProbeStage) -> Self {
        let ProbeStage { stage, ok, elapsed, detail } = probed;
        Self {
            stage: (*stage).into(),
            ok: *ok,
            elapsed_ms: elapsed.as_secs_f64() * 1_000.0,
            detail: detail.as_deref(),
        }
    }
}

impl<'a> From<&'a ProbeEvent> for WireEvent<'a> {
    fn from(event: &'a ProbeEvent) -> Self {
        match event {
            ProbeEvent::Started(stage) => Self::Started { stage: (*stage).into() },
            ProbeEvent::Ended(stage) => Self::Ended(stage.into()),
        }
    }
}

/// The body of a response to `POST /api/connection-test`, on one line: the command line prints it, too.
pub fn connection_test_json(report: &ProbeReport, advice: &[Advice]) -> String {
    serde_json::to_string(&WireReport::new(report, advice))
        .expect("wire types have string keys and finite numbers")
}
