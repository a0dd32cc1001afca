//! Any bytes from a broker, in chunks of any size: as packets, and as a whole session.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use haltere_core::{ProtocolVersion, Secret, TopicFilter, TopicName};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::codec::ConnectOptions;
use super::framer::{Frame, FrameError, Framer};
use super::session::{MqttSession, MqttSessionConfig, SessionError};
use super::websocket::WebSocketBytes;
use crate::command::{self, CommandQueue};
use crate::message_sink::SysValues;
use crate::{Interest, LinkHandle, PublishRequest, Qos};

/// Small, so that inputs of some kilobytes exceed it.
const MAX_PACKET: usize = 300;

/// Cuts a stream into packets. The first byte is the size of the chunks, which must not make a
/// difference. The buffer must not exceed the bytes received and the limit.
pub fn framer(input: &[u8]) {
    let Some((&size, stream)) = input.split_first() else { return };
    let whole = cut([stream]);
    let chunked = cut(stream.chunks(usize::from(size).max(1)));
    assert_eq!(whole, chunked, "how the stream was cut made a difference");
}

/// The packets of a stream, `None` for each that was skipped, and how the stream ended.
fn cut<'a>(
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Option<Vec<u8>>>, Result<(), FrameError>) {
    let mut framer = Framer::new(MAX_PACKET);
    let mut found = Vec::new();
    for mut chunk in chunks {
        loop {
            match framer.next(&mut chunk) {
                Ok(Some(Frame::Packet(packet))) => found.push(Some(packet.to_vec())),
                Ok(Some(Frame::Skipped)) => found.push(None),
                Ok(None) => break,
                Err(error) => return (found, Err(error)),
            }
        }
        assert!(chunk.is_empty(), "input was not consumed");
        // A vector that grows byte by byte may have twice the capacity of its length.
        assert!(
            framer.buffered_bytes() <= 2 * (MAX_PACKET + 5),
            "{} bytes are buffered",
            framer.buffered_bytes()
        );
    }
    (found, Ok(()))
}

/// A session from CONNECT to its end, with a broker that sends any bytes, see [`Script`].
///
/// The session ends by itself, uses little memory, sends only valid MQTT, and answers the commands that it
/// gets if the flag 32 is set.
pub fn driver(input: &[u8]) {
    let Some((script, version, is_websocket)) = Script::read(input) else { return };
    let has_commands = input[0] & 32 != 0;
    let sent = Arc::clone(&script.received);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let ended = runtime.expect("a runtime").block_on(async {
        let session = async {
            if is_websocket {
                let stream = WebSocketBytes::over(script, MAX_PACKET).await;
                run_session(stream, version, has_commands).await
            } else {
                run_session(script, version, has_commands).await
            }
        };
        timeout(LONGEST * 2, session).await
    });
    let sent = sent.lock();
    if is_websocket {
        return;
    }
    let mut framer = Framer::new(usize::MAX);
    let mut rest = sent.as_slice();
    let mut kinds = Vec::new();
    while let Ok(Some(Frame::Packet(packet))) = framer.next(&mut rest) {
        kinds.push(u32::from(packet[0] >> 4));
    }
    assert!(kinds.first().is_none_or(|kind| *kind == 1), "CONNECT comes first: {kinds:?}");
    for (kind, most) in [(1, 1), (8, 1 + usize::from(has_commands))] {
        let count = kinds.iter().filter(|sent| **sent == kind).count();
        assert!(count <= most, "packet type {kind} was sent {count} times: {ended:?}");
    }
}

/// A silent broker is found within this time after CONNACK.
const LONGEST: Duration = CONFIG.keepalive.saturating_add(CONFIG.ping_timeout);

const CONFIG: MqttSessionConfig = MqttSessionConfig {
    keepalive: Duration::from_secs(30),
    ping_timeout: Duration::from_secs(10),
    max_packet: MAX_PACKET,
};

async fn run_session(
    stream: impl super::ByteStream + 'static,
    version: ProtocolVersion,
    has_commands: bool,
) -> SessionError {
    let password = Secret::from("secret");
    let options = ConnectOptions {
        client_id: "haltere-fuzz",
        username: Some("haltere"),
        password: Some(&password),
        keepalive: 30,
        no_metrics: true,
    };
    let interest = Interest::version_and_uptime();
    let session = MqttSession::connect(Box::new(stream), version, options, CONFIG, &interest).await;
    let session = match session {
        Ok(session) => session,
        Err(error) => return error,
    };
    let (link, queue) = command::channel();
    if !has_commands {
        return drive(session, queue).await;
    }
    // Each of them is answered, whatever the broker does.
    let (error, ()) = tokio::join!(drive(session, queue), send_commands(link));
    error
}

/// Goes on until the session ends.
async fn drive(mut session: MqttSession, mut queue: CommandQueue) -> SessionError {
    loop {
        let mut values = SysValues::default();
        let update =
            timeout(LONGEST, poll_fn(|cx| session.poll_with_commands(cx, &mut values, &mut queue)))
                .await;
        let buffered = session.buffered_bytes();
        assert!(buffered <= 256 * 1024, "{buffered} bytes are buffered");
        match update.expect("a session either has an update or ends") {
            Ok(_) => {
                assert!(values.version.is_none_or(|version| version.chars().count() <= 128));
            }
            Err(error) => return error,
        }
    }
}

async fn send_commands(link: LinkHandle) {
    let filter = || TopicFilter::parse("a/#").expect("valid");
    let publish = |qos| {
        let topic = TopicName::parse("a/b").expect("valid");
        link.publish(PublishRequest { topic, payload: b"hi".to_vec(), qos, retain: true })
    };
    let _ = tokio::join!(
        publish(Qos::AtMostOnce),
        publish(Qos::AtLeastOnce),
        publish(Qos::ExactlyOnce),
        link.subscribe(filter(), Qos::ExactlyOnce),
        link.unsubscribe(filter()),
    );
}

/// A broker whose behavior and packets are taken from the input.
struct Script {
    /// What it has not sent yet.
    to_send: Vec<u8>,
    /// How many bytes it sends at once.
    send_size: usize,
    /// How many bytes it accepts at once; 0 if it never reads.
    receive_size: usize,
    /// It is not ready at every second call.
    alternates: bool,
    /// It was not ready at the last call.
    was_pending: bool,
    /// It closes when everything is sent; otherwise it stays silent.
    closes: bool,
    /// What it has received.
    received: Arc<Mutex<Vec<u8>>>,
}

impl Script {
    /// Three bytes for the behavior (flags, `send_size`, `receive_size`), then the bytes to send.
    fn read(input: &[u8]) -> Option<(Self, ProtocolVersion, bool)> {
        let [flags, send_size, receive_size, bytes @ ..] = input else { return None };
        let version = if flags & 1 == 0 { ProtocolVersion::V5 } else { ProtocolVersion::V3_1_1 };
        let is_websocket = flags & 16 != 0;
        let mut to_send = Vec::new();
        if flags & 2 != 0 && !is_websocket {
            // Begins with a valid CONNACK, so that not every input has to contain one.
            to_send.extend_from_slice(match version {
                ProtocolVersion::V3_1_1 => &[0x20, 2, 0, 0],
                ProtocolVersion::V5 => &[0x20, 3, 0, 0, 0],
            });
        }
        to_send.extend_from_slice(bytes);
        let script = Self {
            to_send,
            send_size: if *send_size == 0 { usize::MAX } else { (*send_size).into() },
            receive_size: if *receive_size == 0 { usize::MAX } else { (*receive_size - 1).into() },
            alternates: flags & 4 != 0,
            was_pending: false,
            closes: flags & 8 != 0,
            received: Arc::default(),
        };
        Some((script, version, is_websocket))
    }

    fn is_pending_now(&mut self, cx: &Context<'_>) -> bool {
        self.was_pending = self.alternates && !self.was_pending;
        if self.was_pending {
            cx.waker().wake_by_ref();
        }
        self.was_pending
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.to_send.is_empty() {
            return if self.closes { Poll::Ready(Ok(())) } else { Poll::Pending };
        }
        if self.is_pending_now(cx) {
            return Poll::Pending;
        }
        let size = self.send_size.min(self.to_send.len()).min(buffer.remaining());
        buffer.put_slice(&self.to_send[..size]);
        self.to_send.drain(..size);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.receive_size == 0 || self.is_pending_now(cx) {
            return Poll::Pending;
        }
        let size = self.receive_size.min(bytes.len());
        let mut received = self.received.lock();
        received.extend_from_slice(&bytes[..size]);
        Poll::Ready(Ok(size))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
