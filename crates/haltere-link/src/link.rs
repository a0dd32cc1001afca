//! The task of one link: drives [`crate::state::step`] with what happens in the world.
//!
//! ```text
//!  orders (edit, end) ──►┐                        ┌──► Board   how the link is
//!                        ├─► Input ─► step ───────┤
//!  work (dial, session, ─┘                        └──► Effect  new work
//!        back-off)
//! ```
//!
//! There is one piece of work at a time, and it is always listened to together with the orders, so
//! that every wait also hears "edit" and "end". Dropping a piece of work calls it off.

use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use haltere_core::{BrokerFacts, LinkFailure, ProtocolVersion, Stage};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};

use crate::attempt::{self, Arrival, Trail};
use crate::board::Ticket;
use crate::fleet::Fleet;
use crate::pacer::Urgency;
use crate::state::{Effect, Input, Moment, State, step};
use crate::transport::{News, Session};
use crate::{LinkSpec, facts, failure};

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// What a link is told to be; `None`: to end.
pub(crate) type Order = Option<Arc<LinkSpec>>;

/// One link, as its task holds it.
pub(crate) struct Link {
    fleet: Arc<Fleet>,
    spec: Arc<LinkSpec>,
    ticket: Ticket,
    orders: watch::Receiver<Order>,
    state: State,
    work: Work,
    broker: Option<Arc<BrokerFacts>>,
    versions: Versions,
    /// Set when the whole fleet starts: how long the first dial is put off.
    put_off: Option<Duration>,
}

/// What a link is doing.
enum Work {
    Nothing,
    /// Boxed, because it is large, and gone once the link is up.
    Dial(Pin<Box<dyn Future<Output = Result<Arrival, LinkFailure>> + Send>>),
    Wait(Pin<Box<Sleep>>),
    Session(Box<Session>),
}

/// What came of the work.
enum Outcome {
    Arrived(Box<Arrival>),
    Failed(LinkFailure),
    Woke,
    News(News),
    Lost(LinkFailure),
}

impl Link {
    /// A link that has just been given its place on the board.
    pub(crate) fn new(
        fleet: Arc<Fleet>,
        spec: Arc<LinkSpec>,
        ticket: Ticket,
        orders: watch::Receiver<Order>,
        put_off: Option<Duration>,
    ) -> Self {
        Self {
            fleet,
            spec,
            ticket,
            orders,
            state: State::Idle,
            work: Work::Nothing,
            broker: None,
            versions: Versions::default(),
            put_off,
        }
    }

    /// Lives until it is told to end.
    pub(crate) async fn run(mut self) {
        let intent = self.spec.intent;
        self.take(Input::Wanted { intent, same_dial: false }).await;
        while self.state != State::Closing {
            let input = tokio::select! {
                biased;
                order = self.orders.changed() => {
                    // Whoever could give orders is gone: nobody wants this link any more.
                    let order = order.ok().and_then(|()| self.orders.borrow_and_update().clone());
                    Some(self.obey(order))
                }
                outcome = poll_fn(|cx| self.work.poll(cx, &self.fleet.panics)) => self.weigh(outcome),
            };
            if let Some(input) = input {
                self.take(input).await;
            }
        }
    }

    fn obey(&mut self, order: Order) -> Input {
        let Some(spec) = order else { return Input::End };
        let same_dial = spec.dials_like(&self.spec);
        if !same_dial {
            self.versions = Versions::default();
        }
        self.put_off = None;
        let intent = spec.intent;
        self.spec = spec;
        Input::Wanted { intent, same_dial }
    }

    /// Turns what came of the work into an input for the state machine, if it is one.
    fn weigh(&mut self, outcome: Outcome) -> Option<Input> {
        if !matches!(outcome, Outcome::News(_)) {
            // It is done; polling it again would be a mistake.
            self.work = Work::Nothing;
        }
        match outcome {
            Outcome::Arrived(arrival) => {
                let Arrival { session, tls } = *arrival;
                self.versions.arrived(session.version());
                self.broker = Some(Arc::new(facts::at_arrival(session.version(), tls)));
                self.work = Work::Session(Box::new(session));
                tracing::info!(connection = %self.spec.id, url = %self.spec.url, "broker connected");
                Some(Input::Dialled)
            }
            Outcome::Failed(failure) => {
                self.versions.failed(&failure);
                self.log(&failure);
                Some(Input::DialFailed(Arc::new(failure)))
            }
            Outcome::Lost(failure) => {
                self.log(&failure);
                Some(Input::Lost(Arc::new(failure)))
            }
            Outcome::Woke => Some(Input::TimerFired),
            Outcome::News(news) => {
                if let Some(broker) = &mut self.broker
                    && facts::learn(Arc::make_mut(broker), news, self.fleet.clock.now())
                {
                    self.publish();
                }
                None
            }
        }
    }

    /// One line per failure; repetitions are for those who look closer.
    fn log(&self, failure: &LinkFailure) {
        let known = match &self.state {
            State::Connecting { last_failure: Some(last), .. } => last.code == failure.code,
            _ => false,
        };
        if known {
            tracing::debug!(connection = %self.spec.id, url = %self.spec.url, %failure, "broker still not connected");
        } else {
            tracing::warn!(connection = %self.spec.id, url = %self.spec.url, %failure, "broker not connected");
        }
    }

    async fn take(&mut self, input: Input) {
        let moment = Moment { now: self.fleet.clock.now(), jitter: rand::random() };
        let state = mem::replace(&mut self.state, State::Closing);
        let (state, effects) = step(state, input, moment, &self.fleet.means.config);
        self.state = state;
        if !matches!(self.state, State::Online { .. }) {
            self.broker = None;
        }
        self.publish();
        for effect in effects {
            self.perform(effect).await;
        }
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::AbortDial | Effect::ClearTimer => self.work = Work::Nothing,
            Effect::Disconnect => {
                if let Work::Session(session) = mem::replace(&mut self.work, Work::Nothing) {
                    // Boxed, so that every link's task does not keep room for it.
                    let goodbye = Box::pin(timeout(GOODBYE, session.goodbye()));
                    if let Ok(Err(error)) = goodbye.await {
                        tracing::debug!(connection = %self.spec.id, %error, "failed to say goodbye");
                    }
                }
            }
            Effect::Dial { urgent } => {
                let urgency = if urgent { Urgency::Urgent } else { Urgency::Patient };
                self.work = Work::Dial(Box::pin(dial(
                    Arc::clone(&self.fleet),
                    Arc::clone(&self.spec),
                    self.versions.next(),
                    urgency,
                    self.put_off.take(),
                )));
            }
            Effect::SetTimer(pause) => self.work = Work::Wait(Box::pin(sleep(pause))),
        }
    }

    fn publish(&self) {
        if let Some(state) = self.state.shown() {
            let LinkSpec { id, revision, .. } = &*self.spec;
            self.fleet.board.write(id, self.ticket, *revision, state, self.broker.clone());
        }
    }
}

async fn dial(
    fleet: Arc<Fleet>,
    spec: Arc<LinkSpec>,
    version: ProtocolVersion,
    urgency: Urgency,
    put_off: Option<Duration>,
) -> Result<Arrival, LinkFailure> {
    let urgency = match put_off {
        Some(pause) => {
            sleep(pause).await;
            Urgency::Patient
        }
        None => urgency,
    };
    fleet.pacer.turn(urgency).await;
    attempt::attempt(&spec, &fleet.means, version, &mut Trail::new()).await
}

impl Work {
    /// Goes on working. A panic in here, in the MQTT library above all, ends this piece of work and
    /// counts as its failure; the link goes on.
    fn poll(&mut self, cx: &mut Context<'_>, panics: &AtomicU64) -> Poll<Outcome> {
        let up = matches!(self, Self::Session(_));
        match catch_unwind(AssertUnwindSafe(|| self.poll_unguarded(cx))) {
            Ok(outcome) => outcome,
            Err(panic) => {
                *self = Self::Nothing;
                panics.fetch_add(1, Ordering::Relaxed);
                let failure = failure::internal(panic_message(&*panic));
                tracing::error!(%failure, "a link panicked");
                Poll::Ready(if up { Outcome::Lost(failure) } else { Outcome::Failed(failure) })
            }
        }
    }

    fn poll_unguarded(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        Poll::Ready(match self {
            Self::Nothing => return Poll::Pending,
            Self::Dial(dial) => match ready!(dial.as_mut().poll(cx)) {
                Ok(arrival) => Outcome::Arrived(Box::new(arrival)),
                Err(failure) => Outcome::Failed(failure),
            },
            Self::Wait(timer) => {
                ready!(timer.as_mut().poll(cx));
                Outcome::Woke
            }
            Self::Session(session) => match ready!(session.poll_news(cx)) {
                Ok(news) => Outcome::News(news),
                Err(ended) => Outcome::Lost(attempt::lost(&ended)),
            },
        })
    }
}

/// What a panic said, if it said it with words.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it gave no reason")
}

/// Which version of MQTT to try next: 5, unless the broker has said that it does not speak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Versions {
    settled: ProtocolVersion,
    /// Some brokers that know MQTT 3 only close the connection instead of answering. So does a broker
    /// that is shutting down; the older version is then tried once, and not remembered.
    try_older: bool,
}

impl Default for Versions {
    fn default() -> Self {
        Self { settled: ProtocolVersion::V5, try_older: false }
    }
}

impl Versions {
    fn next(self) -> ProtocolVersion {
        if self.try_older { ProtocolVersion::V3_1_1 } else { self.settled }
    }

    fn arrived(&mut self, version: ProtocolVersion) {
        if !self.try_older {
            self.settled = version;
        }
        self.try_older = false;
    }

    fn failed(&mut self, failure: &LinkFailure) {
        if failure.code == "UNACCEPTABLE_PROTOCOL_VERSION" {
            *self = Self::default();
            return;
        }
        let closed = failure.code == "ECONNCLOSED" && failure.stage == Stage::Mqtt;
        self.try_older = closed && self.next() == ProtocolVersion::V5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_of_the_work_and_no_more() {
        let mut work = Work::Dial(Box::pin(async { panic!("the library is young") }));
        let panics = AtomicU64::new(0);
        let outcome = poll_fn(|cx| work.poll(cx, &panics)).await;
        let Outcome::Failed(failure) = outcome else { panic!("not a failure") };
        assert_eq!(failure.code, "ERR_INTERNAL");
        assert!(failure.message.contains("the library is young"), "{failure}");
        assert!(matches!(work, Work::Nothing));
        assert_eq!(panics.into_inner(), 1);
    }

    #[test]
    fn an_idle_link_is_small() {
        // Beside it stand the session, the codec inside it and the socket: some kilobytes in all.
        assert!(size_of::<Link>() <= 256, "{}", size_of::<Link>());
        assert!(size_of::<Session>() <= 256, "{}", size_of::<Session>());
    }

    #[test]
    fn the_future_of_a_link_is_small() {
        fn size<F: Future>(_: impl FnOnce(Link) -> F) -> usize {
            size_of::<F>()
        }
        assert!(size(Link::run) <= 2_048, "{}", size(Link::run));
    }

    #[test]
    fn a_broker_that_only_closes_is_tried_with_both_versions_in_turn() {
        let peer = ([127, 0, 0, 1], 1883).into();
        let closed = failure::closed_early(Stage::Mqtt, peer);
        let mut versions = Versions::default();
        let mut tried = Vec::new();
        for _ in 0..4 {
            tried.push(versions.next().as_str());
            versions.failed(&closed);
        }
        assert_eq!(tried, ["5", "3.1.1", "5", "3.1.1"]);

        // It works with the older one; that may be chance, so the next time begins with 5.
        versions.failed(&closed);
        versions.arrived(ProtocolVersion::V3_1_1);
        assert_eq!(versions.next(), ProtocolVersion::V5);
        // The broker has said it in so many words.
        versions.arrived(ProtocolVersion::V3_1_1);
        versions.failed(&closed);
        assert_eq!(versions.next(), ProtocolVersion::V3_1_1);
        // It was replaced by one that knows 5 only.
        versions.failed(&failure::refusal("UNACCEPTABLE_PROTOCOL_VERSION", 1, None, peer));
        assert_eq!(versions.next(), ProtocolVersion::V5);
    }
}
