//! A round trip that failed: the broker accepts the connection, but not the topic.

use haltere_core::FailureCode;

use super::{Case, lines};
use crate::failure::RoundtripStep;

/// Mosquitto's rules for access, by the step that needs them.
const SUBSCRIBE: &str = "Allow this user to subscribe to the topic. In Mosquitto's dynamic security, its role needs an ACL of type subscribePattern or subscribeLiteral; an acl_file refuses no subscription.";
const PUBLISH: &str = "Allow this user to publish to the topic: \"topic write TOPIC\" in Mosquitto's acl_file, or an ACL of type publishClientSend in dynamic security.";
const RECEIVE: &str = "Allow this user to read the topic: \"topic read TOPIC\" in Mosquitto's acl_file, or an ACL of type publishClientReceive in dynamic security. Mosquitto accepts the subscription without it, and then delivers nothing.";

pub(super) fn advise(case: &Case<'_>, step: RoundtripStep) -> Vec<String> {
    let allow = match step {
        RoundtripStep::Subscribe => SUBSCRIBE,
        RoundtripStep::Publish => PUBLISH,
        RoundtripStep::Receive => RECEIVE,
    };
    let mut advice = lines![allow];
    match (&case.failure.code, step) {
        (FailureCode::Network(_), RoundtripStep::Receive) => {
            advice.push("Brokers of MQTT 3.1.1, and some others, acknowledge a message that they then drop: check that this user may publish to the topic as well.".to_owned());
            advice.push("Behind a cluster or a bridge, the message may take longer than the time limit, or a rule there may take it elsewhere.".to_owned());
        }
        (FailureCode::Network(_), _) => {
            advice.push("Some brokers end the session, or stay silent, instead of refusing: their log says why, at the time of this test.".to_owned());
        }
        _ => advice.push("Or test with a topic that this user may use: the broker's own rules decide, and its log names the one that applied.".to_owned()),
    }
    advice
}
