//! What a broker or a web server wrote.

use haltere_core::{FailureMessage, Note, Reason};

use crate::transport::BrokerRefusal;

/// A reason with the address and the words the broker gave.
pub(super) fn broker_words(reason: Reason, refusal: &BrokerRefusal) -> FailureMessage {
    let server = refusal.server.as_deref().map(|it| Note::ServerAddress { server: inside(it) });
    let words = refusal.reason_string.as_deref().map(|it| Note::BrokerWords { text: inside(it) });
    FailureMessage::from(reason).with(server).with(words)
}

/// Text from outside, safe between quotation marks.
pub(super) fn inside(text: &str) -> String {
    text.replace('"', "'")
}
