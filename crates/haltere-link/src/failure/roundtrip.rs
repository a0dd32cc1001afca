//! Round trips that fail.

use std::time::Duration;

use haltere_core::{
    FailureMessage, LinkFailure, MqttReason, NetworkCode, Note, Reason, RoundtripTopic, Seconds,
    Stage,
};

use super::mqtt::session_lost;
use super::quoted::inside;
use super::{bare, of_call};
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
    let topic = named(topic);
    let refused = match step {
        RoundtripStep::Subscribe => Reason::RoundtripSubscriptionRefused { topic, code: reason },
        RoundtripStep::Publish | RoundtripStep::Receive => {
            Reason::RoundtripMessageRefused { topic, code: reason }
        }
    };
    let words = reason_string.map(|text| Note::BrokerWords { text: inside(text) });
    let message = FailureMessage::from(refused).with(words);
    of_call(bare(Stage::Roundtrip, reason, message), number.into(), step.as_str())
}

/// The broker did not answer within the time limit.
pub(crate) fn roundtrip_timeout(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    limit: Duration,
) -> LinkFailure {
    let (topic, seconds) = (named(topic), Seconds(limit));
    let message = match step {
        RoundtripStep::Subscribe => Reason::RoundtripSubscriptionSilent { topic, seconds },
        RoundtripStep::Publish => Reason::RoundtripMessageSilent { topic, seconds },
        RoundtripStep::Receive => Reason::RoundtripNotReturned { topic, seconds },
    };
    of_call(bare(Stage::Roundtrip, NetworkCode::TimedOut, message), TIMED_OUT, step.as_str())
}

/// The session ended during the round trip.
pub(crate) fn roundtrip_lost(
    step: RoundtripStep,
    topic: &RoundtripTopic,
    error: &SessionError,
) -> LinkFailure {
    let mut failure = session_lost(error);
    let topic = named(topic);
    failure.message.notes.push(match step {
        RoundtripStep::Subscribe => Note::OnceSubscribed { topic },
        RoundtripStep::Publish | RoundtripStep::Receive => Note::OncePublished { topic },
    });
    failure.stage = Stage::Roundtrip;
    failure.syscall = Some(step.as_str().into());
    failure
}

fn named(topic: &RoundtripTopic) -> String {
    inside(topic.name().as_str())
}
