//! One dial to test a connection, which reports each stage.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use haltere_core::{
    BrokerFacts, LinkFailure, Note, RoundtripTopic, Stage, SysTopics, panic_message,
};
use tokio::time::timeout;

use crate::attempt::{AttemptOptions, Established, attempt};
use crate::attempt_trace::{AttemptTrace, Observer, ProbeStage};
use crate::dial_rate_limiter::Priority;
use crate::message_sink::SysValues;
use crate::roundtrip::{Roundtrip, roundtrip};
use crate::shared::LinkShared;
use crate::sys_policy::{SysEvidence, SysNote};
use crate::tls::{CertificateFacts, certificate_facts};
use crate::transport::{MqttSession, SessionError};
use crate::version_fallback::VersionFallback;
use crate::{LinkSpec, facts, failure};

/// How long a broker may take to send its version and uptime, and to answer a ping.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a session is observed after that: some brokers end it a moment after the subscription to
/// `$SYS`.
const LINGER: Duration = Duration::from_millis(250);
/// The longest observation if the session before was lost.
const MAX_LINGER: Duration = Duration::from_secs(3);

/// The result of a probe.
#[derive(Debug, Clone)]
pub struct ProbeReport {
    /// The stages, in order; the last one may be the one that failed.
    pub stages: Vec<ProbeStage>,
    /// Why it failed; `None` if all stages were passed.
    pub failure: Option<LinkFailure>,
    /// What is known about the broker; `None` if it did not accept the session.
    pub broker: Option<BrokerFacts>,
    /// The message that the broker has sent back, if that was requested.
    pub roundtrip: Option<Roundtrip>,
    /// The certificates the broker presented, leaf first, accepted or refused.
    pub peer_chain: Vec<CertificateFacts>,
}

/// The part of a report that is not in the trace.
#[derive(Default)]
struct ProbeOutcome {
    failure: Option<LinkFailure>,
    broker: Option<BrokerFacts>,
    roundtrip: Option<Roundtrip>,
}

impl ProbeOutcome {
    fn failed(failure: LinkFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

/// Dials once. With `topic`, also publishes a message to it and waits until it comes back.
pub(crate) async fn probe(
    shared: &LinkShared,
    spec: &LinkSpec,
    topic: Option<&RoundtripTopic>,
    observer: &mut Observer<'_>,
) -> ProbeReport {
    shared.dial_limiter.acquire(Priority::Interactive).await;
    let mut trace = AttemptTrace::observed_by(observer);
    let outcome = AssertUnwindSafe(run(shared, spec, topic, &mut trace)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|panic| {
        shared.panics.fetch_add(1, Ordering::Relaxed);
        tracing::error!(panic = panic_message(&*panic), "a probe panicked");
        ProbeOutcome::failed(failure::panicked())
    });
    let ProbeOutcome { failure, broker, roundtrip } = outcome;
    let chain = trace.presented.as_ref().map(|presented| presented.chain.iter());
    let peer_chain = chain.into_iter().flatten().map(|der| certificate_facts(der)).collect();
    ProbeReport { stages: trace.stages, failure, broker, roundtrip, peer_chain }
}

async fn run(
    shared: &LinkShared,
    spec: &LinkSpec,
    topic: Option<&RoundtripTopic>,
    trace: &mut AttemptTrace<'_>,
) -> ProbeOutcome {
    let (mut session, broker) = match connect_and_subscribe(shared, spec, trace).await {
        Ok(accepted) => accepted,
        Err(failure) => return ProbeOutcome::failed(failure),
    };
    let mut outcome =
        ProbeOutcome { broker: Some(Arc::unwrap_or_clone(broker)), ..ProbeOutcome::default() };
    if let Some(topic) = topic {
        trace.enter(Stage::Roundtrip);
        match roundtrip(&mut session, topic, shared.config.roundtrip_timeout).await {
            Ok(done) => {
                trace.pass(Some(roundtrip_summary(done)));
                outcome.roundtrip = Some(done);
            }
            Err(failure) => {
                trace.fail(&failure);
                outcome.failure = Some(failure);
            }
        }
    }
    let _ = timeout(ANSWER_TIMEOUT, session.disconnect()).await;
    outcome
}

fn roundtrip_summary(Roundtrip { qos, latency }: Roundtrip) -> String {
    let millis = latency.as_secs_f64() * 1_000.0;
    format!("published and received in {millis:.1} ms, QoS {}", qos.number())
}

/// Connects, and subscribes as a link does.
async fn connect_and_subscribe(
    shared: &LinkShared,
    spec: &LinkSpec,
    trace: &mut AttemptTrace<'_>,
) -> Result<(MqttSession, Arc<BrokerFacts>), LinkFailure> {
    let mut established = connect(shared, spec, true, trace).await?;
    let sys = if spec.interest.is_empty() { SysTopics::Off } else { SysTopics::Asked };
    let mut broker =
        Arc::new(facts::on_connect(established.session.version(), established.tls.take(), sys));
    trace.enter(Stage::Subscribe);
    let outcome = collect_facts(shared, &mut established.session, &mut broker).await;
    match outcome.map_err(|error| (established.session.sys_evidence(&error), error)) {
        Ok(()) => {
            trace.pass(Some(summary(&broker)));
            Ok((established.session, broker))
        }
        Err((
            SysEvidence::Immediate
            | SysEvidence::Refused
            | SysEvidence::Early(_)
            | SysEvidence::TakenOver(_),
            error,
        )) => {
            let lasted = established.session.time_since_sys_event();
            drop(established);
            let why = format!("{error}, when it was asked for $SYS; once more without");
            trace.restart_from(Stage::Dns, &why);
            connect_without_sys(shared, spec, lasted, trace).await
        }
        Err((_, error)) => Err(session_lost(&error, None, trace)),
    }
}

/// Connects again without the subscription to `$SYS`, after a session with it was lost. A link would
/// stop subscribing. That this helps is shown if the second session is clearly longer than the first,
/// which has `lasted` that long.
async fn connect_without_sys(
    shared: &LinkShared,
    spec: &LinkSpec,
    lasted: Duration,
    trace: &mut AttemptTrace<'_>,
) -> Result<(MqttSession, Arc<BrokerFacts>), LinkFailure> {
    let Established { mut session, tls } = connect(shared, spec, false, trace).await?;
    let mut broker = Arc::new(facts::on_connect(session.version(), tls, SysTopics::EndsSession));
    trace.enter(Stage::Subscribe);
    let linger = LINGER.max(2 * lasted).min(MAX_LINGER);
    if let Err(error) = stays_up(shared, &mut session, &mut broker, linger).await {
        return Err(session_lost(
            &error,
            Some(SysNote::WithoutSubscriptionToo.note(error.is_explained())),
            trace,
        ));
    }
    trace.pass(Some(summary(&broker)));
    Ok((session, broker))
}

/// The failure of a session that was lost although it was accepted, and not because of `$SYS`.
fn session_lost(
    error: &SessionError,
    note: Option<Note>,
    trace: &mut AttemptTrace<'_>,
) -> LinkFailure {
    let mut failure = failure::session_lost(error);
    failure.message.notes.extend(note);
    trace.enter(Stage::Closed);
    trace.fail(&failure);
    failure
}

/// The detail of the stage `subscribe`. An unknown version is no failure: many brokers do not allow every
/// client to read `$SYS`.
fn summary(broker: &BrokerFacts) -> String {
    let why = match (&broker.version, broker.sys) {
        (Some(version), _) => return version.clone(),
        (None, SysTopics::Off) => "not asked for $SYS (noMetricsMode)",
        (None, SysTopics::Denied) => "the broker does not allow us to read $SYS",
        (None, SysTopics::EndsSession) => {
            "the broker ends the session when asked for $SYS; links stay up without it"
        }
        (None, SysTopics::Asked | SysTopics::Granted) => "the broker does not publish its version",
    };
    why.to_owned()
}

/// Connects, and tries the older version if the broker closes the connection: some brokers do so instead
/// of answering that they do not speak MQTT 5. A link tries the older version in its next attempt.
async fn connect(
    shared: &LinkShared,
    spec: &LinkSpec,
    subscribe: bool,
    trace: &mut AttemptTrace<'_>,
) -> Result<Established, LinkFailure> {
    let mut versions = VersionFallback::default();
    let first = AttemptOptions { version: versions.next(), subscribe };
    let failure = match attempt(spec, shared, first, trace).await {
        Ok(established) => return Ok(established),
        Err(failure) => failure,
    };
    versions.failed(&failure);
    if versions.next() == first.version {
        return Err(failure);
    }
    trace.stages.clear();
    let second = AttemptOptions { version: versions.next(), subscribe };
    attempt(spec, shared, second, trace).await
}

/// Waits until the broker has sent its version and uptime, has refused to, or the time is over. Returns an
/// error if the session is lost.
async fn collect_facts(
    shared: &LinkShared,
    session: &mut MqttSession,
    broker: &mut Arc<BrokerFacts>,
) -> Result<(), SessionError> {
    let complete = timeout(ANSWER_TIMEOUT, async {
        let is_pending = |broker: &BrokerFacts| match broker.sys {
            SysTopics::Asked | SysTopics::Granted => {
                broker.version.is_none() || broker.started_at.is_none()
            }
            SysTopics::Denied | SysTopics::Off | SysTopics::EndsSession => false,
        };
        while is_pending(broker) {
            receive(shared, session, broker).await?;
        }
        Ok::<_, SessionError>(())
    });
    if let Ok(outcome) = complete.await {
        outcome?;
    }
    stays_up(shared, session, broker, LINGER).await
}

/// Checks that the broker answers a ping, and that the session is still up after `linger`.
async fn stays_up(
    shared: &LinkShared,
    session: &mut MqttSession,
    broker: &mut Arc<BrokerFacts>,
    linger: Duration,
) -> Result<(), SessionError> {
    session.send_ping()?;
    let pong =
        timeout(ANSWER_TIMEOUT, receive_while(shared, session, broker, MqttSession::awaits_pong));
    pong.await.unwrap_or(Err(SessionError::PingTimeout(ANSWER_TIMEOUT)))?;
    timeout(linger, receive_while(shared, session, broker, |_| true)).await.unwrap_or(Ok(()))
}

/// Processes packets while `condition` holds.
async fn receive_while(
    shared: &LinkShared,
    session: &mut MqttSession,
    broker: &mut Arc<BrokerFacts>,
    condition: impl Fn(&MqttSession) -> bool,
) -> Result<(), SessionError> {
    while condition(session) {
        receive(shared, session, broker).await?;
    }
    Ok(())
}

/// Waits for the next update, and applies it.
async fn receive(
    shared: &LinkShared,
    session: &mut MqttSession,
    broker: &mut Arc<BrokerFacts>,
) -> Result<(), SessionError> {
    let mut values = SysValues::default();
    let update = session.next_update(&mut values).await?;
    facts::apply_update(broker, update, values, shared.clock.now());
    Ok(())
}
