//! A name server for names that exist only in a test.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::{BufMut as _, BytesMut};
use parking_lot::Mutex;
use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

/// What the server says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsAnswer {
    /// It has these addresses (none of the asked family: an empty answer).
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NxDomain,
    /// The server has trouble of its own.
    ServFail,
    /// Nothing at all.
    Silence,
    /// It is another name for this one (CNAME), and what the server knows about that comes along.
    Alias(String),
    /// One thing after the other, a question each; the last one for ever.
    InTurn(Vec<DnsAnswer>),
}

/// A name server on a loopback UDP port; ends when dropped.
#[derive(Debug)]
pub struct DnsServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _running: AbortOnDropHandle<()>,
}

impl DnsServer {
    /// Knows these names; says [`DnsAnswer::NxDomain`] about all others.
    pub async fn knowing(names: &[(&str, DnsAnswer)]) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into(), names).await
    }

    /// The same at a given address, for a network of one's own ([`crate::netns`]).
    pub async fn at(address: SocketAddr, names: &[(&str, DnsAnswer)]) -> Self {
        let socket = UdpSocket::bind(address).await.expect("a free port");
        let address = socket.local_addr().expect("a bound socket has an address");
        let names = names.iter().map(|(name, answer)| ((*name).to_owned(), answer.clone()));
        let zone = Zone { names: names.collect(), given: HashMap::new() };
        let asked = Arc::default();
        let running = tokio::spawn(serve(socket, zone, Arc::clone(&asked)));
        Self { address, asked, _running: AbortOnDropHandle::new(running) }
    }

    /// Where it listens (UDP).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The names it has been asked for so far, lower case, without the dot at the end; a name is in
    /// there once for each question.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().clone()
    }
}

#[expect(clippy::disallowed_methods, reason = "a server of the test kit answers")]
async fn serve(socket: UdpSocket, mut zone: Zone, asked: Arc<Mutex<Vec<String>>>) {
    let mut buffer = [0; 1500];
    while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
        let Some(question) = Question::parse(&buffer[..length]) else { continue };
        asked.lock().push(question.name.clone());
        if let Some((code, records)) = zone.answer(&question.name, question.kind) {
            // The client may have gone.
            let _ = socket.send_to(&question.reply(code, &records), client).await;
        }
    }
}

/// What the server knows.
struct Zone {
    names: HashMap<String, DnsAnswer>,
    /// How often each name was asked for, by type.
    given: HashMap<(String, u16), usize>,
}

impl Zone {
    /// The response code and the records; `None` for silence.
    fn answer(&mut self, name: &str, kind: u16) -> Option<(u16, Vec<Record>)> {
        let mut owner = name.to_owned();
        let mut records = Vec::new();
        loop {
            let addresses = match self.next_answer(&owner, kind) {
                DnsAnswer::Addresses(addresses) => addresses,
                DnsAnswer::NxDomain => return Some((3, records)),
                DnsAnswer::ServFail => return Some((2, records)),
                DnsAnswer::Silence | DnsAnswer::InTurn(_) => return None,
                DnsAnswer::Alias(target) => {
                    records.push(Record { owner, kind: CNAME, data: encode(&target) });
                    owner = target;
                    continue;
                }
            };
            let data = addresses.iter().filter_map(|address| match address {
                IpAddr::V4(v4) if kind == A => Some(v4.octets().to_vec()),
                IpAddr::V6(v6) if kind == AAAA => Some(v6.octets().to_vec()),
                _ => None,
            });
            records.extend(data.map(|data| Record { owner: owner.clone(), kind, data }));
            return Some((0, records));
        }
    }

    fn next_answer(&mut self, name: &str, kind: u16) -> DnsAnswer {
        match self.names.get(name) {
            Some(DnsAnswer::InTurn(answers)) => {
                let given = self.given.entry((name.to_owned(), kind)).or_default();
                let answer = answers.get(*given).or(answers.last()).cloned();
                *given += 1;
                answer.unwrap_or(DnsAnswer::NxDomain)
            }
            Some(answer) => answer.clone(),
            None => DnsAnswer::NxDomain,
        }
    }
}

struct Record {
    owner: String,
    kind: u16,
    data: Vec<u8>,
}

/// A name as it goes over the wire (RFC 1035, 3.1).
fn encode(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).expect("a label is short");
        std::iter::once(length).chain(label.bytes())
    });
    labels.chain([0]).collect()
}

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// The one question of a query (RFC 1035, 4.1).
struct Question<'a> {
    id: u16,
    name: String,
    kind: u16,
    /// Name, type and class as they came.
    section: &'a [u8],
}

impl<'a> Question<'a> {
    fn parse(query: &'a [u8]) -> Option<Self> {
        const HEADER: usize = 12;
        let id = u16::from_be_bytes(query.get(..2)?.try_into().ok()?);
        let mut labels = Vec::new();
        let mut at = HEADER;
        loop {
            let length = usize::from(*query.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            let label = query.get(at..at + length)?;
            labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
            at += length;
        }
        let kind = u16::from_be_bytes(query.get(at..at + 2)?.try_into().ok()?);
        let section = query.get(HEADER..at + 4)?;
        Some(Self { id, name: labels.join("."), kind, section })
    }

    fn reply(&self, code: u16, records: &[Record]) -> BytesMut {
        let mut reply = BytesMut::new();
        reply.put_u16(self.id);
        // A response, to a recursive query, from a recursive server.
        reply.put_u16(0x8180 | code);
        reply.put_u16(1);
        reply.put_u16(u16::try_from(records.len()).expect("a few records"));
        reply.put_u32(0);
        reply.put_slice(self.section);
        for record in records {
            reply.put_slice(&encode(&record.owner));
            reply.put_u16(record.kind);
            // Class IN, with a time to live of 0.
            reply.put_u16(1);
            reply.put_u32(0);
            reply.put_u16(u16::try_from(record.data.len()).expect("a short record"));
            reply.put_slice(&record.data);
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait;

    fn query(name: &str, kind: u16) -> BytesMut {
        let mut query = BytesMut::new();
        query.put_slice(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0");
        for label in name.split('.') {
            query.put_u8(u8::try_from(label.len()).expect("short"));
            query.put_slice(label.as_bytes());
        }
        query.put_u8(0);
        query.put_u16(kind);
        query.put_u16(1);
        query
    }

    /// The response code, the number of answers, and the last bytes.
    #[expect(clippy::disallowed_methods, reason = "tests ask their own server")]
    async fn ask(server: &DnsServer, name: &str, kind: u16) -> Option<(u8, u8, Vec<u8>)> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        socket.send_to(&query(name, kind), server.address()).await.expect("loopback");
        let mut buffer = [0; 512];
        let reply = tokio::time::timeout(Duration::from_millis(100), socket.recv(&mut buffer));
        let length = reply.await.ok()?.expect("loopback");
        assert_eq!(buffer[..2], [0x12, 0x34]);
        Some((buffer[3] & 0x0F, buffer[7], buffer[length - 4..length].to_vec()))
    }

    #[tokio::test]
    async fn answers_as_configured() {
        let server = DnsServer::knowing(&[
            ("broker.test", DnsAnswer::Addresses(vec!["127.0.0.7".parse().expect("valid")])),
            ("ill.test", DnsAnswer::ServFail),
            ("mute.test", DnsAnswer::Silence),
            ("alias.test", DnsAnswer::Alias("broker.test".to_owned())),
            (
                "moody.test",
                DnsAnswer::InTurn(vec![
                    DnsAnswer::Addresses(vec!["127.0.0.8".parse().expect("valid")]),
                    DnsAnswer::NxDomain,
                ]),
            ),
        ])
        .await;
        let found = wait::within("a reply", wait::DEADLINE, ask(&server, "Broker.test", A)).await;
        assert_eq!(found, Some((0, 1, vec![127, 0, 0, 7])));
        assert_eq!(ask(&server, "broker.test", AAAA).await.map(|r| (r.0, r.1)), Some((0, 0)));
        assert_eq!(ask(&server, "other.test", A).await.map(|r| (r.0, r.1)), Some((3, 0)));
        assert_eq!(ask(&server, "ill.test", A).await.map(|r| (r.0, r.1)), Some((2, 0)));
        assert_eq!(ask(&server, "mute.test", A).await, None);
        let aliased = Some((0, 2, vec![127, 0, 0, 7]));
        assert_eq!(ask(&server, "alias.test", A).await, aliased);
        assert_eq!(ask(&server, "moody.test", A).await, Some((0, 1, vec![127, 0, 0, 8])));
        for _ in 0..2 {
            assert_eq!(ask(&server, "moody.test", A).await.map(|r| (r.0, r.1)), Some((3, 0)));
        }
        assert_eq!(server.asked()[..2], ["broker.test", "broker.test"]);
    }
}
