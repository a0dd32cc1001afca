//! Dialling once, to see whether and how far it works.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use haltere_core::{BrokerFacts, LinkFailure, Stage, SysTopics};
use tokio::time::timeout;

use crate::attempt::{self, Arrival, Manner, attempt};
use crate::fleet::Fleet;
use crate::pacer::Urgency;
use crate::sys_habit::{self, SysEnd};
use crate::tls::{CertificateFacts, certificate_facts};
use crate::trail::{Observer, Trail};
use crate::transport::{Ended, Session};
use crate::versions::Versions;
use crate::work::panic_message;
use crate::{LinkSpec, facts, failure};

/// How long a broker that has let us in may take to tell about itself, and to answer a ping.
const TELL: Duration = Duration::from_secs(1);
/// How long a session is looked at when all has been told: some brokers end it a moment after they were
/// asked for `$SYS`.
const LINGER: Duration = Duration::from_millis(250);
/// The same, when the session before was lost.
const LONGEST_LINGER: Duration = Duration::from_secs(3);

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

/// One stage of a probe, at its end.
#[derive(Debug, Clone)]
pub struct ProbeStage {
    /// Which.
    pub stage: Stage,
    /// Whether it was passed.
    pub ok: bool,
    /// How long it took.
    pub elapsed: Duration,
    /// What was found (`127.0.0.1:1883`, `TLSv1.3, TLS_AES_256_GCM_SHA384`), or what went wrong.
    pub detail: Option<String>,
}

/// What happens during a probe.
///
/// Each stage begins and ends, in order, with three exceptions. A broker that speaks no MQTT 5 is dialled
/// once more with 3.1.1, and one that ends the session when it is asked for `$SYS` once more without, and
/// stages begin anew. And under TLS 1.3 a broker says only after the
/// handshake what it thinks of our certificate: then `Tls` ends a second time, as not passed.
#[derive(Debug, Clone)]
pub enum ProbeEvent {
    /// A stage begins.
    Started(Stage),
    /// A stage has ended.
    Ended(ProbeStage),
}

/// Dials once.
pub(crate) async fn probe(
    fleet: &Fleet,
    spec: &LinkSpec,
    observer: &mut Observer<'_>,
) -> ProbeReport {
    fleet.pacer.turn(Urgency::Urgent).await;
    let mut trail = Trail::observed_by(observer);
    let way = AssertUnwindSafe(go(fleet, spec, &mut trail)).catch_unwind().await;
    let outcome = way.unwrap_or_else(|panic| {
        fleet.panics.fetch_add(1, Ordering::Relaxed);
        tracing::error!(panic = panic_message(&*panic), "a probe panicked");
        Err(failure::panicked())
    });
    let (broker, failure) = match outcome {
        Ok(broker) => (Some(broker), None),
        Err(failure) => (None, Some(failure)),
    };
    let chain = trail.presented.as_ref().map(|presented| presented.chain.iter());
    let peer_chain = chain.into_iter().flatten().map(|der| certificate_facts(der)).collect();
    ProbeReport { stages: trail.stages, failure, broker, peer_chain }
}

async fn go(
    fleet: &Fleet,
    spec: &LinkSpec,
    trail: &mut Trail<'_>,
) -> Result<BrokerFacts, LinkFailure> {
    let mut arrival = arrive(fleet, spec, spec.read_sys, trail).await?;
    let sys = if spec.read_sys { SysTopics::Asked } else { SysTopics::Off };
    let mut broker = facts::at_arrival(arrival.session.version(), arrival.tls.take(), sys);
    trail.enter(Stage::Subscribe);
    let told = listen(fleet, &mut arrival.session, &mut broker).await;
    match told.map_err(|ended| (arrival.session.sys_end(&ended), ended)) {
        Ok(()) => trail.pass(Some(told_what(&broker))),
        Err((
            SysEnd::Suspicious | SysEnd::Refused | SysEnd::Soon(_) | SysEnd::TakenOver(_),
            ended,
        )) => {
            let lasted = arrival.session.settled_for();
            drop(arrival);
            let why = format!("{ended}, when it was asked for $SYS; once more without");
            trail.go_back_to(Stage::Dns, &why);
            return without_sys(fleet, spec, lasted, trail).await;
        }
        Err((_, ended)) => return Err(dropped(&ended, "", trail)),
    }
    let _ = timeout(TELL, arrival.session.goodbye()).await;
    Ok(broker)
}

/// The broker has ended a session in which it was asked for `$SYS`. A link learns to do without; whether
/// that helps shows in a second session, which has to be clearly longer than the first has `lasted`.
async fn without_sys(
    fleet: &Fleet,
    spec: &LinkSpec,
    lasted: Duration,
    trail: &mut Trail<'_>,
) -> Result<BrokerFacts, LinkFailure> {
    let Arrival { mut session, tls } = arrive(fleet, spec, false, trail).await?;
    let mut broker = facts::at_arrival(session.version(), tls, SysTopics::EndsSession);
    trail.enter(Stage::Subscribe);
    let linger = LINGER.max(2 * lasted).min(LONGEST_LINGER);
    if let Err(ended) = stays(fleet, &mut session, &mut broker, linger).await {
        return Err(dropped(&ended, sys_habit::ended_without_as_well(), trail));
    }
    trail.pass(Some(told_what(&broker)));
    let _ = timeout(TELL, session.goodbye()).await;
    Ok(broker)
}

/// The broker has let us in and then dropped us, for nothing that a link could do without.
fn dropped(ended: &Ended, words: &str, trail: &mut Trail<'_>) -> LinkFailure {
    let mut failure = attempt::lost(ended);
    failure.message.push_str(words);
    trail.enter(Stage::Closed);
    trail.fail(&failure);
    failure
}

/// For one glance. Absence is no failure: many brokers do not let everybody read `$SYS`.
fn told_what(broker: &BrokerFacts) -> String {
    let why = match (&broker.version, broker.sys) {
        (Some(version), _) => return version.clone(),
        (None, SysTopics::Off) => "not asked for $SYS (noMetricsMode)",
        (None, SysTopics::Denied) => "the broker does not let us read $SYS",
        (None, SysTopics::EndsSession) => {
            "the broker ends the session when asked for $SYS; links stay up without it"
        }
        (None, SysTopics::Asked | SysTopics::Granted) => "the broker does not tell its version",
    };
    why.to_owned()
}

/// Some brokers close the connection in place of saying that they don't know MQTT 5. A link tries the
/// older version the next time; we have no next time.
async fn arrive(
    fleet: &Fleet,
    spec: &LinkSpec,
    read_sys: bool,
    trail: &mut Trail<'_>,
) -> Result<Arrival, LinkFailure> {
    let mut versions = Versions::default();
    let first = Manner { version: versions.next(), read_sys };
    let failure = match attempt(spec, &fleet.means, first, trail).await {
        Ok(arrival) => return Ok(arrival),
        Err(failure) => failure,
    };
    versions.failed(&failure);
    if versions.next() == first.version {
        return Err(failure);
    }
    trail.stages.clear();
    let second = Manner { version: versions.next(), read_sys };
    attempt(spec, &fleet.means, second, trail).await
}

/// Until the broker has told everything, or refused to, or had time enough. An error is a session that
/// did not survive it.
async fn listen(
    fleet: &Fleet,
    session: &mut Session,
    broker: &mut BrokerFacts,
) -> Result<(), Ended> {
    let told = timeout(TELL, async {
        let may_tell = |broker: &BrokerFacts| match broker.sys {
            SysTopics::Asked | SysTopics::Granted => {
                broker.version.is_none() || broker.started_at.is_none()
            }
            SysTopics::Denied | SysTopics::Off | SysTopics::EndsSession => false,
        };
        while may_tell(broker) {
            let news = session.news().await?;
            facts::learn(broker, news, fleet.clock.now());
        }
        Ok::<_, Ended>(())
    });
    if let Ok(ended) = told.await {
        ended?;
    }
    stays(fleet, session, broker, LINGER).await
}

/// Whether the broker answers a ping, and is still there when `linger` is over.
async fn stays(
    fleet: &Fleet,
    session: &mut Session,
    broker: &mut BrokerFacts,
    linger: Duration,
) -> Result<(), Ended> {
    session.ping_now()?;
    let pong = timeout(TELL, hear(fleet, session, broker, Session::awaits_pong));
    pong.await.unwrap_or(Err(Ended::NoPong(TELL)))?;
    timeout(linger, hear(fleet, session, broker, |_| true)).await.unwrap_or(Ok(()))
}

/// Listens for as long as `more` says.
async fn hear(
    fleet: &Fleet,
    session: &mut Session,
    broker: &mut BrokerFacts,
    more: impl Fn(&Session) -> bool,
) -> Result<(), Ended> {
    while more(session) {
        let news = session.news().await?;
        facts::learn(broker, news, fleet.clock.now());
    }
    Ok(())
}
