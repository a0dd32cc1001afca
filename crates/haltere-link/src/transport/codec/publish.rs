//! Reading a PUBLISH without the MQTT library, which copies every message.
//!
//! Most packets of a busy broker are messages with QoS 0. They change nothing in the state of the
//! protocol, so they can be read where they are in the buffer. Only a message that is certainly valid is
//! read this way; the library judges all others.

use haltere_core::ProtocolVersion;

use crate::message_sink::Message;

/// The parts of a PUBLISH (MQTT 5, 3.3).
#[derive(Debug)]
pub(super) struct Publish<'a> {
    /// The DUP flag and the QoS.
    flags: u8,
    topic: &'a str,
    /// Without their length. Empty in MQTT 3.1.1.
    properties: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Publish<'a> {
    /// Splits a whole packet; `None` if it is not a PUBLISH, or malformed.
    pub(super) fn split(packet: &'a [u8], version: ProtocolVersion) -> Option<Self> {
        let (&first, mut rest) = packet.split_first()?;
        if first >> 4 != 3 {
            return None;
        }
        let flags = first >> 1 & 0b111;
        read_length(&mut rest)?;
        let topic = read_text(&mut rest)?;
        if flags & 0b11 != 0 {
            take(&mut rest, 2)?;
        }
        let properties = match version {
            ProtocolVersion::V3_1_1 => &[],
            ProtocolVersion::V5 => {
                let length = read_length(&mut rest)?;
                take(&mut rest, length)?
            }
        };
        Some(Self { flags, topic, properties, payload: rest })
    }

    /// Whether it has QoS 0, is certainly valid, and changes nothing in the state of the protocol.
    pub(super) fn is_plain(&self) -> bool {
        self.flags == 0
            && !self.topic.is_empty()
            && !self.topic.contains(['+', '#', '\0'])
            && are_plain(self.properties).is_some()
    }

    /// The message in it.
    pub(super) fn message(&self) -> Message<'a> {
        Message { topic: self.topic, payload: self.payload }
    }
}

/// `None` unless all properties are valid and none of them matters to us (MQTT 5, 3.3.2.3). A topic alias
/// and a subscription identifier would matter: we have allowed neither.
fn are_plain(mut properties: &[u8]) -> Option<()> {
    const USER_PROPERTY: u8 = 0x26;
    let mut seen = 0_u16;
    while let Some((&id, rest)) = properties.split_first() {
        properties = rest;
        match id {
            // Payload Format Indicator.
            0x01 => {
                take(&mut properties, 1).filter(|value| value[0] <= 1)?;
            }
            // Message Expiry Interval.
            0x02 => {
                take(&mut properties, 4)?;
            }
            // Content Type.
            0x03 => {
                read_text(&mut properties)?;
            }
            // Response Topic.
            0x08 => {
                read_text(&mut properties).filter(|topic| !topic.contains(['+', '#']))?;
            }
            // Correlation Data.
            0x09 => {
                read_binary(&mut properties)?;
            }
            USER_PROPERTY => {
                read_text(&mut properties)?;
                read_text(&mut properties)?;
                // The only one that may be repeated.
                continue;
            }
            _ => return None,
        }
        let bit = 1 << id;
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
    }
    Some(())
}

/// Removes a variable byte integer (MQTT 5, 1.5.5).
fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let byte = take(bytes, 1)?[0];
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

/// Removes a text (MQTT 5, 1.5.4).
fn read_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(read_binary(bytes)?).ok()
}

/// Removes binary data with its length (MQTT 5, 1.5.6).
fn read_binary<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(bytes, 2)?;
    take(bytes, usize::from(u16::from_be_bytes([length[0], length[1]])))
}

/// Removes `size` bytes from the front.
fn take<'a>(bytes: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(size)?;
    *bytes = rest;
    Some(front)
}

#[cfg(test)]
mod tests {
    use mqtt_protocol_core::mqtt::common::Cursor;
    use mqtt_protocol_core::mqtt::connection::Event;
    use mqtt_protocol_core::mqtt::packet::Packet;
    use proptest::prelude::*;

    use super::*;
    use crate::transport::codec::tests::accepted;

    const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V3_1_1, ProtocolVersion::V5];

    /// What the MQTT library reads: topic and payload, or nothing if it finds an error.
    fn by_library(packet: &[u8], version: ProtocolVersion) -> Option<(String, Vec<u8>)> {
        let mut codec = accepted(version);
        let mut found = None;
        for event in codec.core.recv(&mut Cursor::new(packet)) {
            match event {
                Event::NotifyPacketReceived(Packet::V3_1_1Publish(it)) => {
                    found = Some((it.topic_name().to_owned(), it.payload().as_slice().to_vec()));
                }
                Event::NotifyPacketReceived(Packet::V5_0Publish(it)) => {
                    found = Some((it.topic_name().to_owned(), it.payload().as_slice().to_vec()));
                }
                Event::NotifyError(_) => return None,
                _ => {}
            }
        }
        found
    }

    /// The library reads a plain packet in the same way. Returns whether it is plain.
    fn check(packet: &[u8], version: ProtocolVersion) -> bool {
        let plain = Publish::split(packet, version).filter(Publish::is_plain);
        if let Some(publish) = &plain {
            let Message { topic, payload } = publish.message();
            let found = by_library(packet, version);
            assert_eq!(found, Some((topic.to_owned(), payload.to_vec())), "{packet:x?}");
        }
        plain.is_some()
    }

    fn packet(first: u8, body: &[u8]) -> Vec<u8> {
        [&[first, u8::try_from(body.len()).expect("short")], body].concat()
    }

    #[test]
    fn plain_messages_are_read_in_place() {
        for version in VERSIONS {
            let none: &[u8] = if version == ProtocolVersion::V5 { &[0] } else { &[] };
            let message = [b"\0\x03a/b", none, b"hi"].concat();
            assert!(check(&packet(0x30, &message), version));
            assert!(check(&packet(0x31, &message), version), "retained");
            assert!(check(&packet(0x30, &[b"\0\x01a", none].concat()), version), "no payload");
            for (first, body) in [
                (0x32, &b"\0\x01a\0\x01\0"[..]), // QoS 1
                (0x34, b"\0\x01a\0\x01\0"),      // QoS 2
                (0x36, b"\0\x01a\0\x01\0"),      // no such QoS
                (0x38, b"\0\x01a\0"),            // DUP without QoS
                (0x30, b"\0\x01+\0"),            // a wildcard
                (0x30, b"\0\x01\0\0"),           // U+0000
                (0x30, b"\0\x01\xff\0"),         // not UTF-8
                (0x30, b"\0\0\0"),               // no topic
                (0x30, b"\0\x09a"),              // cut off
                (0xd0, b""),                     // not a PUBLISH
            ] {
                assert!(!check(&packet(first, body), version), "{first:x} {body:x?}");
            }
        }
    }

    #[test]
    fn properties_without_an_effect_are_plain() {
        let v5 = |properties: &[u8]| {
            let length = u8::try_from(properties.len()).expect("short");
            let body = [b"\0\x01a", &[length][..], properties, b"hi"].concat();
            check(&packet(0x30, &body), ProtocolVersion::V5)
        };
        for plain in [
            &[1, 1, 2, 0, 0, 0, 60][..],
            b"\x03\0\x04text\x08\0\x01r\x09\0\x02\xff\xff",
            b"\x26\0\x01k\0\x01v\x26\0\x01k\0\x01v",
        ] {
            assert!(v5(plain), "{plain:x?}");
        }
        for other in [
            &[0x23, 0, 1][..], // a topic alias
            &[0x0b, 1],        // a subscription identifier
            &[1, 2],           // no such format
            &[1, 1, 1, 1],     // twice
            &[2, 0, 0, 0, 1, 2, 0, 0, 0, 1],
            &[2, 0],             // cut off
            b"\x08\0\x01#",      // a wildcard
            b"\x03\0\x01\xff",   // not UTF-8
            &[0x11, 0, 0, 0, 0], // a property of CONNECT
        ] {
            assert!(!v5(other), "{other:x?}");
        }
    }

    proptest! {
        #[test]
        fn the_library_reads_plain_messages_in_the_same_way(
            five in any::<bool>(),
            topic in "[a-c/+é\0]{0,4}",
            properties in prop::collection::vec(
                prop_oneof![
                    Just(b"\x01\x01".to_vec()),
                    Just(b"\x02\0\0\0\x07".to_vec()),
                    Just(b"\x03\0\x01t".to_vec()),
                    Just(b"\x08\0\x01r".to_vec()),
                    Just(b"\x09\0\x01\0".to_vec()),
                    Just(b"\x26\0\x01k\0\0".to_vec()),
                    prop::collection::vec(any::<u8>(), 1..4),
                ],
                0..4,
            ),
            payload in prop::collection::vec(any::<u8>(), 0..20),
            flags in prop_oneof![4 => Just(0_u8), 1 => 0_u8..16],
        ) {
            let version = VERSIONS[usize::from(five)];
            let mut body = vec![0, u8::try_from(topic.len()).expect("short")];
            body.extend(topic.as_bytes());
            if five {
                let properties = properties.concat();
                body.push(u8::try_from(properties.len()).expect("short"));
                body.extend(properties);
            }
            body.extend(payload);
            check(&packet(0x30 | flags, &body), version);
        }
    }
}
