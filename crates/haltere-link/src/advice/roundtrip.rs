//! A round trip that failed: the broker accepts the connection, but not the topic.

use haltere_core::FailureCode;

use super::{Advice, Case};
use crate::failure::RoundtripStep;

pub(super) fn advise(case: &Case<'_>, step: RoundtripStep) -> Vec<Advice> {
    let allow = match step {
        RoundtripStep::Subscribe => Advice::AllowSubscribe,
        RoundtripStep::Publish => Advice::AllowPublish,
        RoundtripStep::Receive => Advice::AllowReceive,
    };
    match (&case.failure.code, step) {
        (FailureCode::Network(_), RoundtripStep::Receive) => {
            vec![allow, Advice::PerhapsNotPublished, Advice::PerhapsSlow]
        }
        (FailureCode::Network(_), _) => vec![allow, Advice::EndedInsteadOfRefusing],
        _ => vec![allow, Advice::AnotherTopic],
    }
}
