//! The life of a link, as one pure function.
//!
//! [`step`] takes the state of a link and an input, and returns the new state and the effects to carry
//! out. It opens no socket, reads no clock and draws no random number: the time and the jitter are
//! parameters. Therefore the tests below can list every transition in a table.
//!
//! ```text
//!            wanted up             dialled
//!   Idle ───────────────► Connecting ──────► Online
//!    ▲                     │      ▲             │
//!    │ wanted down     failed│    │ timer, edit │ lost
//!    └── from anywhere      ▼      │            │
//!                          Waiting ◄────────────┘          End, from anywhere ► Closing
//! ```

use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Intent, LinkFailure, LinkState, NetworkCode, Timestamp};

use crate::{LinkConfig, failure};

/// The state of a link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    /// Disconnected on purpose. An edit that wants the link up leads to `Connecting`.
    Idle,
    /// An attempt is under way. Its end leads to `Online` or `Waiting`.
    Connecting {
        /// Counts from 1 since the link was last up for a stable time, or edited.
        attempt: u32,
        /// Why the attempt before this one failed.
        last_failure: Option<Arc<LinkFailure>>,
    },
    /// A session is up. Its end leads to `Waiting`.
    Online {
        since: Timestamp,
        /// The same by the monotonic clock.
        began: Duration,
        /// How many attempts have failed before. The count goes on if the session is short.
        failures: u32,
    },
    /// Backing off. The timer or an edit leads to `Connecting`.
    Waiting {
        /// Why the last attempt failed, or the session ended.
        failure: Arc<LinkFailure>,
        /// How many attempts have failed.
        attempt: u32,
        until: Timestamp,
    },
    /// The connection was deleted, or haltere stops. Final: no input has an effect any more.
    Closing,
}

/// What happened to a link.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// The link starts, or its connection was edited.
    Wanted {
        /// Up or down.
        intent: Intent,
        /// The edit does not change how the broker is dialled.
        same_dial: bool,
    },
    Dialled,
    DialFailed(Arc<LinkFailure>),
    /// The session ended by itself.
    Lost(Arc<LinkFailure>),
    TimerFired,
    End,
}

/// What the link has to do, in the given order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Effect {
    /// Drop the dial under way.
    AbortDial,
    /// End the session with a DISCONNECT.
    Disconnect,
    ClearTimer,
    /// Start an attempt. Urgent ones go before retries.
    Dial {
        /// Whether an operator waits for it.
        urgent: bool,
    },
    /// Let the timer fire after this long.
    SetTimer(Duration),
}

/// The time and the random number of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The time by the wall clock, to be shown.
    pub(crate) now: Timestamp,
    /// The time by the monotonic clock, to measure durations.
    pub(crate) steady: Duration,
    /// A random number, 0 to 1.
    pub(crate) jitter: f64,
}

/// The only function that changes the state.
pub(crate) fn step(
    state: State,
    input: Input,
    moment: Moment,
    config: &LinkConfig,
) -> (State, Vec<Effect>) {
    match (state, input) {
        (State::Closing, _) => (State::Closing, Vec::new()),
        (state, Input::End) => (State::Closing, state.teardown()),
        (state, Input::Wanted { intent: Intent::Disconnected, .. }) => {
            (State::Idle, state.teardown())
        }
        // An operator who edits a name must not cut the link; one who presses "connect" finds it up.
        (state @ State::Online { .. }, Input::Wanted { same_dial: true, .. }) => {
            (state, Vec::new())
        }
        (state, Input::Wanted { .. }) => {
            let mut effects = state.teardown();
            effects.push(Effect::Dial { urgent: true });
            (State::Connecting { attempt: 1, last_failure: None }, effects)
        }
        (State::Connecting { attempt, .. }, Input::Dialled) => {
            let (since, began) = (moment.now, moment.steady);
            (State::Online { since, began, failures: attempt - 1 }, Vec::new())
        }
        (State::Connecting { attempt, .. }, Input::DialFailed(failure)) => {
            back_off(failure, attempt, moment, config)
        }
        (State::Online { began, failures, .. }, Input::Lost(failure)) => {
            let was_up = moment.steady.saturating_sub(began);
            let attempt = if was_up >= config.stable_after { 1 } else { failures + 1 };
            back_off(failure, attempt, moment, config)
        }
        (State::Waiting { failure, attempt, .. }, Input::TimerFired) => {
            let attempt = attempt.saturating_add(1);
            let connecting = State::Connecting { attempt, last_failure: Some(failure) };
            (connecting, vec![Effect::Dial { urgent: false }])
        }
        // A cancelled timer or attempt may still report its end. That is ignored.
        (state, Input::Dialled | Input::DialFailed(_) | Input::Lost(_) | Input::TimerFired) => {
            (state, Vec::new())
        }
    }
}

fn back_off(
    failure: Arc<LinkFailure>,
    attempt: u32,
    moment: Moment,
    config: &LinkConfig,
) -> (State, Vec<Effect>) {
    let pause = if failure::is_lasting(&failure) {
        // Retrying soon gains nothing, and a broker may lock an account after many failures.
        config.slow_retry.mul_f64(0.8 + 0.2 * moment.jitter)
    } else {
        config.backoff.pause(attempt, moment.jitter)
    };
    let until = moment.now.checked_add(pause).unwrap_or(Timestamp::MAX);
    (State::Waiting { failure, attempt, until }, vec![Effect::SetTimer(pause)])
}

impl State {
    /// The effects that end this state when an edit or the end interrupts it.
    fn teardown(&self) -> Vec<Effect> {
        match self {
            Self::Idle | Self::Closing => Vec::new(),
            Self::Connecting { .. } => vec![Effect::AbortDial],
            Self::Online { .. } => vec![Effect::Disconnect],
            Self::Waiting { .. } => vec![Effect::ClearTimer],
        }
    }

    /// Whether the attempt failed because no socket permit was free.
    pub(crate) fn waits_for_socket_permit(&self) -> bool {
        matches!(self, Self::Waiting { failure, .. } if failure.code == NetworkCode::NoDescriptors.into())
    }

    /// The public form of the state; `None` for a link that ends.
    pub(crate) fn link_state(&self) -> Option<LinkState> {
        Some(match self {
            Self::Idle => LinkState::Idle,
            Self::Connecting { attempt, last_failure } => {
                LinkState::Connecting { attempt: *attempt, last_failure: last_failure.clone() }
            }
            Self::Online { since, .. } => LinkState::Online { since: *since },
            Self::Waiting { failure, attempt, until } => {
                LinkState::Waiting { failure: failure.clone(), attempt: *attempt, until: *until }
            }
            Self::Closing => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{FailureCode, MqttReason, Reason, Stage};
    use proptest::prelude::*;

    use super::*;

    const NOON: Moment =
        Moment { now: Timestamp::UNIX_EPOCH, steady: Duration::from_hours(1), jitter: 1.0 };

    fn failure(code: impl Into<FailureCode>) -> Arc<LinkFailure> {
        Arc::new(failure::bare(Stage::Mqtt, code, Reason::LostClosed))
    }

    fn wanted(intent: Intent, same_dial: bool) -> Input {
        Input::Wanted { intent, same_dial }
    }

    fn later(seconds: i64) -> Timestamp {
        NOON.now + jiff::SignedDuration::from_secs(seconds)
    }

    #[test]
    fn the_table() {
        use Effect::{AbortDial, ClearTimer, Dial, Disconnect, SetTimer};
        use Intent::{Connected, Disconnected};
        let refused = failure(NetworkCode::ConnectionRefused);
        let denied = failure(MqttReason::NotAuthorized);
        let connecting = |attempt, last_failure| State::Connecting { attempt, last_failure };
        let online = |failures| State::Online { since: NOON.now, began: NOON.steady, failures };
        let waiting = |failure: &Arc<LinkFailure>, attempt, millis| State::Waiting {
            failure: failure.clone(),
            attempt,
            until: NOON.now + jiff::SignedDuration::from_millis(millis),
        };
        let pause = |millis| vec![SetTimer(Duration::from_millis(millis))];
        let urgent = Dial { urgent: true };
        let first = || connecting(1, None);
        for (name, state, input, next, effects) in [
            ("start", State::Idle, wanted(Connected, false), first(), vec![urgent]),
            ("start down", State::Idle, wanted(Disconnected, false), State::Idle, vec![]),
            ("success", first(), Input::Dialled, online(0), vec![]),
            (
                "first failure",
                first(),
                Input::DialFailed(refused.clone()),
                waiting(&refused, 1, 500),
                pause(500),
            ),
            (
                "second failure waits longer",
                connecting(2, Some(refused.clone())),
                Input::DialFailed(refused.clone()),
                waiting(&refused, 2, 750),
                pause(750),
            ),
            (
                "the hundredth waits no longer than the limit",
                connecting(100, Some(refused.clone())),
                Input::DialFailed(refused.clone()),
                waiting(&refused, 100, 60_000),
                pause(60_000),
            ),
            (
                "refused credentials wait long at once",
                first(),
                Input::DialFailed(denied.clone()),
                waiting(&denied, 1, 60_000),
                pause(60_000),
            ),
            (
                "retry",
                waiting(&refused, 1, 500),
                Input::TimerFired,
                connecting(2, Some(refused.clone())),
                vec![Dial { urgent: false }],
            ),
            (
                "an edit wakes a link that waits",
                waiting(&refused, 7, 500),
                wanted(Connected, true),
                first(),
                vec![ClearTimer, urgent],
            ),
            (
                "an edit restarts an attempt",
                connecting(7, Some(refused.clone())),
                wanted(Connected, false),
                first(),
                vec![AbortDial, urgent],
            ),
            ("an edit elsewhere", online(2), wanted(Connected, true), online(2), vec![]),
            (
                "an edit of the address",
                online(2),
                wanted(Connected, false),
                first(),
                vec![Disconnect, urgent],
            ),
            ("down", online(0), wanted(Disconnected, true), State::Idle, vec![Disconnect]),
            (
                "down while waiting",
                waiting(&refused, 3, 9),
                wanted(Disconnected, true),
                State::Idle,
                vec![ClearTimer],
            ),
            (
                "lost at once counts on",
                online(2),
                Input::Lost(refused.clone()),
                waiting(&refused, 3, 1_125),
                pause(1_125),
            ),
            ("end", online(0), Input::End, State::Closing, vec![Disconnect]),
            ("end while dialling", first(), Input::End, State::Closing, vec![AbortDial]),
            ("after the end", State::Closing, wanted(Connected, false), State::Closing, vec![]),
            ("a late timer", online(0), Input::TimerFired, online(0), vec![]),
            ("a late dial", State::Idle, Input::Dialled, State::Idle, vec![]),
        ] {
            let outcome = step(state, input, NOON, &LinkConfig::default());
            assert_eq!(outcome, (next, effects), "{name}");
        }
    }

    #[test]
    fn a_link_that_was_up_for_a_stable_time_restarts_its_back_off() {
        let config = LinkConfig::default();
        // Even if the wall clock is set meanwhile.
        let lost = |after, now| {
            let steady = NOON.steady + Duration::from_secs(after);
            let moment = Moment { now: later(now), steady, jitter: 1.0 };
            let online = State::Online { since: NOON.now, began: NOON.steady, failures: 9 };
            match step(online, Input::Lost(failure(NetworkCode::ConnectionClosed)), moment, &config)
                .0
            {
                State::Waiting { attempt, .. } => attempt,
                other => panic!("{other:?}"),
            }
        };
        for now in [30, -3_600, 315_360_000, -315_360_000] {
            assert_eq!((lost(29, now), lost(30, now)), (10, 1));
        }
    }

    fn any_input() -> impl Strategy<Value = Input> {
        let intent = prop_oneof![4 => Just(Intent::Connected), 1 => Just(Intent::Disconnected)];
        let code = prop_oneof![
            Just(FailureCode::from(NetworkCode::ConnectionRefused)),
            Just(FailureCode::from(MqttReason::NotAuthorized)),
        ];
        prop_oneof![
            2 => (intent, any::<bool>()).prop_map(|(intent, same)| wanted(intent, same)),
            4 => Just(Input::Dialled),
            4 => code.clone().prop_map(|code| Input::DialFailed(failure(code))),
            4 => code.prop_map(|code| Input::Lost(failure(code))),
            4 => Just(Input::TimerFired),
            1 => Just(Input::End),
        ]
    }

    /// What the link's task would hold after the effects so far.
    #[derive(Default)]
    struct Held {
        dials: i32,
        timers: i32,
        sessions: i32,
    }

    impl Held {
        /// Whether anything that is held can report this input.
        fn can_report(&self, input: &Input) -> bool {
            match input {
                Input::Dialled | Input::DialFailed(_) => self.dials > 0,
                Input::Lost(_) => self.sessions > 0,
                Input::TimerFired => self.timers > 0,
                Input::Wanted { .. } | Input::End => true,
            }
        }

        fn apply(&mut self, input: &Input, effects: &[Effect]) {
            match input {
                Input::Dialled => {
                    self.dials -= 1;
                    self.sessions += 1;
                }
                Input::DialFailed(_) => self.dials -= 1,
                Input::Lost(_) => self.sessions -= 1,
                Input::TimerFired => self.timers -= 1,
                Input::Wanted { .. } | Input::End => {}
            }
            for effect in effects {
                match effect {
                    Effect::AbortDial => self.dials -= 1,
                    Effect::Disconnect => self.sessions -= 1,
                    Effect::ClearTimer => self.timers -= 1,
                    Effect::Dial { .. } => self.dials += 1,
                    Effect::SetTimer(_) => self.timers += 1,
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_inputs_keep_the_invariants(
            inputs in prop::collection::vec((any_input(), 0.0..=1.0_f64, 0_u64..100), 0..200),
        ) {
            let config = LinkConfig::default();
            let longest = config.backoff.max.max(config.slow_retry);
            let mut state = State::Idle;
            let mut held = Held::default();
            let Moment { mut now, mut steady, .. } = NOON;
            for (input, jitter, pass) in inputs {
                if !held.can_report(&input) {
                    continue;
                }
                now += Duration::from_secs(pass);
                steady += Duration::from_secs(pass);
                let before = state.clone();
                let (next, effects) = step(state, input.clone(), Moment { now, steady, jitter }, &config);
                held.apply(&input, &effects);

                // Exactly what the state implies is held.
                let expected = match &next {
                    State::Idle | State::Closing => (0, 0, 0),
                    State::Connecting { .. } => (1, 0, 0),
                    State::Waiting { .. } => (0, 1, 0),
                    State::Online { .. } => (0, 0, 1),
                };
                prop_assert_eq!((held.dials, held.timers, held.sessions), expected);
                if before == State::Closing {
                    prop_assert_eq!((&next, effects.len()), (&State::Closing, 0));
                }
                if let State::Waiting { until, attempt, .. } = &next
                    && !matches!(before, State::Waiting { .. })
                {
                    let limit = now + jiff::SignedDuration::try_from(longest).expect("small");
                    prop_assert!(now < *until && *until <= limit && *attempt >= 1);
                }
                // The count of attempts falls only after an edit or a stable session.
                let edited = matches!(input, Input::Wanted { .. });
                if let (
                    State::Waiting { attempt: old, .. },
                    State::Connecting { attempt: new, last_failure },
                ) = (&before, &next)
                {
                    prop_assert!(edited && last_failure.is_none() || *new == old + 1 && last_failure.is_some());
                }
                if let (State::Connecting { attempt: old, .. }, State::Waiting { attempt: new, .. }) =
                    (&before, &next)
                {
                    prop_assert_eq!(old, new);
                }
                if let (Input::Wanted { intent: Intent::Connected, .. }, State::Waiting { .. }) =
                    (&input, &next)
                {
                    prop_assert!(false, "an edit left the link waiting");
                }
                state = next;
            }
        }
    }
}
