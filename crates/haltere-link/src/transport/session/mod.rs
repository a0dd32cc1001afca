//! One MQTT session: CONNECT, keep-alive, subscriptions, messages, and commands.

mod commands;
mod error;
mod keep_alive;
mod subscriptions;
mod sys;

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use haltere_core::{ProtocolVersion, ProtocolViolation};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, copy, sink};

use super::byte_stream::ByteStream;
use super::codec::{BrokerRefusal, Codec, ConnectOptions, Incoming};
use super::framer::{Frame, Framer};
use crate::Interest;
use crate::command::Qos;
use crate::message_sink::{Message, MessageSink};
use crate::sys_policy::SysEvidence;
use commands::InflightCommands;
pub(crate) use error::SessionError;
use keep_alive::{KeepAlive, KeepAliveEvent};
pub(crate) use subscriptions::InterestAnswer;
use subscriptions::Subscriptions;
use sys::{SysState, SysSubscription};

/// How much is read at once. The buffer is on the stack, so that an idle link has none. Full of short
/// messages it keeps a thread busy for some 60 µs, which is how long a flood delays other tasks.
const READ_CHUNK: usize = 4 * 1024;
/// How many reads are made in one poll: a broker that sends without a pause must not block a thread.
const READS_PER_POLL: usize = 8;
/// How many bytes may be queued to be written, in addition to one command. Only replies pile up, if a broker
/// does not read them.
const MAX_WRITE_BUFFER: usize = 64 * 1024;

/// The settings of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MqttSessionConfig {
    /// The time between two pings.
    pub(crate) keepalive: Duration,
    /// How long the answer to a ping may take.
    pub(crate) ping_timeout: Duration,
    /// The size of the largest packet that is accepted.
    pub(crate) max_packet: usize,
}

/// An MQTT session that the broker has accepted.
pub(crate) struct MqttSession {
    stream: Box<dyn ByteStream>,
    framer: Framer,
    codec: Codec,
    /// What has to be written. Kept here, so that a future can be dropped in the middle of a write.
    write_buffer: Vec<u8>,
    keep_alive: KeepAlive,
    /// Nothing has been received yet.
    is_fresh: bool,
    subscriptions: Subscriptions,
    commands: InflightCommands,
    /// The size of the command at the end of `write_buffer`, if there is one.
    command_bytes: usize,
    sys: SysSubscription,
}

/// What came in with one read. Merged, so that a flood of messages needs no queue.
#[derive(Debug, Default, PartialEq, Eq)]
struct Received {
    /// CONNACK: accepted, with the broker's keep-alive, or refused.
    connack: Option<Result<Option<u16>, BrokerRefusal>>,
    /// DISCONNECT, and why.
    disconnect: Option<BrokerRefusal>,
    update: SessionUpdate,
}

/// The events of a session, in addition to the messages that its [`MessageSink`] has received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionUpdate {
    /// SUBACK for the link's interest.
    pub(crate) interest: Option<InterestAnswer>,
    /// How many messages were over the limit.
    pub(crate) skipped: u64,
    /// A ping was answered.
    pub(crate) pong: bool,
    /// The sink has received something new.
    pub(crate) has_messages: bool,
}

/// Drops messages that come in together with CONNACK, before there is a sink.
struct NoSink;

impl MessageSink for NoSink {
    fn accept(&mut self, _: Message<'_>) -> bool {
        false
    }
}

impl MqttSession {
    /// Sends CONNECT and waits for CONNACK, without a time limit. Then subscribes to `interest`.
    pub(crate) async fn connect(
        stream: Box<dyn ByteStream>,
        version: ProtocolVersion,
        options: ConnectOptions<'_>,
        config: MqttSessionConfig,
        interest: &Interest,
    ) -> Result<Self, SessionError> {
        let mut codec = Codec::new(version);
        let write_buffer = codec.connect(options).map_err(SessionError::Unsendable)?;
        let mut session = Self {
            stream,
            framer: Framer::new(config.max_packet),
            codec,
            write_buffer,
            keep_alive: KeepAlive::new(config.keepalive, config.ping_timeout),
            is_fresh: true,
            subscriptions: Subscriptions::default(),
            commands: InflightCommands::default(),
            command_bytes: 0,
            sys: SysSubscription::new(),
        };
        loop {
            let Received { connack, disconnect, .. } =
                poll_fn(|cx| session.poll(cx, &mut NoSink)).await?;
            match (connack, disconnect) {
                (Some(Err(refusal)), _) => return Err(SessionError::Refused(refusal)),
                // Right after CONNACK, in the same read.
                (_, Some(why)) => return Err(SessionError::Disconnected(why)),
                (Some(Ok(server_keepalive)), None) => {
                    session.keep_alive.start(server_keepalive);
                    session.sys = SysSubscription::new();
                    session.reconcile(interest);
                    return Ok(session);
                }
                (None, None) => {}
            }
        }
    }

    /// The version of MQTT.
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.codec.version()
    }

    /// Subscribes and unsubscribes so that the subscriptions match `interest`. Refused filters are requested
    /// again. Returns whether a SUBSCRIBE is sent; none is if the broker does not accept a packet of this
    /// length.
    pub(crate) fn reconcile(&mut self, interest: &Interest) -> bool {
        let unwanted = self.subscriptions.remove_unwanted(interest);
        if !unwanted.is_empty()
            && let Ok((_, bytes)) = self.codec.unsubscribe(&unwanted)
        {
            self.write_buffer.extend(bytes);
        }
        let missing = self.subscriptions.missing(interest);
        if missing.is_empty() {
            return false;
        }
        let Ok((packet_id, bytes)) = self.codec.subscribe(&missing, Qos::AtMostOnce) else {
            return false;
        };
        self.write_buffer.extend(bytes);
        self.subscriptions.requested(missing, packet_id);
        self.sys.set(SysState::Requested);
        true
    }

    /// What the end of this session says about the subscription to version and uptime.
    pub(crate) fn sys_evidence(&self, error: &SessionError) -> SysEvidence {
        self.sys.evidence(error, self.keep_alive.detection_limit())
    }

    /// The time since CONNACK, SUBSCRIBE or SUBACK, whichever was last.
    pub(crate) fn time_since_sys_event(&self) -> Duration {
        self.sys.elapsed()
    }

    /// Sends a ping now.
    pub(crate) fn send_ping(&mut self) -> Result<(), SessionError> {
        self.write_buffer.extend(self.codec.ping()?);
        self.keep_alive.ping_sent();
        Ok(())
    }

    /// Whether a ping is unanswered.
    pub(crate) fn awaits_pong(&self) -> bool {
        self.keep_alive.awaits_pong()
    }

    /// Waits for an update from the broker, and keeps the session alive meanwhile. Messages go to `sink`.
    /// Nothing is lost if the future is dropped.
    pub(crate) async fn next_update(
        &mut self,
        sink: &mut dyn MessageSink,
    ) -> Result<SessionUpdate, SessionError> {
        poll_fn(|cx| self.poll_update(cx, sink)).await
    }

    /// See [`Self::next_update`].
    pub(crate) fn poll_update(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn MessageSink,
    ) -> Poll<Result<SessionUpdate, SessionError>> {
        // First, so that a flood of messages does not delay our pings.
        while let Poll::Ready(event) = self.keep_alive.poll(cx) {
            match event {
                KeepAliveEvent::Ping => {
                    self.framer.release_buffer();
                    self.write_buffer.extend(self.codec.ping()?);
                }
                KeepAliveEvent::TimedOut(after) => {
                    return Poll::Ready(Err(SessionError::PingTimeout(after)));
                }
            }
        }
        match ready!(self.poll(cx, sink))? {
            Received { disconnect: Some(why), .. } => {
                Poll::Ready(Err(SessionError::Disconnected(why)))
            }
            Received { update, .. } => Poll::Ready(Ok(update)),
        }
    }

    /// Writes what is queued, and reads until something notable came in.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn MessageSink,
    ) -> Poll<Result<Received, SessionError>> {
        for _ in 0..READS_PER_POLL {
            if let Poll::Ready(Err(error)) = self.poll_write_buffer(cx) {
                return Poll::Ready(Err(SessionError::Io(error)));
            }
            match self.poll_read(cx, sink) {
                Poll::Ready(Ok(received)) if received == Received::default() => {}
                done => return done,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// How many bytes its buffers hold.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn buffered_bytes(&self) -> usize {
        self.framer.buffered_bytes() + self.write_buffer.capacity()
    }

    /// Sends DISCONNECT, and waits until the broker has closed. The caller sets a time limit.
    pub(crate) async fn disconnect(mut self) -> io::Result<()> {
        if let Ok(bytes) = self.codec.disconnect() {
            self.write_buffer.extend(bytes);
        }
        poll_fn(|cx| self.poll_write_buffer(cx)).await?;
        self.stream.shutdown().await?;
        // Closing a socket with unread bytes sends a reset, which could overtake the DISCONNECT.
        copy(&mut self.stream, &mut sink()).await.map(drop)
    }

    fn poll_write_buffer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.write_buffer.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.write_buffer) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(size)) => drop(self.write_buffer.drain(..size)),
                other => return other.map_ok(drop),
            }
            if self.write_buffer.is_empty() {
                self.write_buffer = Vec::new();
                self.command_bytes = 0;
            }
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn MessageSink,
    ) -> Poll<Result<Received, SessionError>> {
        let mut chunk = [const { MaybeUninit::uninit() }; READ_CHUNK];
        let mut chunk = ReadBuf::uninit(&mut chunk);
        match Pin::new(&mut self.stream).poll_read(cx, &mut chunk) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(SessionError::Io(error))),
            Poll::Ready(Ok(())) if chunk.filled().is_empty() => {
                Poll::Ready(Err(SessionError::Closed))
            }
            Poll::Ready(Ok(())) => Poll::Ready(self.process(chunk.filled(), sink)),
        }
    }

    fn process(
        &mut self,
        mut bytes: &[u8],
        sink: &mut dyn MessageSink,
    ) -> Result<Received, SessionError> {
        if self.is_fresh {
            self.is_fresh = false;
            error::check_protocol(bytes)?;
        }
        let mut received = Received::default();
        while let Some(frame) = self.framer.next(&mut bytes)? {
            self.keep_alive.packet_received();
            let Frame::Packet(packet) = frame else {
                received.update.skipped += 1;
                continue;
            };
            let is_under_way = |id| self.commands.has_publish(id);
            match self.codec.receive(packet, &mut self.write_buffer, is_under_way)? {
                Incoming::Accepted { server_keepalive } => {
                    received.connack = Some(Ok(server_keepalive));
                }
                Incoming::Refused(refusal) => received.connack = Some(Err(refusal)),
                Incoming::Message(message) => received.update.has_messages |= sink.accept(message),
                Incoming::Subscribed { packet_id, codes, reason_string } => {
                    if let Some(answer) = self.subscriptions.acknowledged(packet_id, &codes) {
                        self.sys.set(SysState::Acknowledged);
                        received.update.interest = Some(answer);
                    } else {
                        self.commands.subscribed(packet_id, &codes, reason_string);
                    }
                }
                Incoming::Unsubscribed { packet_id, codes, reason_string } => {
                    self.commands.unsubscribed(packet_id, &codes, reason_string);
                }
                Incoming::Acknowledged { packet_id, kind, code, reason_string } => {
                    self.commands.acknowledged(packet_id, kind, code, reason_string);
                }
                Incoming::Pong => {
                    self.keep_alive.pong_received();
                    received.update.pong = true;
                }
                Incoming::Disconnected(why) => received.disconnect = Some(why),
                Incoming::Nothing => {}
            }
        }
        if self.write_buffer.len() > MAX_WRITE_BUFFER + self.command_bytes {
            return Err(SessionError::Protocol(ProtocolViolation::DoesNotRead));
        }
        Ok(received)
    }
}

#[cfg(test)]
mod tests;
