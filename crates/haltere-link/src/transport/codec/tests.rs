use haltere_core::MqttReason;
use proptest::prelude::*;

use super::*;

const OPTIONS: ConnectOptions<'_> = ConnectOptions {
    client_id: "haltere-a-b",
    username: None,
    password: None,
    keepalive: 30,
    no_metrics: false,
};

fn connecting(version: ProtocolVersion) -> Codec {
    let mut codec = Codec::new(version);
    codec.connect(OPTIONS).expect("valid");
    codec
}

pub(super) fn accepted(version: ProtocolVersion) -> Codec {
    let mut codec = connecting(version);
    let connack = match version {
        ProtocolVersion::V3_1_1 => &[0x20, 2, 0, 0][..],
        ProtocolVersion::V5 => &[0x20, 3, 0, 0, 0],
    };
    assert!(receive(&mut codec, connack).starts_with("Accepted"));
    codec
}

fn receive(codec: &mut Codec, packet: &[u8]) -> String {
    match codec.receive(packet, &mut Vec::new(), |_| false) {
        Ok(Incoming::Message(message)) => {
            format!("{} {}", message.topic, String::from_utf8_lossy(message.payload))
        }
        Ok(incoming) => format!("{incoming:?}"),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn connect_carries_client_id_and_credentials() {
    let secret = Secret::from("pw");
    let options = ConnectOptions { username: Some("u"), password: Some(&secret), ..OPTIONS };
    let v3 = Codec::new(ProtocolVersion::V3_1_1).connect(options).expect("valid");
    assert_eq!(v3, b"\x10\x1e\0\x04MQTT\x04\xc2\0\x1e\0\x0bhaltere-a-b\0\x01u\0\x02pw");
    let v5 = Codec::new(ProtocolVersion::V5).connect(OPTIONS).expect("valid");
    assert_eq!(v5, b"\x10\x18\0\x04MQTT\x05\x02\0\x1e\0\0\x0bhaltere-a-b");
}

#[test]
fn only_mqtt_5_can_ask_for_no_metrics() {
    let options = ConnectOptions { no_metrics: true, ..OPTIONS };
    let v5 = Codec::new(ProtocolVersion::V5).connect(options).expect("valid");
    let property = b"\x14\x26\0\x0bsys-metrics\0\x04none";
    assert!(v5.windows(property.len()).any(|part| part == property), "{v5:?}");
    let v3 = Codec::new(ProtocolVersion::V3_1_1);
    assert_eq!({ v3 }.connect(options), Codec::new(ProtocolVersion::V3_1_1).connect(OPTIONS));
}

#[test]
fn a_packet_that_is_not_sent_uses_no_packet_identifier() {
    let mut codec = connecting(ProtocolVersion::V5);
    // The broker accepts 20 bytes.
    receive(&mut codec, &[0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 20]);
    let filter = |text: &str| [TopicFilter::parse(text).expect("valid")];
    for _ in 0..u16::MAX {
        codec.subscribe(&filter("$SYS/broker/version"), Qos::AtMostOnce).expect_err("too large");
    }
    assert_eq!(codec.subscribe(&filter("a"), Qos::AtMostOnce).expect("small").0, 1);
}

#[test]
fn a_packet_identifier_of_zero_is_malformed() {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        for (packet, malformed) in [
            (&[0x32, 6, 0, 1, b'a', 0, 0, 0][..], true),
            (&[0x34, 6, 0, 1, b'a', 0, 0, 0], true),
            (&[0x62, 2, 0, 0], true),
            (&[0x32, 6, 0, 1, b'a', 0, 1, 0], false),
            // QoS 0 has no identifier: these zeros are a topic and properties.
            (&[0x30, 6, 0, 1, b'a', 0, 0, 0], false),
        ] {
            let mut codec = accepted(version);
            let result = receive(&mut codec, packet);
            assert_eq!(result == "error: a packet is malformed", malformed, "{packet:?}: {result}");
        }
    }
}

#[test]
fn a_password_alone_is_left_out() {
    let secret = Secret::from("pw");
    let options = ConnectOptions { password: Some(&secret), ..OPTIONS };
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        let with = Codec::new(version).connect(options);
        assert_eq!(with, Codec::new(version).connect(OPTIONS));
    }
}

#[test]
fn packets_of_a_broker_are_decoded() {
    let mut v5 = connecting(ProtocolVersion::V5);
    let keepalive = [0x20, 6, 0, 0, 3, 0x13, 0, 9];
    assert_eq!(receive(&mut v5, &keepalive), "Accepted { server_keepalive: Some(9) }");
    assert_eq!(receive(&mut v5, b"\x30\x08\0\x03a/b\0hi"), "a/b hi");
    assert_eq!(receive(&mut v5, &[0xd0, 0]), "Pong");
    assert!(receive(&mut v5, &[0xe0, 2, 0x8e, 0]).contains("SessionTakenOver"));

    let mut v3 = connecting(ProtocolVersion::V3_1_1);
    assert_eq!(receive(&mut v3, &[0x20, 2, 0, 0]), "Accepted { server_keepalive: None }");
    let filter = TopicFilter::parse("$SYS/broker/version").expect("valid");
    let subscribe = v3.subscribe(std::slice::from_ref(&filter), Qos::AtMostOnce).expect("valid");
    assert_eq!(subscribe, (1, b"\x82\x18\0\x01\0\x13$SYS/broker/version\0".to_vec()));
    let refused = "Subscribed { packet_id: 1, codes: [128], reason_string: None }";
    assert_eq!(receive(&mut v3, &[0x90, 3, 0, 1, 0x80]), refused);
    let unsubscribe = v3.unsubscribe(&[filter]).expect("valid");
    assert_eq!(unsubscribe, (1, b"\xa2\x17\0\x01\0\x13$SYS/broker/version".to_vec()));
}

#[test]
fn refusals_have_names_and_numbers() {
    let refused = |version, packet: &[u8]| match connecting(version)
        .receive(packet, &mut Vec::new(), |_| false)
        .expect("valid")
    {
        Incoming::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    for (version, packet, code, number, about_version) in [
        (ProtocolVersion::V3_1_1, &[0x20, 2, 0, 5][..], "NOT_AUTHORIZED", 5, false),
        (ProtocolVersion::V5, &[0x20, 3, 0, 0x87, 0], "NOT_AUTHORIZED", 0x87, false),
        (ProtocolVersion::V5, &[0x20, 3, 0, 0x86, 0], "BAD_USER_NAME_OR_PASSWORD", 134, false),
        (ProtocolVersion::V5, &[0x20, 3, 0, 0x84, 0], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
        // The answer of a broker that speaks only MQTT 3.
        (ProtocolVersion::V5, &[0x20, 2, 0, 1], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
        (ProtocolVersion::V5, &[0x20, 2, 0, 3], "SERVER_UNAVAILABLE", 3, false),
        // A reason of MQTT 5 without properties.
        (ProtocolVersion::V5, &[0x20, 2, 0, 0x84], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
        (ProtocolVersion::V5, &[0x20, 2, 0, 0x87], "NOT_AUTHORIZED", 135, false),
        // A code of MQTT 3 in the shape of MQTT 5.
        (ProtocolVersion::V5, &[0x20, 3, 0, 1, 0], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
        (ProtocolVersion::V5, &[0x20, 3, 0, 5, 0], "NOT_AUTHORIZED", 5, false),
        // A DISCONNECT instead of a CONNACK.
        (ProtocolVersion::V5, &[0xe0, 2, 0x84, 0], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
        (ProtocolVersion::V5, &[0xe0, 1, 0x84], "UNSUPPORTED_PROTOCOL_VERSION", 132, true),
        (ProtocolVersion::V5, &[0xe0, 1, 1], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
        (ProtocolVersion::V5, &[0xe0, 2, 0x87, 0], "NOT_AUTHORIZED", 135, false),
        // It accepts, but with a CONNACK of MQTT 3.
        (ProtocolVersion::V5, &[0x20, 2, 0, 0], "UNACCEPTABLE_PROTOCOL_VERSION", 1, true),
    ] {
        let refusal = refused(version, packet);
        assert_eq!((refusal.code.as_str(), refusal.number), (code, number));
        assert_eq!(refusal.is_about_version(), about_version, "{code}");
    }
    let reason = refused(ProtocolVersion::V5, b"\x20\x08\0\x87\x05\x1f\0\x02no");
    assert_eq!((reason.reason_string.as_deref(), reason.server), (Some("no"), None));
    let moved = refused(ProtocolVersion::V5, b"\x20\x0b\0\x9d\x08\x1c\0\x05b\xe2\x80\xaec");
    assert_eq!((moved.code, moved.server.as_deref()), (MqttReason::ServerMoved, Some("bc")));
}

#[test]
fn packets_a_broker_must_not_send_are_errors() {
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
            let result = receive(&mut accepted(version), packet);
            assert!(result.starts_with(&format!("error: it sent {what}")), "{what}: {result}");
        }
        let disconnect = receive(&mut accepted(version), &[0xe0, 0]);
        assert_eq!(disconnect.starts_with("error"), !is_v5, "{disconnect}");
    }
}

#[test]
fn unexpected_acknowledgements_are_tolerated_as_the_standard_says() {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        let mut codec = accepted(version);
        assert_eq!(receive(&mut codec, &[0xd0, 0]), "Pong", "a PINGRESP");
        for (packet, what) in [
            (&[0x40, 2, 0, 7], "a PUBACK"),
            (&[0x50, 2, 0, 7], "a PUBREC"),
            (&[0x70, 2, 0, 7], "a PUBCOMP"),
        ] {
            let mut replies = Vec::new();
            let result = codec.receive(packet, &mut replies, |_| false);
            assert!(matches!(result, Ok(Incoming::Nothing)), "{what}: {result:?}");
            assert!(replies.is_empty(), "{what} was answered: {replies:?}");
        }
        // Its identifier has to be one of ours (MQTT 5, 3.9).
        let suback: &[u8] = if version == ProtocolVersion::V5 {
            &[0x90, 4, 0, 7, 0, 0]
        } else {
            &[0x90, 3, 0, 7, 0]
        };
        let result = receive(&mut codec, suback);
        assert!(result.starts_with("error"), "a SUBACK: {result}");
    }
}

#[test]
fn violations_of_the_protocol_are_errors() {
    for packet in [
        &[0x20, 3, 0, 0x42, 0][..], // no such reason
        &[0x90, 3, 0, 1, 0],        // SUBACK before CONNACK
        &[0x00, 0],                 // no such packet
        b"\x48\x54",                // "HT", the start of an HTTP answer
    ] {
        let result = receive(&mut connecting(ProtocolVersion::V5), packet);
        assert!(result.starts_with("error") || result == "Nothing", "{packet:x?}: {result}");
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
        let mut codec = connecting(version);
        let accepted: &[u8] = if five { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] };
        codec.receive(accepted, &mut Vec::new(), |_| false).expect("valid");
        let mut packet = vec![first, u8::try_from(body.len()).expect("small")];
        packet.extend(body);
        // A panic in the library would end only one link, but it is a bug.
        let _ = codec.receive(&packet, &mut Vec::new(), |_| false);
    }
}
