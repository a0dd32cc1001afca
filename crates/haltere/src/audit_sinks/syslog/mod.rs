//! The audit trail as syslog messages to a receiver, over TLS or UDP.
//!
//! Syslog has no acknowledgements. Over TLS, each batch has a connection of its own, and counts as delivered once the
//! receiver has read all of it and closes the connection in turn. So nothing lies in a buffer when the position advances,
//! and no connection is idle. Over UDP, a message counts once it is sent.

mod message;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use haltere_app::audit_sinks::{AuditSink, SinkAttempt};
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::TlsSettings;
use haltere_link::Outbound;
use tokio::net::UdpSocket;
use tokio::sync::Mutex;
use tokio::time::timeout;

pub(crate) use message::Header;

use crate::config::{Protocol, Receiver};

/// How long a receiver may take to read a batch.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// What an attempt may take in addition.
const MARGIN: Duration = Duration::from_secs(1);
/// The largest datagram. A longer message is cut: it could never be sent.
const MAX_DATAGRAM: usize = 60_000;

/// Sends entries to a syslog receiver.
pub(super) struct SyslogSink {
    outbound: Outbound,
    receiver: Receiver,
    tls: TlsSettings,
    header: Header,
    /// `None` before the first datagram, and after a failure.
    udp: Mutex<Option<UdpSocket>>,
}

impl SyslogSink {
    pub(super) fn new(
        outbound: Outbound,
        receiver: Receiver,
        tls: TlsSettings,
        header: Header,
    ) -> Arc<Self> {
        Arc::new(Self { outbound, receiver, tls, header, udp: Mutex::default() })
    }

    /// Without messages, finds out whether the receiver would take any.
    async fn send(&self, messages: &[String]) -> anyhow::Result<()> {
        match self.receiver.protocol {
            Protocol::Udp => self.send_datagrams(messages).await,
            Protocol::Tls => self.send_over_tls(messages).await,
        }
    }

    async fn send_over_tls(&self, messages: &[String]) -> anyhow::Result<()> {
        let Receiver { host, port, .. } = &self.receiver;
        let opened = self.outbound.tls(host, *port, &self.tls).await;
        let connection = opened.map_err(|failure| anyhow::anyhow!("{failure}"))?;
        let frames = frames(messages);
        let read = timeout(READ_TIMEOUT, connection.deliver(frames.as_bytes())).await;
        let read = read.context("the receiver does not read, or does not end the connection")?;
        read.context("the receiver has not read everything, or refuses the connection")
    }

    async fn send_datagrams(&self, messages: &[String]) -> anyhow::Result<()> {
        let mut udp = self.udp.lock().await;
        // Left empty by a failure, and when the future is dropped.
        let socket = if let Some(socket) = udp.take() {
            socket
        } else {
            let Receiver { host, port, .. } = &self.receiver;
            let opened = self.outbound.udp(host, *port).await;
            opened.map_err(|failure| anyhow::anyhow!("{failure}"))?
        };
        for message in messages {
            let end = message.floor_char_boundary(MAX_DATAGRAM);
            let sent = socket.send(&message.as_bytes()[..end]).await;
            sent.context("failed to send to the receiver")?;
        }
        *udp = Some(socket);
        Ok(())
    }
}

/// With its length before each message (RFC 5425, 4.3).
fn frames(messages: &[String]) -> String {
    let mut frames = String::with_capacity(messages.iter().map(|it| it.len() + 8).sum());
    for message in messages {
        frames.push_str(&message.len().to_string());
        frames.push(' ');
        frames.push_str(message);
    }
    frames
}

impl AuditSink for SyslogSink {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn task(&self) -> &'static str {
        "audit-syslog"
    }

    fn target(&self) -> String {
        let Receiver { protocol, host, port } = &self.receiver;
        let scheme = match protocol {
            Protocol::Udp => "udp",
            Protocol::Tls => "tls",
        };
        format!("{scheme}://{host}:{port}")
    }

    fn deadline(&self) -> Duration {
        self.outbound.timeout() + READ_TIMEOUT + MARGIN
    }

    fn open(&self) -> SinkAttempt<'_> {
        Box::pin(async { self.send(&[]).await.map_err(Into::into) })
    }

    fn deliver<'a>(&'a self, entries: &'a [NumberedEntry]) -> SinkAttempt<'a> {
        Box::pin(async {
            let messages: Vec<_> = entries.iter().map(|it| self.header.message(it)).collect();
            self.send(&messages).await.map_err(Into::into)
        })
    }
}

impl fmt::Debug for SyslogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyslogSink").field("receiver", &self.receiver).finish_non_exhaustive()
    }
}
