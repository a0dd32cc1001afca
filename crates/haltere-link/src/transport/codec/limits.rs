//! What a broker accepts.

use mqtt_protocol_core::mqtt::packet::Property;

use crate::command::Qos;

/// What the broker accepts, by its CONNACK (MQTT 5, 3.2.2.3). A broker of MQTT 3.1.1 does not say, so it has
/// no limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) struct BrokerLimits {
    /// How many messages with QoS 1 and 2 may be unacknowledged.
    pub(in crate::transport) receive_maximum: u16,
    /// The size of the largest packet in bytes.
    pub(in crate::transport) maximum_packet_size: u32,
    pub(in crate::transport) maximum_qos: Qos,
    /// Whether messages may be retained.
    pub(in crate::transport) retain_available: bool,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        Self {
            receive_maximum: u16::MAX,
            maximum_packet_size: u32::MAX,
            maximum_qos: Qos::ExactlyOnce,
            retain_available: true,
        }
    }
}

impl BrokerLimits {
    /// Reads the properties of CONNACK.
    pub(super) fn read(properties: &[Property]) -> Self {
        let mut limits = Self::default();
        for property in properties {
            match property {
                Property::ReceiveMaximum(value) => limits.receive_maximum = value.val(),
                Property::MaximumPacketSize(value) => limits.maximum_packet_size = value.val(),
                Property::MaximumQos(value) => {
                    limits.maximum_qos = Qos::from_number(value.val()).unwrap_or(Qos::ExactlyOnce);
                }
                Property::RetainAvailable(value) => limits.retain_available = value.val() != 0,
                _ => {}
            }
        }
        limits
    }
}
