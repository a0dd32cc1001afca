//! Just enough MQTT to misbehave convincingly.

use std::io;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest packet a peer takes from a client.
const LONGEST: usize = 1024 * 1024;

/// One packet as it came.
#[derive(Debug)]
pub(crate) struct Packet {
    /// Type and flags.
    pub(crate) first: u8,
    pub(crate) body: Bytes,
}

impl Packet {
    pub(crate) fn kind(&self) -> u8 {
        self.first >> 4
    }
}

pub(crate) const CONNECT: u8 = 1;
pub(crate) const PUBLISH: u8 = 3;
pub(crate) const PUBACK: u8 = 4;
pub(crate) const SUBSCRIBE: u8 = 8;
pub(crate) const UNSUBSCRIBE: u8 = 10;
pub(crate) const PINGREQ: u8 = 12;
pub(crate) const DISCONNECT: u8 = 14;
pub(crate) const PINGRESP: &[u8] = &[0xD0, 0];

/// What a client said in its CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// The protocol level: 4 for MQTT 3.1.1, 5 for MQTT 5.
    pub level: u8,
    pub client_id: String,
    /// Clean session, or clean start in MQTT 5.
    pub clean: bool,
    /// In seconds.
    pub keepalive: u16,
    /// The properties of MQTT 5, encoded; empty in MQTT 3.1.1.
    pub properties: Bytes,
    /// The user name, when there is one.
    pub username: Option<String>,
    /// The password, when there is one.
    pub password: Option<Bytes>,
}

/// Reads one packet.
pub(crate) async fn read(from: &mut (impl AsyncRead + Unpin + ?Sized)) -> io::Result<Packet> {
    let first = from.read_u8().await?;
    let mut length = 0_usize;
    for shift in [0, 7, 14, 21] {
        let byte = from.read_u8().await?;
        length |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too long a packet"));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    Ok(Packet { first, body: body.into() })
}

/// Reads a CONNECT; `None`, with the rest of it unread, when its protocol level is `unknown`.
pub(crate) async fn read_up_to_level(
    from: &mut (impl AsyncRead + Unpin + ?Sized),
    unknown: u8,
) -> io::Result<Option<Packet>> {
    let mut head = [0; 2];
    from.read_exact(&mut head).await?;
    let [first, length] = head;
    // Clients of ours say hello in fewer than 128 bytes; a name of four letters, then the level.
    if length & 0x80 != 0 || length < 7 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length.into()];
    let (name_and_level, rest) = body.split_at_mut(7);
    from.read_exact(name_and_level).await?;
    if name_and_level[6] == unknown {
        return Ok(None);
    }
    from.read_exact(rest).await?;
    Ok(Some(Packet { first, body: body.into() }))
}

/// Understands a CONNECT; `None` when it is not one.
pub(crate) fn connect(packet: &Packet) -> Option<Connect> {
    if packet.kind() != CONNECT {
        return None;
    }
    let mut body = packet.body.clone();
    let _protocol = string(&mut body)?;
    let level = body.try_get_u8().ok()?;
    let flags = body.try_get_u8().ok()?;
    let keepalive = body.try_get_u16().ok()?;
    let of_connect = properties(&mut body, level)?;
    let client_id = text(&mut body)?;
    if flags & 0x04 != 0 {
        let _of_will = properties(&mut body, level)?;
        let (_will_topic, _will_payload) = (string(&mut body)?, string(&mut body)?);
    }
    let username = if flags & 0x80 != 0 { Some(text(&mut body)?) } else { None };
    let password = if flags & 0x40 != 0 { Some(string(&mut body)?) } else { None };
    let clean = flags & 0x02 != 0;
    let properties = of_connect;
    Some(Connect { level, client_id, clean, keepalive, properties, username, password })
}

/// A CONNACK in the words of protocol level `level`.
pub(crate) fn connack(level: u8, code: u8) -> Bytes {
    if level >= 5 {
        Bytes::copy_from_slice(&[0x20, 3, 0, code, 0])
    } else {
        Bytes::copy_from_slice(&[0x20, 2, 0, code])
    }
}

/// The SUBACK (or UNSUBACK) that answers everything a SUBSCRIBE (or UNSUBSCRIBE) asks for with
/// `code`; 0 grants it.
pub(crate) fn suback(level: u8, packet: &Packet, code: u8) -> Option<Bytes> {
    let mut body = packet.body.clone();
    let id = body.try_get_u16().ok()?;
    properties(&mut body, level)?;
    let mut filters = 0;
    while body.has_remaining() {
        string(&mut body)?;
        if packet.kind() == SUBSCRIBE {
            body.try_get_u8().ok()?;
        }
        filters += 1;
    }
    let mut answer = BytesMut::new();
    answer.put_u16(id);
    if level >= 5 {
        answer.put_u8(0);
    }
    // MQTT 3.1.1 knows no codes in UNSUBACK.
    if packet.kind() == SUBSCRIBE || level >= 5 {
        answer.put_bytes(code, filters);
    }
    let first = if packet.kind() == SUBSCRIBE { 0x90 } else { 0xB0 };
    let mut whole = BytesMut::new();
    whole.put_slice(&[first, u8::try_from(answer.len()).ok()?]);
    whole.put(answer);
    Some(whole.freeze())
}

/// A QoS 0 PUBLISH.
pub(crate) fn publish(level: u8, topic: &str, payload: &[u8]) -> Bytes {
    let properties = usize::from(level >= 5);
    let length = 2 + topic.len() + properties + payload.len();
    let mut packet = publish_head(topic, length);
    packet.put_bytes(0, properties);
    packet.put_slice(payload);
    packet.freeze()
}

/// A QoS 1 PUBLISH with packet id 1.
pub(crate) fn publish_qos1(level: u8, topic: &str, payload: &[u8]) -> Bytes {
    let properties = usize::from(level >= 5);
    let mut packet = publish_head(topic, 2 + topic.len() + 2 + properties + payload.len());
    packet[0] |= 0x02;
    packet.put_u16(1);
    packet.put_bytes(0, properties);
    packet.put_slice(payload);
    packet.freeze()
}

/// The beginning of a PUBLISH that declares `length` bytes after its fixed header, up to the topic.
pub(crate) fn publish_head(topic: &str, length: usize) -> BytesMut {
    let mut packet = BytesMut::new();
    packet.put_u8(0x30);
    let mut rest = length;
    loop {
        let byte = u8::try_from(rest % 128).expect("below 128");
        rest /= 128;
        packet.put_u8(if rest > 0 { byte | 0x80 } else { byte });
        if rest == 0 {
            break;
        }
    }
    packet.put_u16(u16::try_from(topic.len()).expect("a short topic"));
    packet.put_slice(topic.as_bytes());
    packet
}

/// Takes the properties from the front; none in MQTT 3.1.1.
fn properties(body: &mut Bytes, level: u8) -> Option<Bytes> {
    if level < 5 {
        return Some(Bytes::new());
    }
    // Clients of ours send fewer than 128 bytes of properties.
    let length = usize::from(body.try_get_u8().ok()?);
    (length < 128 && length <= body.remaining()).then(|| body.split_to(length))
}

fn string(body: &mut Bytes) -> Option<Bytes> {
    let length = usize::from(body.try_get_u16().ok()?);
    (length <= body.remaining()).then(|| body.split_to(length))
}

fn text(body: &mut Bytes) -> Option<String> {
    Some(String::from_utf8_lossy(&string(body)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn packet(bytes: &[u8]) -> Packet {
        read(&mut { bytes }).await.expect("a whole packet")
    }

    #[tokio::test]
    async fn understands_connects_of_both_versions() {
        let v3 = packet(b"\x10\x15\0\x04MQTT\x04\xC2\0\x1E\0\x02id\0\x01u\0\x02pw").await;
        let expected = Connect {
            level: 4,
            client_id: "id".into(),
            clean: true,
            keepalive: 30,
            properties: Bytes::new(),
            username: Some("u".into()),
            password: Some(Bytes::from_static(b"pw")),
        };
        assert_eq!(connect(&v3), Some(expected));
        let v5 = packet(b"\x10\x14\0\x04MQTT\x05\0\0\x0A\x05\x11\0\0\0\0\0\x02id").await;
        let v5 = connect(&v5).expect("a CONNECT");
        assert_eq!((v5.level, v5.client_id.as_str(), v5.clean), (5, "id", false));
        assert_eq!(v5.properties, &[0x11, 0, 0, 0, 0][..]);
    }

    #[tokio::test]
    async fn answers_every_filter_in_the_words_of_each_version() {
        let v3 = packet(b"\x82\x0A\0\x07\0\x01a\0\0\x01b\0").await;
        assert_eq!(suback(4, &v3, 0).as_deref(), Some(&b"\x90\x04\0\x07\0\0"[..]));
        let v5 = packet(b"\x82\x07\0\x08\0\0\x01a\0").await;
        assert_eq!(suback(5, &v5, 0x87).as_deref(), Some(&b"\x90\x04\0\x08\0\x87"[..]));
    }

    #[test]
    fn publishes_declare_the_given_length() {
        assert_eq!(&publish(4, "t", b"hi")[..], b"\x30\x05\0\x01thi");
        assert_eq!(&publish(5, "t", b"hi")[..], b"\x30\x06\0\x01t\0hi");
        assert_eq!(&publish_qos1(5, "t", b"hi")[..], b"\x32\x08\0\x01t\0\x01\0hi");
        assert_eq!(&publish_head("t", 268_435_455)[..], b"\x30\xFF\xFF\xFF\x7F\0\x01t");
    }
}
