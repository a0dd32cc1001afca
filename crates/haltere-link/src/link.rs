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
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{BrokerFacts, LinkFailure, SysTopics};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::attempt::{Arrival, Manner};
use crate::board::Ticket;
use crate::fleet::Fleet;
use crate::pacer::Urgency;
use crate::state::{Effect, Input, Moment, State, step};
use crate::sys_habit::SysHabit;
use crate::versions::Versions;
use crate::work::{Dial, Outcome, Work};
use crate::{LinkSpec, facts};

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// One link, as its task holds it.
pub(crate) struct Link {
    fleet: Arc<Fleet>,
    spec: Arc<LinkSpec>,
    ticket: Ticket,
    orders: watch::Receiver<Arc<LinkSpec>>,
    state: State,
    work: Work,
    broker: Option<Arc<BrokerFacts>>,
    /// Held while there is a socket, or may be one.
    place: Option<OwnedSemaphorePermit>,
    versions: Versions,
    sys: SysHabit,
    /// Set when the whole fleet starts: how long the first dial is put off.
    put_off: Option<Duration>,
}

impl Link {
    /// A link that has just been given its place on the board.
    pub(crate) fn new(
        fleet: Arc<Fleet>,
        spec: Arc<LinkSpec>,
        ticket: Ticket,
        orders: watch::Receiver<Arc<LinkSpec>>,
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
            place: None,
            versions: Versions::default(),
            sys: SysHabit::default(),
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
                    Some(order.map_or(Input::End, |()| self.obey()))
                }
                outcome = poll_fn(|cx| self.work.poll(cx, &self.fleet.panics)) => self.weigh(outcome),
            };
            if let Some(input) = input {
                self.take(input).await;
            }
            // Whoever waits for what came of it goes first. And there may be no end of news: others
            // get their turn in between.
            yield_now().await;
        }
    }

    fn obey(&mut self) -> Input {
        let spec = Arc::clone(&self.orders.borrow_and_update());
        let same_dial = spec.dials_like(&self.spec);
        if !same_dial {
            self.versions = Versions::default();
            // It may be another broker.
            self.fleet.board.present(&spec.id, self.ticket, None);
        }
        if spec.revision != self.spec.revision || !same_dial {
            self.ask_for_sys_again(spec.read_sys && same_dial);
        }
        self.put_off = None;
        let intent = spec.intent;
        self.spec = spec;
        Input::Wanted { intent, same_dial }
    }

    /// An operator may have mended what kept the broker from telling how it is. `now`: in the session that
    /// is up, if there is one.
    fn ask_for_sys_again(&mut self, now: bool) {
        let abstained = mem::take(&mut self.sys).abstains();
        if abstained
            && now
            && let (Work::Session(session), Some(broker)) = (&mut self.work, &mut self.broker)
        {
            session.ask_for_sys();
            Arc::make_mut(broker).sys = SysTopics::Asked;
        }
    }

    /// What the next session has in mind about the broker's version and uptime.
    fn sys_topics(&self) -> SysTopics {
        match (self.spec.read_sys, self.sys.abstains()) {
            (false, _) => SysTopics::Off,
            (true, true) => SysTopics::EndsSession,
            (true, false) => SysTopics::Asked,
        }
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
                let facts = facts::at_arrival(session.version(), tls, self.sys_topics());
                self.broker = Some(Arc::new(facts));
                self.work = Work::Session(Box::new(session));
                tracing::info!(connection = %self.spec.id, url = %self.spec.url, "broker connected");
                Some(Input::Dialled)
            }
            Outcome::Failed(failure) => {
                self.versions.failed(&failure);
                self.log(&failure);
                Some(Input::DialFailed(Arc::new(failure)))
            }
            Outcome::Lost(mut failure, end) => {
                let lesson = self.sys.lost(end);
                failure.message.push_str(lesson.words);
                self.log(&failure);
                if lesson.abstains_now {
                    tracing::warn!(connection = %self.spec.id, url = %self.spec.url, "the broker ends sessions in which it is asked for $SYS; the next one does not ask, and version and uptime stay unknown");
                }
                Some(Input::Lost(Arc::new(failure)))
            }
            Outcome::Woke => Some(Input::TimerFired),
            Outcome::Place(place) => {
                self.place = Some(place);
                Some(Input::TimerFired)
            }
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
        let clock = &self.fleet.clock;
        let moment = Moment { now: clock.now(), steady: clock.steady(), jitter: rand::random() };
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
        if !matches!(self.state, State::Connecting { .. } | State::Online { .. }) {
            // The socket is closed.
            self.place = None;
        }
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::AbortDial | Effect::ClearTimer => self.work = Work::Nothing,
            Effect::Disconnect => {
                let work = mem::replace(&mut self.work, Work::Nothing);
                // Boxed, so that every link's task does not keep room for it.
                let goodbye = Box::pin(timeout(GOODBYE, work.end(&self.fleet.panics)));
                if let Ok(Err(error)) = goodbye.await {
                    tracing::debug!(connection = %self.spec.id, %error, "failed to say goodbye");
                }
            }
            Effect::Dial { urgent } => {
                if self.place.is_none() {
                    self.place = Arc::clone(&self.fleet.places).try_acquire_owned().ok();
                }
                if self.place.is_none() {
                    self.work = Work::no_place();
                    return;
                }
                let put_off = self.put_off.take();
                let patient = !urgent || put_off.is_some();
                self.work = Work::dial(Dial {
                    fleet: Arc::clone(&self.fleet),
                    spec: Arc::clone(&self.spec),
                    ticket: self.ticket,
                    manner: Manner {
                        version: self.versions.next(),
                        read_sys: self.sys_topics() == SysTopics::Asked,
                    },
                    urgency: if patient { Urgency::Patient } else { Urgency::Urgent },
                    put_off,
                });
            }
            Effect::SetTimer(pause) => {
                self.work = if self.state.waits_for_a_place() {
                    Work::queue(Arc::clone(&self.fleet.places), pause)
                } else {
                    Work::Wait(Box::pin(sleep(pause)))
                };
            }
        }
    }

    fn publish(&self) {
        if let Some(state) = self.state.shown() {
            let LinkSpec { id, revision, .. } = &*self.spec;
            self.fleet.board.write(id, self.ticket, *revision, state, self.broker.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Session;

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
}
