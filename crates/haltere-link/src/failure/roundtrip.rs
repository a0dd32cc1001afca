//! Round trips that fail.

use std::time::Duration;

use haltere_core::{LinkFailure, MqttReason, NetworkCode, RoundtripTopic, Stage};

use super::quoted::inside;
use super::{bare, of_call};
use crate::attempt::session_lost;
use crate::transport::SessionError;

/// Linux's ETIMEDOUT.
const TIMED_OUT: i32 = -110;

/// A step of a round trip. Its name is the `syscall` of the failure, from which advice reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoundtripStep {
    Subscribe,
    Publish,
    Receive,
}

impl RoundtripStep {
    const ALL: [Self; 3] = [Self::Subscribe, Self::Publish, Self::Receive];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Publish => "publish",
            Self::Receive => "receive",
        }
    }

    /// The step in which a round trip failed.
    pub(crate) fn of(failure: &LinkFailure) -> Option<Self> {
        let name = failure.syscall.as_deref()?;
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

/// The broker refused the subscription or the message.
pub(crate) fn roundtrip_refused(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    reason: MqttReason,
    number: u8,
    reason_string: Option<&str>,
) -> LinkFailure {
    let what = match step {
        RoundtripStep::Subscribe => "the subscription to",
        RoundtripStep::Publish | RoundtripStep::Receive => "the message to",
    };
    let quote = reason_string.map(|text| format!(" (\"{}\")", inside(text))).unwrap_or_default();
    let message = format!("The broker refused {what} {}: {reason}{quote}", quoted(topic));
    of_call(bare(Stage::Roundtrip, reason, message), number.into(), step.as_str())
}

/// The broker did not answer within the time limit.
pub(crate) fn roundtrip_timeout(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    limit: Duration,
) -> LinkFailure {
    let topic = quoted(topic);
    let what = match step {
        RoundtripStep::Subscribe => format!("did not answer the subscription to {topic}"),
        RoundtripStep::Publish => format!("did not acknowledge the message to {topic}"),
        RoundtripStep::Receive => {
            format!("accepted the message to {topic}, but did not send it back")
        }
    };
    let message = format!("The broker {what} within {} s", limit.as_secs_f32());
    of_call(bare(Stage::Roundtrip, NetworkCode::TimedOut, message), TIMED_OUT, step.as_str())
}

/// The session ended during the round trip.
pub(crate) fn roundtrip_lost(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    error: &SessionError,
) -> LinkFailure {
    let mut failure = session_lost(error);
    let what = match step {
        RoundtripStep::Subscribe => "we subscribed to",
        RoundtripStep::Publish | RoundtripStep::Receive => "we published to",
    };
    let topic = quoted(topic);
    failure.message = format!("{}; it came right after {what} {topic}", failure.message);
    failure.stage = Stage::Roundtrip;
    failure.syscall = Some(step.as_str().into());
    failure
}

fn quoted(topic: &RoundtripTopic) -> String {
    format!("\"{}\"", inside(topic.name().as_str()))
}
