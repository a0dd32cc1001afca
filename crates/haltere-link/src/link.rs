//! The task of one link: drives [`crate::state::step`] with what happens.
//!
//! ```text
//!  spec changed, removed ──►┐                 ┌──► status table
//!                           ├─► Input ─► step ┤
//!  outcome of the work ────►┘                 └──► Effect: new work
//!  (dial, session, back-off) ◄── commands, for the session only
//! ```
//!
//! A link has one [`Work`] at a time. The task always waits for it and for a changed spec together, so that an
//! edit or the end interrupts every wait. Dropping the work cancels it.

use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{BrokerFacts, LinkFailure, SysTopics};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::attempt::{AttemptOptions, Established};
use crate::command::CommandQueue;
use crate::dial_rate_limiter::Priority;
use crate::shared::LinkShared;
use crate::state::{Effect, Input, Moment, State, step};
use crate::status_table::StatusToken;
use crate::sys_policy::SysPolicy;
use crate::version_fallback::VersionFallback;
use crate::work::{DialTask, Work, WorkOutcome};
use crate::{LinkSpec, facts};

/// How long a DISCONNECT may take.
const DISCONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// What the supervisor hands to a link.
pub(crate) struct LinkAssignment {
    pub(crate) spec: Arc<LinkSpec>,
    /// Set when the first handle to the link is requested, because most links need no queue. The link takes it.
    pub(crate) commands: Mutex<Option<CommandQueue>>,
}

/// The state of a link's task.
pub(crate) struct Link {
    shared: Arc<LinkShared>,
    spec: Arc<LinkSpec>,
    token: StatusToken,
    /// Closed when the link is to end.
    assignment: watch::Receiver<LinkAssignment>,
    commands: Option<CommandQueue>,
    state: State,
    work: Work,
    broker: Option<Arc<BrokerFacts>>,
    /// Held while there is a socket, or may be one.
    socket_permit: Option<OwnedSemaphorePermit>,
    versions: VersionFallback,
    sys: SysPolicy,
    /// Set when the whole fleet starts: how long the first dial is delayed.
    start_delay: Option<Duration>,
}

impl Link {
    /// Creates a link that has just been registered in the status table.
    pub(crate) fn new(
        shared: Arc<LinkShared>,
        spec: Arc<LinkSpec>,
        token: StatusToken,
        assignment: watch::Receiver<LinkAssignment>,
        start_delay: Option<Duration>,
    ) -> Self {
        Self {
            shared,
            spec,
            token,
            assignment,
            commands: None,
            state: State::Idle,
            work: Work::Nothing,
            broker: None,
            socket_permit: None,
            versions: VersionFallback::default(),
            sys: SysPolicy::default(),
            start_delay,
        }
    }

    /// Runs until the supervisor drops the sender of its assignment.
    pub(crate) async fn run(mut self) {
        let intent = self.spec.intent;
        self.transition(Input::Wanted { intent, same_dial: false }).await;
        while self.state != State::Closing {
            let input = tokio::select! {
                biased;
                changed = self.assignment.changed() => {
                    // An error means that the supervisor has dropped this link.
                    changed.map_or(Some(Input::End), |()| self.on_assignment_changed())
                }
                outcome = poll_fn(|cx| {
                    self.work.poll(cx, &self.shared.panics, self.commands.as_mut())
                }) => {
                    self.on_outcome(outcome)
                }
            };
            if let Some(input) = input {
                self.transition(input).await;
            }
            // Tasks that wait for the new status go first, and a broker that sends without a pause must
            // not occupy a thread.
            yield_now().await;
        }
    }

    fn on_assignment_changed(&mut self) -> Option<Input> {
        let spec = {
            let assignment = self.assignment.borrow_and_update();
            if let Some(queue) = assignment.commands.lock().take() {
                self.commands = Some(queue);
            }
            Arc::clone(&assignment.spec)
        };
        (!Arc::ptr_eq(&spec, &self.spec)).then(|| self.on_spec_changed(spec))
    }

    fn on_spec_changed(&mut self, spec: Arc<LinkSpec>) -> Input {
        let same_dial = spec.dials_like(&self.spec);
        if !same_dial {
            self.versions = VersionFallback::default();
            // It may be another broker.
            self.shared.statuses.set_presented_chain(&spec.id, self.token, None);
        }
        let is_edit = spec.revision != self.spec.revision || !same_dial;
        if is_edit {
            // An operator may have changed the broker's permissions.
            self.sys = SysPolicy::default();
        }
        self.start_delay = None;
        let intent = spec.intent;
        self.spec = spec;
        if same_dial && is_edit {
            self.reconcile_interest();
        }
        Input::Wanted { intent, same_dial }
    }

    /// Makes the subscriptions of the current session, if there is one, match the spec.
    fn reconcile_interest(&mut self) {
        if let (Work::Session(session), Some(broker)) = (&mut self.work, &mut self.broker)
            && session.reconcile(&self.spec.interest)
        {
            Arc::make_mut(broker).sys = SysTopics::Asked;
        }
    }

    /// Whether the next session subscribes to `$SYS`, and why not.
    fn sys_topics(&self) -> SysTopics {
        match (self.spec.interest.is_empty(), self.sys.is_suspended()) {
            (true, _) => SysTopics::Off,
            (false, true) => SysTopics::EndsSession,
            (false, false) => SysTopics::Asked,
        }
    }

    /// Turns an outcome of the work into an input for the state machine, if it is one.
    fn on_outcome(&mut self, outcome: WorkOutcome) -> Option<Input> {
        if !matches!(outcome, WorkOutcome::SessionUpdate(..)) {
            // The work is done and must not be polled again.
            self.work = Work::Nothing;
        }
        match outcome {
            WorkOutcome::Established(established) => {
                let Established { session, tls } = *established;
                self.versions.succeeded(session.version());
                let facts = facts::on_connect(session.version(), tls, self.sys_topics());
                self.broker = Some(Arc::new(facts));
                self.work = Work::Session(Box::new(session));
                tracing::info!(connection = %self.spec.id, url = %self.spec.url, "broker connected");
                Some(Input::Dialled)
            }
            WorkOutcome::Failed(failure) => {
                self.versions.failed(&failure);
                self.log(&failure);
                Some(Input::DialFailed(Arc::new(failure)))
            }
            WorkOutcome::Lost { mut failure, evidence, is_explained } => {
                let decision = self.sys.session_lost(evidence);
                let note = decision.note.map(|note| note.note(is_explained));
                failure.message.notes.extend(note);
                self.log(&failure);
                if decision.stops_subscribing {
                    tracing::warn!(connection = %self.spec.id, url = %self.spec.url, "the broker ends sessions in which it is asked for $SYS; the next one does not ask, and version and uptime stay unknown");
                }
                Some(Input::Lost(Arc::new(failure)))
            }
            WorkOutcome::TimerFired => Some(Input::TimerFired),
            WorkOutcome::SocketPermit(permit) => {
                self.socket_permit = Some(permit);
                Some(Input::TimerFired)
            }
            WorkOutcome::SessionUpdate(update, values) => {
                let now = self.shared.clock.now();
                if let Some(broker) = &mut self.broker
                    && facts::apply_update(broker, update, values, now)
                {
                    self.publish_status();
                }
                None
            }
        }
    }

    /// Logs one line per failure. Repetitions are logged at a lower level.
    fn log(&self, failure: &LinkFailure) {
        let is_repeated = match &self.state {
            State::Connecting { last_failure: Some(last), .. } => last.code == failure.code,
            _ => false,
        };
        if is_repeated {
            tracing::debug!(connection = %self.spec.id, url = %self.spec.url, %failure, "broker still not connected");
        } else {
            tracing::warn!(connection = %self.spec.id, url = %self.spec.url, %failure, "broker not connected");
        }
    }

    async fn transition(&mut self, input: Input) {
        let clock = &self.shared.clock;
        let moment = Moment { now: clock.now(), steady: clock.steady(), jitter: rand::random() };
        let state = mem::replace(&mut self.state, State::Closing);
        let (state, effects) = step(state, input, moment, &self.shared.config);
        self.state = state;
        if !matches!(self.state, State::Online { .. }) {
            self.broker = None;
        }
        self.publish_status();
        for effect in effects {
            self.apply(effect).await;
        }
        if !matches!(self.state, State::Connecting { .. } | State::Online { .. }) {
            // The socket is closed.
            self.socket_permit = None;
        }
    }

    async fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::AbortDial | Effect::ClearTimer => self.work = Work::Nothing,
            Effect::Disconnect => {
                let work = mem::replace(&mut self.work, Work::Nothing);
                // Boxed, so that the task of an idle link is not enlarged by this future.
                let panics = &self.shared.panics;
                let disconnecting = Box::pin(timeout(DISCONNECT_TIMEOUT, work.disconnect(panics)));
                if let Ok(Err(error)) = disconnecting.await {
                    tracing::debug!(connection = %self.spec.id, %error, "failed to send DISCONNECT");
                }
            }
            Effect::Dial { urgent } => self.dial(urgent),
            Effect::SetTimer(pause) => {
                self.work = if self.state.waits_for_socket_permit() {
                    Work::queue(Arc::clone(&self.shared.socket_permits), pause)
                } else {
                    Work::Wait(Box::pin(sleep(pause)))
                };
            }
        }
    }

    fn dial(&mut self, urgent: bool) {
        if self.socket_permit.is_none() {
            self.socket_permit = Arc::clone(&self.shared.socket_permits).try_acquire_owned().ok();
        }
        if self.socket_permit.is_none() {
            self.work = Work::no_socket_permit();
            return;
        }
        let delay = self.start_delay.take();
        let is_background = !urgent || delay.is_some();
        self.work = Work::dial(DialTask {
            shared: Arc::clone(&self.shared),
            spec: Arc::clone(&self.spec),
            token: self.token,
            options: AttemptOptions {
                version: self.versions.next(),
                subscribe: self.sys_topics() == SysTopics::Asked,
            },
            priority: if is_background { Priority::Background } else { Priority::Interactive },
            delay,
        });
    }

    fn publish_status(&self) {
        if let Some(state) = self.state.link_state() {
            let LinkSpec { id, revision, .. } = &*self.spec;
            let statuses = &self.shared.statuses;
            statuses.write(id, self.token, *revision, state, self.broker.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::MqttSession;

    #[test]
    fn an_idle_link_is_small() {
        // The session, its codec and the socket come on top of it: some kilobytes in all.
        assert!(size_of::<Link>() <= 256, "{}", size_of::<Link>());
        assert!(size_of::<MqttSession>() <= 256, "{}", size_of::<MqttSession>());
    }

    #[test]
    fn the_future_of_a_link_is_small() {
        fn size<F: Future>(_: impl FnOnce(Link) -> F) -> usize {
            size_of::<F>()
        }
        assert!(size(Link::run) <= 2_048, "{}", size(Link::run));
    }
}
