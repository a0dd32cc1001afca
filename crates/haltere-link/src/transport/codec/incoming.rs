//! What a broker sends, independent of the MQTT version and the library.

use haltere_core::MqttReason;
use haltere_mosquitto::text;
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::packet::{Packet, Property};
use mqtt_protocol_core::mqtt::result_code::{SubackReasonCode, SubackReturnCode};

use super::reason_codes::{reason_code, return_code};

/// The longest reason string that is shown, in characters.
const WORDS_MAX_CHARS: usize = 128;
/// The longest Server Reference that is shown, in characters. It may list several hosts.
const SERVER_MAX_CHARS: usize = 255;

/// A reason the broker gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason.
    pub(crate) code: MqttReason,
    /// The reason's number: up to 5 in MQTT 3.1.1, from 128 in MQTT 5.
    pub(crate) number: u8,
    /// The Reason String of MQTT 5.
    pub(crate) words: Option<String>,
    /// The server to use instead (MQTT 5, 4.11).
    pub(crate) server: Option<String>,
}

impl Refusal {
    /// Whether the broker does not speak this version of MQTT.
    pub(crate) fn is_about_version(&self) -> bool {
        matches!(self.number, 0x01 | 0x84)
    }
}

/// A packet from the broker.
#[derive(Debug)]
pub(in crate::transport) enum Incoming {
    /// CONNACK that accepts.
    Accepted {
        /// The keep-alive the broker requires, in seconds; `None` if it accepts ours.
        server_keepalive: Option<u16>,
    },
    /// CONNACK that refuses.
    Refused(Refusal),
    /// SUBACK: for each filter, whether it was granted.
    Subscribed(Vec<bool>),
    /// PUBLISH.
    Message(Message),
    /// PINGRESP.
    Pong,
    /// DISCONNECT, and why.
    Disconnected(Refusal),
    /// A packet that needs no action.
    Nothing,
}

/// A message from the broker.
#[derive(Debug)]
pub(in crate::transport) struct Message {
    topic: String,
    payload: ArcPayload,
}

impl Message {
    /// Its topic.
    pub(in crate::transport) fn topic(&self) -> &str {
        &self.topic
    }

    /// Its payload.
    pub(in crate::transport) fn payload(&self) -> &[u8] {
        self.payload.as_slice()
    }
}

impl From<Packet> for Incoming {
    fn from(packet: Packet) -> Self {
        match packet {
            Packet::V3_1_1Connack(connack) => match connack.return_code() as u8 {
                0 => Self::Accepted { server_keepalive: None },
                number => Self::Refused(Refusal {
                    code: return_code(number),
                    number,
                    words: None,
                    server: None,
                }),
            },
            Packet::V5_0Connack(connack) => match connack.reason_code() as u8 {
                0 => Self::Accepted { server_keepalive: server_keepalive(connack.props()) },
                number => Self::Refused(Refusal {
                    code: reason_code(number),
                    number,
                    words: reason_string(connack.props()),
                    server: server_reference(connack.props()),
                }),
            },
            Packet::V3_1_1Suback(suback) => {
                let codes = suback.return_codes();
                Self::Subscribed(codes.iter().map(SubackReturnCode::is_success).collect())
            }
            Packet::V5_0Suback(suback) => {
                let codes = suback.reason_codes();
                Self::Subscribed(codes.iter().map(SubackReasonCode::is_success).collect())
            }
            Packet::V3_1_1Publish(publish) => Self::Message(Message {
                topic: publish.topic_name().to_owned(),
                payload: publish.payload().clone(),
            }),
            Packet::V5_0Publish(publish) => Self::Message(Message {
                topic: publish.topic_name().to_owned(),
                payload: publish.payload().clone(),
            }),
            Packet::V3_1_1Pingresp(_) | Packet::V5_0Pingresp(_) => Self::Pong,
            Packet::V5_0Disconnect(disconnect) => {
                let number = disconnect.reason_code().map_or(0, |code| code as u8);
                let props = disconnect.props().as_ref();
                Self::Disconnected(Refusal {
                    code: reason_code(number),
                    number,
                    words: props.and_then(|props| reason_string(props)),
                    server: props.and_then(|props| server_reference(props)),
                })
            }
            _ => Self::Nothing,
        }
    }
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
