//! Dialling once, to see whether and how far it works.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use haltere_core::{BrokerFacts, LinkFailure, Stage};
use tokio::time::timeout;

use crate::attempt::{Arrival, attempt};
use crate::fleet::Fleet;
use crate::pacer::Urgency;
use crate::tls::{CertificateFacts, certificate_facts};
use crate::trail::{Observer, Trail};
use crate::transport::{Ended, Session};
use crate::versions::Versions;
use crate::work::panic_message;
use crate::{LinkSpec, facts, failure};

/// How long a broker that has let us in may take to tell about itself.
const TELL: Duration = Duration::from_secs(1);

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
/// Each stage begins and ends, in order, with two exceptions. A broker that speaks no MQTT 5 is dialled
/// once more with 3.1.1, and stages begin anew. And under TLS 1.3 a broker says only after the
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
    let Arrival { mut session, tls } = arrive(fleet, spec, trail).await?;
    let mut broker = facts::at_arrival(session.version(), tls);
    trail.enter(Stage::Subscribe);
    // Absence is no failure: many brokers do not let everybody read $SYS.
    let told = timeout(TELL, listen(fleet, &mut session, &mut broker)).await;
    trail.pass(Some(match (told, &broker.version) {
        (_, Some(version)) => version.clone(),
        (Ok(Ok(())), None) => "the broker does not let us read $SYS".to_owned(),
        (Ok(Err(ended)), None) => ended.to_string(),
        (Err(_), None) => "the broker does not tell its version".to_owned(),
    }));
    let _ = timeout(TELL, session.goodbye()).await;
    Ok(broker)
}

/// Some brokers close the connection in place of saying that they don't know MQTT 5. A link tries the
/// older version the next time; we have no next time.
async fn arrive(
    fleet: &Fleet,
    spec: &LinkSpec,
    trail: &mut Trail<'_>,
) -> Result<Arrival, LinkFailure> {
    let mut versions = Versions::default();
    let first = versions.next();
    let failure = match attempt(spec, &fleet.means, first, trail).await {
        Ok(arrival) => return Ok(arrival),
        Err(failure) => failure,
    };
    versions.failed(&failure);
    if versions.next() == first {
        return Err(failure);
    }
    trail.stages.clear();
    attempt(spec, &fleet.means, versions.next(), trail).await
}

/// Until the broker has told everything, or refused to.
async fn listen(
    fleet: &Fleet,
    session: &mut Session,
    broker: &mut BrokerFacts,
) -> Result<(), Ended> {
    while broker.version.is_none() || broker.started_at.is_none() {
        let news = session.news().await?;
        let refused = news.subscribed == Some(false);
        facts::learn(broker, news, fleet.clock.now());
        if refused {
            break;
        }
    }
    Ok(())
}
