//! Checks of raw packets, for what the MQTT library accepts wrongly or reports as an error.

use haltere_core::{ProtocolVersion, ProtocolViolation};

use super::reason_codes::{reason_code, return_code};
use super::{BrokerRefusal, ProtocolError};

/// The refusal in an answer to CONNECT of MQTT 5 that is not a CONNACK of MQTT 5.
pub(super) fn unusual_refusal(packet: &[u8]) -> Option<BrokerRefusal> {
    refusal_in_older_form(packet).or_else(|| refusal_by_disconnect(packet))
}

/// A broker that speaks only MQTT 3 answers with its CONNACK, which has no properties. Most refuse. One
/// that accepts has not checked the version, and would not understand further packets.
fn refusal_in_older_form(packet: &[u8]) -> Option<BrokerRefusal> {
    if let &[0x20, 3..=u8::MAX, _, number @ 1..=5, ..] = packet {
        // The form of MQTT 5 with a code of MQTT 3.
        return Some(BrokerRefusal {
            code: return_code(number),
            number,
            reason_string: None,
            server: None,
        });
    }
    let &[0x20, 2, _, number] = packet else { return None };
    let (code, number) = match number {
        0 => (return_code(1), 1),
        1..=5 => (return_code(number), number),
        _ => (reason_code(number), number),
    };
    Some(BrokerRefusal { code, number, reason_string: None, server: None })
}

/// A broker may refuse CONNECT with a DISCONNECT instead of a CONNACK. The library reports an error.
fn refusal_by_disconnect(packet: &[u8]) -> Option<BrokerRefusal> {
    let (code, number) = match *packet {
        [0xe0, 0] => (reason_code(0), 0),
        // A code of MQTT 3.
        [0xe0, _, 1, ..] => (return_code(1), 1),
        [0xe0, _, number, ..] => (reason_code(number), number),
        _ => return None,
    };
    Some(BrokerRefusal { code, number, reason_string: None, server: None })
}

/// Refuses packets that only a client may send, and those that a broker may send only once (MQTT 5,
/// 2.1.2, 3.2). The library accepts some of them.
pub(super) fn check_allowed(
    packet: &[u8],
    version: ProtocolVersion,
    is_accepted: bool,
) -> Result<(), ProtocolError> {
    use ProtocolViolation as V;
    let violation = match packet.first().map_or(0, |first| first >> 4) {
        1 => V::SentConnect,
        2 if is_accepted => V::SecondConnack,
        8 => V::SentSubscribe,
        10 => V::SentUnsubscribe,
        12 => V::SentPingreq,
        14 if version == ProtocolVersion::V3_1_1 => V::SentDisconnect,
        15 if version == ProtocolVersion::V3_1_1 => V::SentUnknownAuth,
        15 => V::SentAuth,
        _ => return Ok(()),
    };
    Err(ProtocolError::Violation(violation))
}

/// The packet identifier of an acknowledgement of a PUBLISH: PUBACK, PUBREC or PUBCOMP.
pub(super) fn acknowledged_publish(packet: &[u8]) -> Option<u16> {
    let is_acknowledgement = matches!(packet.first().map(|first| first >> 4), Some(4 | 5 | 7));
    packet_id(packet).filter(|id| is_acknowledgement && *id > 0)
}

/// The packet identifier of a packet, for those types that brokers send and that have one. It is never
/// zero in a valid packet (MQTT 5, 2.2.1).
pub(super) fn packet_id(packet: &[u8]) -> Option<u16> {
    let (&first, rest) = packet.split_first()?;
    let length = rest.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let mut rest = rest.get(length..)?;
    match (first >> 4, first >> 1 & 3) {
        // PUBLISH with a QoS above 0: the identifier follows the topic.
        (3, 1..) => rest = rest.get(2 + usize::from(number(rest)?)..)?,
        // PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK.
        (4..=7 | 9 | 11, _) => {}
        _ => return None,
    }
    number(rest)
}

fn number(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().copied().map(u16::from_be_bytes)
}
