//! What a broker sends, independent of the MQTT version and the library.

use haltere_core::MqttReason;
use haltere_mosquitto::text;
use mqtt_protocol_core::mqtt::packet::{Packet, Property};

use super::reason_codes::{reason_code, return_code};
use crate::message_sink::Message;

/// The longest reason string that is shown, in characters.
const WORDS_MAX_CHARS: usize = 128;
/// The longest Server Reference that is shown, in characters. It may list several hosts.
const SERVER_MAX_CHARS: usize = 255;

/// A reason the broker gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrokerRefusal {
    pub(crate) code: MqttReason,
    /// The reason's number: up to 5 in MQTT 3.1.1, from 128 in MQTT 5.
    pub(crate) number: u8,
    /// The Reason String of MQTT 5.
    pub(crate) reason_string: Option<String>,
    /// The server to use instead (MQTT 5, 4.11).
    pub(crate) server: Option<String>,
}

impl BrokerRefusal {
    /// Whether the broker does not speak this version of MQTT.
    pub(crate) fn is_about_version(&self) -> bool {
        matches!(self.number, 0x01 | 0x84)
    }
}

/// A packet from the broker.
#[derive(Debug)]
pub(in crate::transport) enum Incoming<'p> {
    Accepted {
        /// The keep-alive the broker requires, in seconds; `None` if it accepts ours.
        server_keepalive: Option<u16>,
    },
    Refused(BrokerRefusal),
    Subscribed {
        packet_id: u16,
        /// For each filter the QoS granted, or a reason from 0x80 on.
        codes: Vec<u8>,
        /// The Reason String of MQTT 5.
        reason_string: Option<String>,
    },
    Unsubscribed {
        packet_id: u16,
        /// For each filter a reason code; none in MQTT 3.1.1.
        codes: Vec<u8>,
        reason_string: Option<String>,
    },
    /// An acknowledgement of a message of ours.
    Acknowledged {
        packet_id: u16,
        kind: Acknowledgement,
        /// The reason code; 0 in MQTT 3.1.1, and if the broker leaves it out.
        code: u8,
        reason_string: Option<String>,
    },
    Message(Message<'p>),
    Pong,
    /// DISCONNECT, and why.
    Disconnected(BrokerRefusal),
    /// A packet that needs no action.
    Nothing,
}

/// The kinds of acknowledgements of a PUBLISH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) enum Acknowledgement {
    Puback,
    Pubrec,
    Pubcomp,
}

impl From<Packet> for Incoming<'_> {
    fn from(packet: Packet) -> Self {
        match packet {
            Packet::V3_1_1Connack(connack) => match connack.return_code() as u8 {
                0 => Self::Accepted { server_keepalive: None },
                number => Self::Refused(BrokerRefusal {
                    code: return_code(number),
                    number,
                    reason_string: None,
                    server: None,
                }),
            },
            Packet::V5_0Connack(connack) => match connack.reason_code() as u8 {
                0 => Self::Accepted { server_keepalive: server_keepalive(connack.props()) },
                number => Self::Refused(BrokerRefusal {
                    code: reason_code(number),
                    number,
                    reason_string: reason_string(connack.props()),
                    server: server_reference(connack.props()),
                }),
            },
            Packet::V3_1_1Suback(suback) => Self::Subscribed {
                packet_id: suback.packet_id(),
                codes: suback.return_codes().iter().map(|code| *code as u8).collect(),
                reason_string: None,
            },
            Packet::V5_0Suback(suback) => Self::Subscribed {
                packet_id: suback.packet_id(),
                codes: suback.reason_codes().iter().map(|code| *code as u8).collect(),
                reason_string: reason_string(suback.props()),
            },
            Packet::V3_1_1Unsuback(unsuback) => {
                let packet_id = unsuback.packet_id();
                Self::Unsubscribed { packet_id, codes: Vec::new(), reason_string: None }
            }
            Packet::V5_0Unsuback(unsuback) => Self::Unsubscribed {
                packet_id: unsuback.packet_id(),
                codes: unsuback.reason_codes().iter().map(|code| *code as u8).collect(),
                reason_string: reason_string(unsuback.props()),
            },
            Packet::V3_1_1Puback(puback) => {
                acknowledged(puback.packet_id(), Acknowledgement::Puback)
            }
            Packet::V3_1_1Pubrec(pubrec) => {
                acknowledged(pubrec.packet_id(), Acknowledgement::Pubrec)
            }
            Packet::V3_1_1Pubcomp(pubcomp) => {
                acknowledged(pubcomp.packet_id(), Acknowledgement::Pubcomp)
            }
            Packet::V5_0Puback(puback) => Self::Acknowledged {
                packet_id: puback.packet_id(),
                kind: Acknowledgement::Puback,
                code: puback.reason_code().map_or(0, |code| code as u8),
                reason_string: puback.props().as_ref().and_then(|props| reason_string(props)),
            },
            Packet::V5_0Pubrec(pubrec) => Self::Acknowledged {
                packet_id: pubrec.packet_id(),
                kind: Acknowledgement::Pubrec,
                code: pubrec.reason_code().map_or(0, |code| code as u8),
                reason_string: pubrec.props().as_ref().and_then(|props| reason_string(props)),
            },
            Packet::V5_0Pubcomp(pubcomp) => {
                acknowledged(pubcomp.packet_id(), Acknowledgement::Pubcomp)
            }
            Packet::V3_1_1Pingresp(_) | Packet::V5_0Pingresp(_) => Self::Pong,
            Packet::V5_0Disconnect(disconnect) => {
                let number = disconnect.reason_code().map_or(0, |code| code as u8);
                let props = disconnect.props().as_ref();
                Self::Disconnected(BrokerRefusal {
                    code: reason_code(number),
                    number,
                    reason_string: props.and_then(|props| reason_string(props)),
                    server: props.and_then(|props| server_reference(props)),
                })
            }
            _ => Self::Nothing,
        }
    }
}

/// An acknowledgement without a reason.
fn acknowledged(packet_id: u16, kind: Acknowledgement) -> Incoming<'static> {
    Incoming::Acknowledged { packet_id, kind, code: 0, reason_string: None }
}

fn server_keepalive(properties: &[Property]) -> Option<u16> {
    properties.iter().find_map(|property| match property {
        Property::ServerKeepAlive(seconds) => Some(seconds.val()),
        _ => None,
    })
}

fn reason_string(properties: &[Property]) -> Option<String> {
    properties.iter().find_map(|property| match property {
        Property::ReasonString(reason) => text::shown(reason.val().as_bytes(), WORDS_MAX_CHARS),
        _ => None,
    })
}

fn server_reference(properties: &[Property]) -> Option<String> {
    properties.iter().find_map(|property| match property {
        Property::ServerReference(server) => text::shown(server.val().as_bytes(), SERVER_MAX_CHARS),
        _ => None,
    })
}
