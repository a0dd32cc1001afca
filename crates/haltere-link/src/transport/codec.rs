//! MQTT packets, in both versions, as words of our own.
//!
//! The one place that names the MQTT library: a state machine without I/O, which has one maintainer
//! and is young. Nothing of it shows outside, so that it can be replaced.

use haltere_core::{MqttReason, ProtocolVersion, Secret};
use haltere_mosquitto::text;
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{Connection, Event, Version, role};
use mqtt_protocol_core::mqtt::packet::{
    GenericPacketTrait, Packet, Property, SubEntry, SubOpts, v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{MqttError, SubackReasonCode, SubackReturnCode};

/// The longest text of a broker that we repeat, in characters.
const WORDS_MAX_CHARS: usize = 128;
/// The longest Server Reference that we repeat: it may list several hosts.
const SERVER_MAX_CHARS: usize = 255;

/// Who we say we are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hello<'a> {
    /// The client id.
    pub(crate) client_id: &'a str,
    /// The user name, if any.
    pub(crate) username: Option<&'a str>,
    /// The password, if any.
    pub(crate) password: Option<&'a Secret<String>>,
    /// Keep-alive in seconds.
    pub(crate) keepalive: u16,
}

/// A reason the broker gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason.
    pub(crate) code: MqttReason,
    /// The reason's number: up to 5 in MQTT 3.1.1, from 128 in MQTT 5.
    pub(crate) number: u8,
    /// What the broker says in its own words.
    pub(crate) words: Option<String>,
    /// The server it wants us to go to instead (MQTT 5, 4.11).
    pub(crate) server: Option<String>,
}

impl Refusal {
    /// Whether the broker does not speak this version of MQTT.
    pub(crate) fn is_about_version(&self) -> bool {
        matches!(self.number, 0x01 | 0x84)
    }
}

/// What the broker said.
#[derive(Debug)]
pub(super) enum Heard {
    /// CONNACK: we are in.
    Accepted {
        /// The keep-alive the broker wants, in seconds; `None` when ours suits it.
        server_keepalive: Option<u16>,
    },
    /// CONNACK: we are not in.
    Refused(Refusal),
    /// SUBACK: for each filter, whether it was granted.
    Subscribed(Vec<bool>),
    /// PUBLISH.
    Message(Message),
    /// PINGRESP.
    Pong,
    /// DISCONNECT, and why.
    Goodbye(Refusal),
    /// Something that does not concern us.
    Nothing,
}

/// A message the broker sent.
#[derive(Debug)]
pub(super) struct Message {
    topic: String,
    payload: ArcPayload,
}

impl Message {
    /// Its topic.
    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    /// What it says.
    pub(super) fn payload(&self) -> &[u8] {
        self.payload.as_slice()
    }
}

/// The broker broke the rules of MQTT, or we were asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Broken(String);

impl From<MqttError> for Broken {
    fn from(error: MqttError) -> Self {
        Self(match error {
            MqttError::MalformedPacket | MqttError::InsufficientBytes => {
                "a packet is malformed".to_owned()
            }
            MqttError::ProtocolError => "a packet came that may not come here".to_owned(),
            other => format!("{other}"),
        })
    }
}

/// Speaks one version of MQTT over one connection.
pub(super) struct Codec {
    // About a kilobyte, and moved along with the session otherwise.
    core: Box<Connection<role::Client>>,
    version: ProtocolVersion,
    accepted: bool,
}

impl Codec {
    /// For a new connection.
    pub(super) fn new(version: ProtocolVersion) -> Self {
        let mut core = Box::new(Connection::new(match version {
            ProtocolVersion::V3_1_1 => Version::V3_1_1,
            ProtocolVersion::V5 => Version::V5_0,
        }));
        // We subscribe with QoS 0; a broker that sends more all the same gets its answer.
        core.set_auto_pub_response(true);
        Self { core, version, accepted: false }
    }

    /// The version it speaks.
    pub(super) fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// CONNECT, with a clean start.
    pub(super) fn connect(&mut self, hello: Hello<'_>) -> Result<Vec<u8>, Broken> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => connect_v3(hello)?.into(),
            ProtocolVersion::V5 => connect_v5(hello)?.into(),
        };
        self.say(packet)
    }

    /// SUBSCRIBE with QoS 0.
    pub(super) fn subscribe(&mut self, filters: &[&str]) -> Result<Vec<u8>, Broken> {
        let id = self.core.acquire_packet_id()?;
        let entries = filters
            .iter()
            .map(|filter| SubEntry::new(*filter, SubOpts::new()))
            .collect::<Result<Vec<_>, _>>()?;
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => {
                v3_1_1::Subscribe::builder().packet_id(id).entries(entries).build()?.into()
            }
            ProtocolVersion::V5 => {
                v5_0::Subscribe::builder().packet_id(id).entries(entries).build()?.into()
            }
        };
        self.say(packet)
    }

    /// PINGREQ.
    pub(super) fn ping(&mut self) -> Result<Vec<u8>, Broken> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => v3_1_1::Pingreq::builder().build()?.into(),
            ProtocolVersion::V5 => v5_0::Pingreq::builder().build()?.into(),
        };
        self.say(packet)
    }

    /// DISCONNECT.
    pub(super) fn disconnect(&mut self) -> Result<Vec<u8>, Broken> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => v3_1_1::Disconnect::builder().build()?.into(),
            ProtocolVersion::V5 => v5_0::Disconnect::builder().build()?.into(),
        };
        self.say(packet)
    }

    fn say(&mut self, packet: Packet) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        for event in self.core.send(packet) {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    bytes.extend(packet.to_continuous_buffer());
                }
                Event::NotifyError(error) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(bytes)
    }

    /// Takes one whole packet of the broker. What has to be answered at once is added to `outbox`.
    pub(super) fn hear(&mut self, packet: &[u8], outbox: &mut Vec<u8>) -> Result<Heard, Broken> {
        let refusal = self.refusal_in_older_form(packet);
        if let Some(refusal) = refusal.or_else(|| self.refusal_by_disconnect(packet)) {
            return Ok(Heard::Refused(refusal));
        }
        self.check_turn(packet)?;
        if self.is_stray(packet) {
            return Ok(Heard::Nothing);
        }
        // The library takes them, and panics over its own answer.
        if packet_id(packet) == Some(0) {
            return Err(MqttError::MalformedPacket.into());
        }
        let mut heard = Heard::Nothing;
        for event in self.core.recv(&mut Cursor::new(packet)) {
            match event {
                Event::NotifyPacketReceived(packet) => heard = understand(packet),
                Event::RequestSendPacket { packet, .. } => {
                    outbox.extend(packet.to_continuous_buffer());
                }
                Event::NotifyError(error) => return Err(error.into()),
                // Keep-alive is the session's, which knows one timer instead of three.
                _ => {}
            }
        }
        self.accepted |= matches!(heard, Heard::Accepted { .. });
        Ok(heard)
    }

    /// A broker that knows only MQTT 3 answers CONNECT of MQTT 5 with the CONNACK it knows, which has no
    /// properties. It refuses most often; one that lets us in has not looked at the version, and will not
    /// understand what else we say.
    fn refusal_in_older_form(&self, packet: &[u8]) -> Option<Refusal> {
        if self.version != ProtocolVersion::V5 || self.accepted {
            return None;
        }
        if let &[0x20, 3..=u8::MAX, _, number @ 1..=5, ..] = packet {
            // It knows the shape of the new one, and has only the old codes.
            return Some(Refusal { code: return_code(number), number, words: None, server: None });
        }
        let &[0x20, 2, _, number] = packet else { return None };
        let (code, number) = match number {
            0 => (return_code(1), 1),
            1..=5 => (return_code(number), number),
            _ => (reason_code(number), number),
        };
        Some(Refusal { code, number, words: None, server: None })
    }

    /// A broker may refuse CONNECT with a DISCONNECT, though CONNACK is the packet for that. The library takes it
    /// for an error.
    fn refusal_by_disconnect(&self, packet: &[u8]) -> Option<Refusal> {
        if self.version != ProtocolVersion::V5 || self.accepted {
            return None;
        }
        let (code, number) = match *packet {
            [0xe0, 0] => (reason_code(0), 0),
            // In the words of MQTT 3.
            [0xe0, _, 1, ..] => (return_code(1), 1),
            [0xe0, _, number, ..] => (reason_code(number), number),
            _ => return None,
        };
        Some(Refusal { code, number, words: None, server: None })
    }

    /// Refuses what only a client may send, and what a broker may send only once (MQTT 5, 2.1.2, 3.2).
    /// The library lets some of it pass.
    fn check_turn(&self, packet: &[u8]) -> Result<(), Broken> {
        let what = match packet.first().map_or(0, |first| first >> 4) {
            1 => "a CONNECT, which only clients send",
            2 if self.accepted => "a second CONNACK",
            8 => "a SUBSCRIBE, which only clients send",
            10 => "an UNSUBSCRIBE, which only clients send",
            12 => "a PINGREQ, which only clients send",
            14 if self.version == ProtocolVersion::V3_1_1 => {
                "a DISCONNECT, which only clients send in MQTT 3.1.1"
            }
            15 if self.version == ProtocolVersion::V3_1_1 => {
                "an AUTH, which MQTT 3.1.1 does not have"
            }
            15 => "an AUTH, though we asked for no extended authentication",
            _ => return Ok(()),
        };
        Err(Broken(format!("it sent {what}")))
    }

    /// Whether this is an acknowledgement of a message. We publish none, so it is left over from
    /// somewhere; an unknown packet identifier is no error (MQTT 5, 4.13.1), and there is nothing to answer.
    fn is_stray(&self, packet: &[u8]) -> bool {
        let is_acknowledgement = matches!(packet.first().map(|first| first >> 4), Some(4 | 5 | 7));
        self.accepted && is_acknowledgement && packet_id(packet).is_some_and(|id| id > 0)
    }
}

/// The packet identifier of a whole packet, for those that have one and that brokers send; it is
/// never zero (MQTT 5, 2.2.1).
fn packet_id(packet: &[u8]) -> Option<u16> {
    let (&first, rest) = packet.split_first()?;
    let length = rest.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let mut rest = rest.get(length..)?;
    match (first >> 4, first >> 1 & 3) {
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

fn connect_v3(hello: Hello<'_>) -> Result<v3_1_1::Connect, Broken> {
    let mut builder = v3_1_1::Connect::builder()
        .client_id(hello.client_id)?
        .clean_session(true)
        .keep_alive(hello.keepalive);
    if let Some(username) = hello.username {
        builder = builder.user_name(username)?;
        if let Some(password) = hello.password {
            builder = builder.password(password.expose().as_str())?;
        }
    }
    Ok(builder.build()?)
}

fn connect_v5(hello: Hello<'_>) -> Result<v5_0::Connect, Broken> {
    let mut builder = v5_0::Connect::builder()
        .client_id(hello.client_id)?
        .clean_start(true)
        .keep_alive(hello.keepalive);
    if let Some(username) = hello.username {
        builder = builder.user_name(username)?;
        if let Some(password) = hello.password {
            builder = builder.password(password.expose().as_str())?;
        }
    }
    Ok(builder.build()?)
}

fn understand(packet: Packet) -> Heard {
    match packet {
        Packet::V3_1_1Connack(connack) => match connack.return_code() as u8 {
            0 => Heard::Accepted { server_keepalive: None },
            number => Heard::Refused(Refusal {
                code: return_code(number),
                number,
                words: None,
                server: None,
            }),
        },
        Packet::V5_0Connack(connack) => match connack.reason_code() as u8 {
            0 => Heard::Accepted { server_keepalive: server_keepalive(connack.props()) },
            number => Heard::Refused(Refusal {
                code: reason_code(number),
                number,
                words: words(connack.props()),
                server: server(connack.props()),
            }),
        },
        Packet::V3_1_1Suback(suback) => {
            let codes = suback.return_codes();
            Heard::Subscribed(codes.iter().map(SubackReturnCode::is_success).collect())
        }
        Packet::V5_0Suback(suback) => {
            let codes = suback.reason_codes();
            Heard::Subscribed(codes.iter().map(SubackReasonCode::is_success).collect())
        }
        Packet::V3_1_1Publish(publish) => Heard::Message(Message {
            topic: publish.topic_name().to_owned(),
            payload: publish.payload().clone(),
        }),
        Packet::V5_0Publish(publish) => Heard::Message(Message {
            topic: publish.topic_name().to_owned(),
            payload: publish.payload().clone(),
        }),
        Packet::V3_1_1Pingresp(_) | Packet::V5_0Pingresp(_) => Heard::Pong,
        Packet::V5_0Disconnect(disconnect) => {
            let number = disconnect.reason_code().map_or(0, |code| code as u8);
            let props = disconnect.props().as_ref();
            Heard::Goodbye(Refusal {
                code: reason_code(number),
                number,
                words: props.and_then(|props| words(props)),
                server: props.and_then(|props| server(props)),
            })
        }
        _ => Heard::Nothing,
    }
}

fn server_keepalive(properties: &[Property]) -> Option<u16> {
    properties.iter().find_map(|property| match property {
        Property::ServerKeepAlive(seconds) => Some(seconds.val()),
        _ => None,
    })
}

fn words(properties: &[Property]) -> Option<String> {
    properties.iter().find_map(|property| match property {
        Property::ReasonString(reason) => text::shown(reason.val().as_bytes(), WORDS_MAX_CHARS),
        _ => None,
    })
}

fn server(properties: &[Property]) -> Option<String> {
    properties.iter().find_map(|property| match property {
        Property::ServerReference(server) => text::shown(server.val().as_bytes(), SERVER_MAX_CHARS),
        _ => None,
    })
}

/// The reason of a return code of MQTT 3.1.1 (3.2.2.3).
fn return_code(number: u8) -> MqttReason {
    match number {
        1 => MqttReason::UnacceptableProtocolVersion,
        2 => MqttReason::IdentifierRejected,
        3 => MqttReason::ServerUnavailable,
        4 => MqttReason::BadUserNameOrPassword,
        5 => MqttReason::NotAuthorized,
        _ => MqttReason::ConnectionRefused,
    }
}

/// The reason of a reason code of MQTT 5 (2.4).
fn reason_code(number: u8) -> MqttReason {
    match number {
        0x00 => MqttReason::NormalDisconnection,
        0x04 => MqttReason::DisconnectWithWillMessage,
        0x80 => MqttReason::UnspecifiedError,
        0x81 => MqttReason::MalformedPacket,
        0x82 => MqttReason::ProtocolError,
        0x83 => MqttReason::ImplementationSpecificError,
        0x84 => MqttReason::UnsupportedProtocolVersion,
        0x85 => MqttReason::ClientIdentifierNotValid,
        0x86 => MqttReason::BadUserNameOrPassword,
        0x87 => MqttReason::NotAuthorized,
        0x88 => MqttReason::ServerUnavailable,
        0x89 => MqttReason::ServerBusy,
        0x8a => MqttReason::Banned,
        0x8b => MqttReason::ServerShuttingDown,
        0x8c => MqttReason::BadAuthenticationMethod,
        0x8d => MqttReason::KeepAliveTimeout,
        0x8e => MqttReason::SessionTakenOver,
        0x8f => MqttReason::TopicFilterInvalid,
        0x90 => MqttReason::TopicNameInvalid,
        0x93 => MqttReason::ReceiveMaximumExceeded,
        0x94 => MqttReason::TopicAliasInvalid,
        0x95 => MqttReason::PacketTooLarge,
        0x96 => MqttReason::MessageRateTooHigh,
        0x97 => MqttReason::QuotaExceeded,
        0x98 => MqttReason::AdministrativeAction,
        0x99 => MqttReason::PayloadFormatInvalid,
        0x9a => MqttReason::RetainNotSupported,
        0x9b => MqttReason::QosNotSupported,
        0x9c => MqttReason::UseAnotherServer,
        0x9d => MqttReason::ServerMoved,
        0x9e => MqttReason::SharedSubscriptionsNotSupported,
        0x9f => MqttReason::ConnectionRateExceeded,
        0xa0 => MqttReason::MaximumConnectTime,
        0xa1 => MqttReason::SubscriptionIdentifiersNotSupported,
        0xa2 => MqttReason::WildcardSubscriptionsNotSupported,
        _ => MqttReason::ConnectionRefused,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HELLO: Hello<'_> =
        Hello { client_id: "haltere-a-b", username: None, password: None, keepalive: 30 };

    fn greeted(version: ProtocolVersion) -> Codec {
        let mut codec = Codec::new(version);
        codec.connect(HELLO).expect("valid");
        codec
    }

    fn accepted(version: ProtocolVersion) -> Codec {
        let mut codec = greeted(version);
        let connack = match version {
            ProtocolVersion::V3_1_1 => &[0x20, 2, 0, 0][..],
            ProtocolVersion::V5 => &[0x20, 3, 0, 0, 0],
        };
        assert!(hear(&mut codec, connack).starts_with("Accepted"));
        codec
    }

    fn hear(codec: &mut Codec, packet: &[u8]) -> String {
        match codec.hear(packet, &mut Vec::new()) {
            Ok(Heard::Message(message)) => {
                format!("{} {}", message.topic(), String::from_utf8_lossy(message.payload()))
            }
            Ok(heard) => format!("{heard:?}"),
            Err(broken) => format!("broken: {broken}"),
        }
    }

    #[test]
    fn connect_says_who_we_are() {
        let secret = Secret::from("pw");
        let hello = Hello { username: Some("u"), password: Some(&secret), ..HELLO };
        let v3 = Codec::new(ProtocolVersion::V3_1_1).connect(hello).expect("valid");
        assert_eq!(v3, b"\x10\x1e\0\x04MQTT\x04\xc2\0\x1e\0\x0bhaltere-a-b\0\x01u\0\x02pw");
        let v5 = Codec::new(ProtocolVersion::V5).connect(HELLO).expect("valid");
        assert_eq!(v5, b"\x10\x18\0\x04MQTT\x05\x02\0\x1e\0\0\x0bhaltere-a-b");
    }

    #[test]
    fn a_packet_identifier_of_zero_is_malformed_and_no_panic() {
        for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
            for (packet, malformed) in [
                (&[0x32, 6, 0, 1, b'a', 0, 0, 0][..], true),
                (&[0x34, 6, 0, 1, b'a', 0, 0, 0], true),
                (&[0x62, 2, 0, 0], true),
                (&[0x32, 6, 0, 1, b'a', 0, 1, 0], false),
                // Without an answer there is no identifier: these zeros are a topic and properties.
                (&[0x30, 6, 0, 1, b'a', 0, 0, 0], false),
            ] {
                let mut codec = accepted(version);
                let heard = hear(&mut codec, packet);
                assert_eq!(
                    heard == "broken: a packet is malformed",
                    malformed,
                    "{packet:?}: {heard}"
                );
            }
        }
    }

    #[test]
    fn a_password_alone_is_left_out() {
        let secret = Secret::from("pw");
        let hello = Hello { password: Some(&secret), ..HELLO };
        for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
            let with = Codec::new(version).connect(hello);
            assert_eq!(with, Codec::new(version).connect(HELLO));
        }
    }

    #[test]
    fn what_brokers_answer() {
        let mut v5 = greeted(ProtocolVersion::V5);
        let keepalive = [0x20, 6, 0, 0, 3, 0x13, 0, 9];
        assert_eq!(hear(&mut v5, &keepalive), "Accepted { server_keepalive: Some(9) }");
        assert_eq!(hear(&mut v5, b"\x30\x08\0\x03a/b\0hi"), "a/b hi");
        assert_eq!(hear(&mut v5, &[0xd0, 0]), "Pong");
        assert!(hear(&mut v5, &[0xe0, 2, 0x8e, 0]).contains("SessionTakenOver"));

        let mut v3 = greeted(ProtocolVersion::V3_1_1);
        assert_eq!(hear(&mut v3, &[0x20, 2, 0, 0]), "Accepted { server_keepalive: None }");
        let subscribe = v3.subscribe(&["$SYS/broker/version"]).expect("valid");
        assert_eq!(subscribe, b"\x82\x18\0\x01\0\x13$SYS/broker/version\0");
        assert_eq!(hear(&mut v3, &[0x90, 3, 0, 1, 0x80]), "Subscribed([false])");
    }

    #[test]
    fn refusals_have_names_and_numbers() {
        let refused = |version, packet: &[u8]| match greeted(version)
            .hear(packet, &mut Vec::new())
            .expect("valid")
        {
            Heard::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        };
        for (version, packet, code, number, about_version) in [
            (ProtocolVersion::V3_1_1, &[0x20, 2, 0, 5][..], "NOT_AUTHORIZED", 5, false),
            (ProtocolVersion::V5, &[0x20, 3, 0, 0x87, 0], "NOT_AUTHORIZED", 0x87, false),
            (ProtocolVersion::V5, &[0x20, 3, 0, 0x86, 0], "BAD_USER_NAME_OR_PASSWORD", 134, false),
            (
                ProtocolVersion::V5,
                &[0x20, 3, 0, 0x84, 0],
                "UNSUPPORTED_PROTOCOL_VERSION",
                132,
                true,
            ),
            // As a broker answers that knows MQTT 3 only.
            (ProtocolVersion::V5, &[0x20, 2, 0, 1], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
            (ProtocolVersion::V5, &[0x20, 2, 0, 3], "SERVER_UNAVAILABLE", 3, false),
            // A reason of MQTT 5, without the properties that belong to it.
            (ProtocolVersion::V5, &[0x20, 2, 0, 0x84], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
            (ProtocolVersion::V5, &[0x20, 2, 0, 0x87], "NOT_AUTHORIZED", 135, false),
            // A code of MQTT 3 in the shape of MQTT 5.
            (ProtocolVersion::V5, &[0x20, 3, 0, 1, 0], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
            (ProtocolVersion::V5, &[0x20, 3, 0, 5, 0], "NOT_AUTHORIZED", 5, false),
            // Another packet than the one for it.
            (ProtocolVersion::V5, &[0xe0, 2, 0x84, 0], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
            (ProtocolVersion::V5, &[0xe0, 1, 0x84], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
            (ProtocolVersion::V5, &[0xe0, 1, 1], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
            (ProtocolVersion::V5, &[0xe0, 2, 0x87, 0], "NOT_AUTHORIZED", 135, false),
            // It lets us in, but in words of MQTT 3.
            (ProtocolVersion::V5, &[0x20, 2, 0, 0], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
        ] {
            let refusal = refused(version, packet);
            assert_eq!((refusal.code.as_str(), refusal.number), (code, number));
            assert_eq!(refusal.is_about_version(), about_version, "{code}");
        }
        let words = refused(ProtocolVersion::V5, b"\x20\x08\0\x87\x05\x1f\0\x02no");
        assert_eq!((words.words.as_deref(), words.server), (Some("no"), None));
        let moved = refused(ProtocolVersion::V5, b"\x20\x0b\0\x9d\x08\x1c\0\x05b\xe2\x80\xaec");
        assert_eq!((moved.code, moved.server.as_deref()), (MqttReason::ServerMoved, Some("bc")));
    }

    #[test]
    fn what_only_a_client_may_send_and_what_comes_only_once() {
        for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
            let is_v5 = version == ProtocolVersion::V5;
            let connack: &[u8] = if is_v5 { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] };
            for (packet, what) in [
                (connack, "a second CONNACK"),
                (&[0x20, 2, 0, 5], "a second CONNACK"),
                (b"\x10\x0e\0\x04MQTT\x04\x02\0\x1e\0\x02id", "a CONNECT"),
                (b"\x82\x07\0\x08\0\0\x01a\0", "a SUBSCRIBE"),
                (b"\xa2\x06\0\x08\0\0\x01a", "an UNSUBSCRIBE"),
                (&[0xc0, 0], "a PINGREQ"),
                (&[0xf0, 0], "an AUTH"),
                (&[0xf0, 2, 0x18, 0], "an AUTH"),
            ] {
                let said = hear(&mut accepted(version), packet);
                assert!(said.starts_with(&format!("broken: it sent {what}")), "{what}: {said}");
            }
            let goodbye = hear(&mut accepted(version), &[0xe0, 0]);
            assert_eq!(goodbye.starts_with("broken"), !is_v5, "{goodbye}");
        }
    }

    #[test]
    fn what_nobody_asked_for_is_tolerated_where_the_standard_does() {
        for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
            let mut codec = accepted(version);
            assert_eq!(hear(&mut codec, &[0xd0, 0]), "Pong", "a PINGRESP");
            for (packet, what) in [
                (&[0x40, 2, 0, 7], "a PUBACK"),
                (&[0x50, 2, 0, 7], "a PUBREC"),
                (&[0x70, 2, 0, 7], "a PUBCOMP"),
            ] {
                let mut outbox = Vec::new();
                let heard = codec.hear(packet, &mut outbox);
                assert!(matches!(heard, Ok(Heard::Nothing)), "{what}: {heard:?}");
                assert!(outbox.is_empty(), "{what} was answered: {outbox:?}");
            }
            // There is an identifier in it that has to be one of ours (MQTT 5, 3.9).
            let suback: &[u8] = if version == ProtocolVersion::V5 {
                &[0x90, 4, 0, 7, 0, 0]
            } else {
                &[0x90, 3, 0, 7, 0]
            };
            let heard = hear(&mut codec, suback);
            assert!(heard.starts_with("broken"), "a SUBACK: {heard}");
        }
    }

    #[test]
    fn what_breaks_the_rules() {
        for packet in [
            &[0x20, 3, 0, 0x42, 0][..], // no such reason
            &[0x90, 3, 0, 1, 0],        // SUBACK before CONNACK
            &[0x00, 0],                 // no such packet
            b"\x48\x54",                // "HT", the start of an HTTP answer
        ] {
            let said = hear(&mut greeted(ProtocolVersion::V5), packet);
            assert!(said.starts_with("broken") || said == "Nothing", "{packet:x?}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_packet_is_answered(
            first in any::<u8>(),
            body in prop::collection::vec(any::<u8>(), 0..100),
            five in any::<bool>(),
        ) {
            let version = if five { ProtocolVersion::V5 } else { ProtocolVersion::V3_1_1 };
            let mut codec = greeted(version);
            let accepted: &[u8] = if five { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] };
            codec.hear(accepted, &mut Vec::new()).expect("valid");
            let mut packet = vec![first, u8::try_from(body.len()).expect("small")];
            packet.extend(body);
            // A panic inside the library would end one link and no more, but let us know of it here.
            let _ = codec.hear(&packet, &mut Vec::new());
        }
    }
}
