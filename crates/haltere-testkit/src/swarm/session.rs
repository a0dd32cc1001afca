//! One session of a broker, in a certain mood.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Instant, sleep, sleep_until};

use super::mood::Mood;
use super::tally::Tally;
use crate::faulty::packet;

const VERSION: &str = "$SYS/broker/version";
const UPTIME: &str = "$SYS/broker/uptime";
/// How often Mosquitto tells its uptime, unless it is told otherwise.
const SYS_INTERVAL: Duration = Duration::from_secs(10);
/// In how small steps something is sent that has a rate.
const STEPS_PER_SECOND: u32 = 100;
const STEP: Duration = Duration::from_millis(10);
/// The largest body MQTT can declare.
const LARGEST: usize = 268_435_455;
/// A length that goes on after four bytes.
const MALFORMED: &[u8] = b"\x30\xFF\xFF\xFF\xFF";

/// Is a broker to this client until it leaves.
pub(super) async fn play(stream: TcpStream, mood: Mood, tally: &Tally) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if mood == Mood::Slamming {
        return Ok(());
    }
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::with_capacity(512, reader);
    let mut client = Client { level: 4, subscribed: false };
    let mut habit = Habit::default();
    loop {
        let mut next = pin!(packet::read(&mut reader));
        let packet = loop {
            tokio::select! {
                biased;
                packet = &mut next => break packet?,
                () = sleep_until(habit.due), if client.subscribed => {
                    habit.act(&mut writer, tally).await?;
                }
            }
        };
        match packet.kind() {
            packet::CONNECT => tally.connected(),
            packet::PUBACK => habit.echoed(tally),
            _ => {}
        }
        if let Some(answer) = client.answer(&packet)?
            && mood != Mood::Silent
        {
            say(&mut writer, &answer, mood).await?;
        }
        if client.subscribed && packet.kind() == packet::SUBSCRIBE {
            habit = Habit::of(mood, client.level);
        }
    }
}

/// What has to be known about a client to talk to it.
struct Client {
    level: u8,
    subscribed: bool,
}

impl Client {
    /// What a good broker answers.
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

/// Sends an answer in the way of this mood.
async fn say(writer: &mut OwnedWriteHalf, answer: &[u8], mood: Mood) -> io::Result<()> {
    let Mood::Loris { every } = mood else { return writer.write_all(answer).await };
    for byte in answer {
        writer.write_all(&[*byte]).await?;
        sleep(every).await;
    }
    Ok(())
}

/// What a broker sends by itself to somebody who has subscribed, again and again.
struct Habit {
    due: Instant,
    every: Duration,
    what: What,
}

enum What {
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
    /// A byte of it each time, round and round.
    Bytewise {
        bytes: Bytes,
        next: usize,
    },
    /// So many zeros each time, until the packet is complete.
    Body {
        chunk: Bytes,
        head: Bytes,
        missing: usize,
    },
}

impl Default for Habit {
    fn default() -> Self {
        Self { due: Instant::now(), every: Duration::MAX, what: What::Nothing }
    }
}

impl Habit {
    fn of(mood: Mood, level: u8) -> Self {
        let news = |uptime: &str| packet::publish(level, UPTIME, uptime.as_bytes());
        let (every, what) = match mood {
            Mood::Loris { every } => {
                (every, What::Bytewise { bytes: news("100 seconds"), next: 0 })
            }
            Mood::Echo { every } => {
                let question =
                    packet::publish_once_at_least(level, VERSION, b"mosquitto version 2");
                (every, What::Echo { question, asked: None })
            }
            Mood::Huge { per_second } => {
                let chunk = vec![0; (per_second / STEPS_PER_SECOND) as usize].into();
                let head = packet::publish_head(UPTIME, LARGEST).freeze();
                (STEP, What::Body { chunk, head, missing: 0 })
            }
            Mood::Malformed { every } => (every, What::Whole(Bytes::from_static(MALFORMED))),
            Mood::Flood { per_second } => {
                let messages = per_second / STEPS_PER_SECOND;
                // Never twice the same in a row: to the one who listens each of them is news.
                let two = [news("100 seconds"), news("100000 seconds")];
                let mut batch = BytesMut::new();
                (0..messages).for_each(|n| batch.extend_from_slice(&two[n as usize % 2]));
                (STEP, What::Flood { batch: batch.freeze(), messages: messages.into() })
            }
            _ => {
                let version = packet::publish(level, VERSION, b"mosquitto version 2.0.99");
                let mut both = BytesMut::from(&version[..]);
                both.extend_from_slice(&news("100 seconds"));
                (SYS_INTERVAL, What::Whole(both.freeze()))
            }
        };
        Self { due: Instant::now() + every, every, what }
    }

    async fn act(&mut self, to: &mut (impl AsyncWrite + Unpin), tally: &Tally) -> io::Result<()> {
        match &mut self.what {
            What::Nothing => {}
            What::Whole(bytes) => to.write_all(bytes).await?,
            What::Flood { batch, messages } => {
                to.write_all(batch).await?;
                tally.sent(*messages);
            }
            What::Echo { question, asked } => {
                // One at a time.
                if asked.is_none() {
                    *asked = Some(Instant::now());
                    to.write_all(question).await?;
                }
            }
            What::Bytewise { bytes, next } => {
                to.write_all(&bytes[*next..=*next]).await?;
                *next = (*next + 1) % bytes.len();
            }
            What::Body { chunk, head, missing } => {
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

    fn echoed(&mut self, tally: &Tally) {
        if let What::Echo { asked, .. } = &mut self.what
            && let Some(asked) = asked.take()
        {
            tally.echoed(asked.elapsed());
        }
    }
}
