//! One session of a broker with a given behavior.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Instant, sleep, sleep_until};

use super::behavior::BrokerBehavior;
use super::stats::SwarmStats;
use crate::faulty::packet;

const VERSION: &str = "$SYS/broker/version";
const UPTIME: &str = "$SYS/broker/uptime";
/// Mosquitto's default `sys_interval`.
const SYS_INTERVAL: Duration = Duration::from_secs(10);
/// Steps in which data with a rate is sent.
const STEPS_PER_SECOND: u32 = 100;
const STEP: Duration = Duration::from_millis(10);
/// The largest body MQTT can declare.
const LARGEST: usize = 268_435_455;
/// A length that goes on after four bytes.
const MALFORMED: &[u8] = b"\x30\xFF\xFF\xFF\xFF";

/// Serves one client until it disconnects.
pub(super) async fn serve(
    stream: TcpStream,
    behavior: BrokerBehavior,
    stats: &SwarmStats,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if behavior == BrokerBehavior::AcceptThenClose {
        return Ok(());
    }
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::with_capacity(512, reader);
    let mut client = Client { level: 4, subscribed: false };
    let mut publisher = Publisher::default();
    loop {
        let mut next = pin!(packet::read(&mut reader));
        let packet = loop {
            tokio::select! {
                biased;
                packet = &mut next => break packet?,
                () = sleep_until(publisher.due), if client.subscribed => {
                    publisher.send(&mut writer, stats).await?;
                }
            }
        };
        match packet.kind() {
            packet::CONNECT => stats.connected(),
            packet::PUBACK => publisher.echoed(stats),
            _ => {}
        }
        if let Some(answer) = client.answer(&packet)?
            && behavior != BrokerBehavior::Silent
        {
            send(&mut writer, &answer, behavior).await?;
        }
        if client.subscribed && packet.kind() == packet::SUBSCRIBE {
            publisher = Publisher::of(behavior, client.level);
        }
    }
}

/// State of the client's session.
struct Client {
    level: u8,
    subscribed: bool,
}

impl Client {
    /// The answer of a healthy broker.
    fn answer(&mut self, packet: &packet::Packet) -> io::Result<Option<Bytes>> {
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        Ok(match packet.kind() {
            packet::CONNECT => {
                self.level = packet::connect(packet).ok_or_else(broken)?.level;
                Some(packet::connack(self.level, 0))
            }
            packet::SUBSCRIBE => {
                self.subscribed = true;
                Some(packet::suback(self.level, packet, 0).ok_or_else(broken)?)
            }
            packet::PINGREQ => Some(Bytes::from_static(packet::PINGRESP)),
            packet::DISCONNECT => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => None,
        })
    }
}

/// Sends an answer as the behavior demands.
async fn send(
    writer: &mut OwnedWriteHalf,
    answer: &[u8],
    behavior: BrokerBehavior,
) -> io::Result<()> {
    let BrokerBehavior::SlowLoris { every } = behavior else {
        return writer.write_all(answer).await;
    };
    for byte in answer {
        writer.write_all(&[*byte]).await?;
        sleep(every).await;
    }
    Ok(())
}

/// What a broker sends repeatedly to a subscriber.
struct Publisher {
    due: Instant,
    every: Duration,
    payload: Payload,
}

enum Payload {
    Nothing,
    /// All of it each time.
    Whole(Bytes),
    /// All of it each time, `messages` in number.
    Flood {
        batch: Bytes,
        messages: u64,
    },
    /// All of it each time, to be acknowledged.
    Echo {
        question: Bytes,
        asked: Option<Instant>,
    },
    /// One byte each time, in a cycle.
    Bytewise {
        bytes: Bytes,
        next: usize,
    },
    /// A chunk of zeros each time, until the packet is complete.
    Body {
        chunk: Bytes,
        head: Bytes,
        missing: usize,
    },
}

impl Default for Publisher {
    fn default() -> Self {
        Self { due: Instant::now(), every: Duration::MAX, payload: Payload::Nothing }
    }
}

impl Publisher {
    fn of(behavior: BrokerBehavior, level: u8) -> Self {
        let uptime_message = |uptime: &str| packet::publish(level, UPTIME, uptime.as_bytes());
        let (every, payload) = match behavior {
            BrokerBehavior::SlowLoris { every } => {
                (every, Payload::Bytewise { bytes: uptime_message("100 seconds"), next: 0 })
            }
            BrokerBehavior::Echo { every } => {
                let question = packet::publish_qos1(level, VERSION, b"mosquitto version 2");
                (every, Payload::Echo { question, asked: None })
            }
            BrokerBehavior::Huge { per_second } => {
                let chunk = vec![0; (per_second / STEPS_PER_SECOND) as usize].into();
                let head = packet::publish_head(UPTIME, LARGEST).freeze();
                (STEP, Payload::Body { chunk, head, missing: 0 })
            }
            BrokerBehavior::Malformed { every } => {
                (every, Payload::Whole(Bytes::from_static(MALFORMED)))
            }
            BrokerBehavior::Flood { per_second } => {
                let messages = per_second / STEPS_PER_SECOND;
                // Never the same value twice in a row, so that each one is a change.
                let two = [uptime_message("100 seconds"), uptime_message("100000 seconds")];
                let mut batch = BytesMut::new();
                (0..messages).for_each(|n| batch.extend_from_slice(&two[n as usize % 2]));
                (STEP, Payload::Flood { batch: batch.freeze(), messages: messages.into() })
            }
            _ => {
                let version = packet::publish(level, VERSION, b"mosquitto version 2.0.99");
                let mut both = BytesMut::from(&version[..]);
                both.extend_from_slice(&uptime_message("100 seconds"));
                (SYS_INTERVAL, Payload::Whole(both.freeze()))
            }
        };
        Self { due: Instant::now() + every, every, payload }
    }

    async fn send(
        &mut self,
        to: &mut (impl AsyncWrite + Unpin),
        stats: &SwarmStats,
    ) -> io::Result<()> {
        match &mut self.payload {
            Payload::Nothing => {}
            Payload::Whole(bytes) => to.write_all(bytes).await?,
            Payload::Flood { batch, messages } => {
                to.write_all(batch).await?;
                stats.sent(*messages);
            }
            Payload::Echo { question, asked } => {
                // One at a time.
                if asked.is_none() {
                    *asked = Some(Instant::now());
                    to.write_all(question).await?;
                }
            }
            Payload::Bytewise { bytes, next } => {
                to.write_all(&bytes[*next..=*next]).await?;
                *next = (*next + 1) % bytes.len();
            }
            Payload::Body { chunk, head, missing } => {
                if *missing == 0 {
                    to.write_all(head).await?;
                    *missing = LARGEST + 5 - head.len();
                }
                let size = chunk.len().min(*missing);
                to.write_all(&chunk[..size]).await?;
                *missing -= size;
            }
        }
        // A client that reads slowly gets less, not the same later.
        self.due = (self.due + self.every).max(Instant::now());
        Ok(())
    }

    fn echoed(&mut self, stats: &SwarmStats) {
        if let Payload::Echo { asked, .. } = &mut self.payload
            && let Some(asked) = asked.take()
        {
            stats.echoed(asked.elapsed());
        }
    }
}
