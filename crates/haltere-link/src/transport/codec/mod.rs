//! MQTT packets in both versions, as types of our own.
//!
//! Only this module names the MQTT library, a state machine without I/O. It is young and has one
//! maintainer, so none of its types appear outside, and it can be replaced.

mod incoming;
mod inspect;
mod limits;
mod publish;
mod reason_codes;

use haltere_core::{Code, ProtocolVersion, ProtocolViolation, Secret, TopicFilter};
use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{Connection, Event, Version, role};
use mqtt_protocol_core::mqtt::packet::{
    self, GenericPacketTrait, Packet, SubEntry, SubOpts, UserProperty, v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use crate::command::{PublishRequest, Qos};

pub(crate) use incoming::BrokerRefusal;
pub(super) use incoming::{Acknowledgement, Incoming};
pub(super) use limits::BrokerLimits;
use publish::Publish;
pub(super) use reason_codes::reason_code;

/// The content of CONNECT.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectOptions<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) username: Option<&'a str>,
    /// The password, if any. Not sent without a user name.
    pub(crate) password: Option<&'a Secret<String>>,
    /// Keep-alive in seconds.
    pub(crate) keepalive: u16,
    /// Whether to ask the broker to publish no metrics about this client. MQTT 3.1.1 can't say it.
    pub(crate) no_metrics: bool,
}

/// A violation of the protocol, by the broker or in what we were asked to send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProtocolError {
    #[error("{0}")]
    Violation(ProtocolViolation),
    #[error("a packet is larger than those that the broker accepts")]
    TooLarge,
}

impl From<MqttError> for ProtocolError {
    fn from(error: MqttError) -> Self {
        Self::Violation(match error {
            MqttError::PacketTooLarge => return Self::TooLarge,
            MqttError::MalformedPacket | MqttError::InsufficientBytes => {
                ProtocolViolation::MalformedPacket
            }
            MqttError::ProtocolError => ProtocolViolation::PacketNotAllowed,
            other => ProtocolViolation::InvalidPacket { code: Code::of_variant(&other) },
        })
    }
}

impl From<ProtocolError> for ProtocolViolation {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Violation(violation) => violation,
            ProtocolError::TooLarge => Self::ExceedsBrokersLimit,
        }
    }
}

/// Encodes and decodes the packets of one connection.
pub(super) struct Codec {
    // Boxed because it has about 1 KiB and would be moved with the session.
    core: Box<Connection<role::Client>>,
    version: ProtocolVersion,
    is_accepted: bool,
    limits: BrokerLimits,
}

impl Codec {
    /// Creates the codec of a new connection.
    pub(super) fn new(version: ProtocolVersion) -> Self {
        let mut core = Box::new(Connection::new(match version {
            ProtocolVersion::V3_1_1 => Version::V3_1_1,
            ProtocolVersion::V5 => Version::V5_0,
        }));
        // Acknowledges messages with QoS 1 and 2, and continues our own with QoS 2.
        core.set_auto_pub_response(true);
        Self { core, version, is_accepted: false, limits: BrokerLimits::default() }
    }

    /// The version of MQTT.
    pub(super) fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// What the broker accepts.
    pub(super) fn limits(&self) -> BrokerLimits {
        self.limits
    }

    /// Encodes CONNECT, with a clean start.
    pub(super) fn connect(
        &mut self,
        options: ConnectOptions<'_>,
    ) -> Result<Vec<u8>, ProtocolError> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => connect_v3(options)?.into(),
            ProtocolVersion::V5 => connect_v5(options)?.into(),
        };
        self.encode(packet)
    }

    /// Encodes PUBLISH. Returns its packet identifier as well, if it has one.
    pub(super) fn publish(
        &mut self,
        request: &PublishRequest,
    ) -> Result<(Option<u16>, Vec<u8>), ProtocolError> {
        if request.qos == Qos::AtMostOnce {
            let packet = publish_packet(request, None, self.version)?;
            return Ok((None, self.encode(packet)?));
        }
        let encoded = self.encode_with_id(|id, version| publish_packet(request, Some(id), version));
        encoded.map(|(id, bytes)| (Some(id), bytes))
    }

    /// Encodes SUBSCRIBE. Returns its packet identifier as well.
    pub(super) fn subscribe(
        &mut self,
        filters: &[TopicFilter],
        qos: Qos,
    ) -> Result<(u16, Vec<u8>), ProtocolError> {
        let entries = filters
            .iter()
            .map(|filter| SubEntry::new(filter.as_str(), SubOpts::new().set_qos(qos.into())))
            .collect::<Result<Vec<_>, _>>()?;
        self.encode_with_id(|id, version| {
            Ok(match version {
                ProtocolVersion::V3_1_1 => {
                    v3_1_1::Subscribe::builder().packet_id(id).entries(entries).build()?.into()
                }
                ProtocolVersion::V5 => {
                    v5_0::Subscribe::builder().packet_id(id).entries(entries).build()?.into()
                }
            })
        })
    }

    /// Encodes UNSUBSCRIBE. Returns its packet identifier as well.
    pub(super) fn unsubscribe(
        &mut self,
        filters: &[TopicFilter],
    ) -> Result<(u16, Vec<u8>), ProtocolError> {
        let entries = filters.iter().map(TopicFilter::as_str);
        self.encode_with_id(|id, version| {
            Ok(match version {
                ProtocolVersion::V3_1_1 => {
                    v3_1_1::Unsubscribe::builder().packet_id(id).entries(entries)?.build()?.into()
                }
                ProtocolVersion::V5 => {
                    v5_0::Unsubscribe::builder().packet_id(id).entries(entries)?.build()?.into()
                }
            })
        })
    }

    /// Encodes PINGREQ.
    pub(super) fn ping(&mut self) -> Result<Vec<u8>, ProtocolError> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => v3_1_1::Pingreq::builder().build()?.into(),
            ProtocolVersion::V5 => v5_0::Pingreq::builder().build()?.into(),
        };
        self.encode(packet)
    }

    /// Encodes DISCONNECT.
    pub(super) fn disconnect(&mut self) -> Result<Vec<u8>, ProtocolError> {
        let packet = match self.version {
            ProtocolVersion::V3_1_1 => v3_1_1::Disconnect::builder().build()?.into(),
            ProtocolVersion::V5 => v5_0::Disconnect::builder().build()?.into(),
        };
        self.encode(packet)
    }

    /// Encodes a packet with a packet identifier of its own, which is free again if that fails.
    fn encode_with_id(
        &mut self,
        make: impl FnOnce(u16, ProtocolVersion) -> Result<Packet, MqttError>,
    ) -> Result<(u16, Vec<u8>), ProtocolError> {
        let id = self.core.acquire_packet_id()?;
        let packet = make(id, self.version).map_err(ProtocolError::from);
        match packet.and_then(|packet| self.encode(packet)) {
            Ok(bytes) => Ok((id, bytes)),
            Err(error) => {
                self.core.release_packet_id(id);
                Err(error)
            }
        }
    }

    fn encode(&mut self, packet: Packet) -> Result<Vec<u8>, ProtocolError> {
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

    /// Decodes one whole packet of the broker. Appends packets that have to be sent in reply to `replies`.
    /// `is_under_way` says whether a PUBLISH of ours with this packet identifier is unacknowledged.
    pub(super) fn receive<'p>(
        &mut self,
        packet: &'p [u8],
        replies: &mut Vec<u8>,
        is_under_way: impl Fn(u16) -> bool,
    ) -> Result<Incoming<'p>, ProtocolError> {
        if self.is_accepted
            && let Some(publish) = Publish::split(packet, self.version)
            && publish.is_plain()
        {
            return Ok(Incoming::Message(publish.message()));
        }
        if self.version == ProtocolVersion::V5
            && !self.is_accepted
            && let Some(refusal) = inspect::unusual_refusal(packet)
        {
            return Ok(Incoming::Refused(refusal));
        }
        inspect::check_allowed(packet, self.version, self.is_accepted)?;
        if self.is_accepted
            && inspect::acknowledged_publish(packet).is_some_and(|id| !is_under_way(id))
        {
            // An unknown packet identifier is no error (MQTT 5, 4.13.1) and needs no answer.
            return Ok(Incoming::Nothing);
        }
        // The library accepts this identifier and then panics over its own reply.
        if inspect::packet_id(packet) == Some(0) {
            return Err(MqttError::MalformedPacket.into());
        }
        let mut incoming = Incoming::Nothing;
        for event in self.core.recv(&mut Cursor::new(packet)) {
            match event {
                Event::NotifyPacketReceived(Packet::V3_1_1Publish(_) | Packet::V5_0Publish(_)) => {
                    let publish = Publish::split(packet, self.version);
                    let message = publish.map(|publish| Incoming::Message(publish.message()));
                    incoming = message.unwrap_or(Incoming::Nothing);
                }
                Event::NotifyPacketReceived(packet) => {
                    if let Packet::V5_0Connack(connack) = &packet {
                        self.limits = BrokerLimits::read(connack.props());
                    }
                    incoming = packet.into();
                }
                Event::RequestSendPacket { packet, .. } => {
                    replies.extend(packet.to_continuous_buffer());
                }
                Event::NotifyError(error) => return Err(error.into()),
                // The session does the keep-alive itself, with one timer instead of three.
                _ => {}
            }
        }
        self.is_accepted |= matches!(incoming, Incoming::Accepted { .. });
        Ok(incoming)
    }
}

fn publish_packet(
    request: &PublishRequest,
    id: Option<u16>,
    version: ProtocolVersion,
) -> Result<Packet, MqttError> {
    let PublishRequest { topic, payload, qos, retain } = request;
    // The library's builders have no trait in common.
    macro_rules! build {
        ($builder:expr) => {
            $builder
                .topic_name(topic.as_str())?
                .qos((*qos).into())
                .retain(*retain)
                .packet_id(id)
                .payload(payload.as_slice())
                .build()?
                .into()
        };
    }
    Ok(match version {
        ProtocolVersion::V3_1_1 => build!(v3_1_1::Publish::builder()),
        ProtocolVersion::V5 => build!(v5_0::Publish::builder()),
    })
}

impl From<Qos> for packet::Qos {
    fn from(qos: Qos) -> Self {
        match qos {
            Qos::AtMostOnce => Self::AtMostOnce,
            Qos::AtLeastOnce => Self::AtLeastOnce,
            Qos::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

fn connect_v3(options: ConnectOptions<'_>) -> Result<v3_1_1::Connect, ProtocolError> {
    let mut builder = v3_1_1::Connect::builder()
        .client_id(options.client_id)?
        .clean_session(true)
        .keep_alive(options.keepalive);
    if let Some(username) = options.username {
        builder = builder.user_name(username)?;
        if let Some(password) = options.password {
            builder = builder.password(password.expose().as_str())?;
        }
    }
    Ok(builder.build()?)
}

fn connect_v5(options: ConnectOptions<'_>) -> Result<v5_0::Connect, ProtocolError> {
    let mut builder = v5_0::Connect::builder()
        .client_id(options.client_id)?
        .clean_start(true)
        .keep_alive(options.keepalive);
    if options.no_metrics {
        builder = builder.props(vec![UserProperty::new("sys-metrics", "none")?.into()]);
    }
    if let Some(username) = options.username {
        builder = builder.user_name(username)?;
        if let Some(password) = options.password {
            builder = builder.password(password.expose().as_str())?;
        }
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests;
