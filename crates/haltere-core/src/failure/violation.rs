//! How a broker breaks a rule of MQTT, in words.

use crate::sentence::Code;
use crate::{sentence_within, sentences};

sentences! {
    /// How a broker breaks a rule of MQTT, or of the WebSocket around it.
    pub enum ProtocolViolation {
        NoConnack => "its answer to CONNECT is not a CONNACK",
        SentConnect => "it sent a CONNECT, which only clients send",
        SecondConnack => "it sent a second CONNACK",
        SentSubscribe => "it sent a SUBSCRIBE, which only clients send",
        SentUnsubscribe => "it sent an UNSUBSCRIBE, which only clients send",
        SentPingreq => "it sent a PINGREQ, which only clients send",
        SentDisconnect => "it sent a DISCONNECT, which only clients send in MQTT 3.1.1",
        SentUnknownAuth => "it sent an AUTH, which MQTT 3.1.1 does not have",
        SentAuth => "it sent an AUTH, though we asked for no extended authentication",
        ExceedsBrokersLimit => "a packet is larger than those that the broker accepts",
        MalformedPacket => "a packet is malformed",
        PacketNotAllowed => "a packet is not allowed at this point",
        InvalidPacket { code: Code } => "a packet is invalid ({code})",
        LengthOfPacket => "a packet's length has more than four bytes",
        PacketTooLarge { number: u64, bytes: u64 } => "a packet of type {number} has {bytes} bytes, more than the limit",
        DoesNotRead => "it sends, but does not read our answers",
        WebsocketText => "it sent a WebSocket text message, where MQTT has binary ones",
        WebsocketTooLarge => "it sent a WebSocket message that is too large",
        WebsocketInvalid { code: Code } => "it broke a rule of WebSocket ({code})",
    }
}
sentence_within!(ProtocolViolation: "violation");
