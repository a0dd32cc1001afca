//! The audit trail as syslog messages to a receiver, over TLS or UDP.
//!
//! Syslog has no acknowledgements. Over TLS, a message counts as delivered once it is written to a connection that the
//! receiver has kept open for a moment: a receiver that refuses haltere's certificate closes it only after the
//! handshake. Over UDP, it counts once it is sent.

mod message;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, bail};
use haltere_app::audit_sinks::{AuditSink, SinkAttempt};
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::TlsSettings;
use haltere_link::{Outbound, OutboundStream};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::UdpSocket;
use tokio::sync::Mutex;
use tokio::time::timeout;

pub(crate) use message::Header;

use crate::config::{Protocol, Receiver};

/// How long the receiver has to keep a new connection open.
const PROOF: Duration = Duration::from_secs(1);
/// How long a batch may take.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest datagram. A longer message is cut: it could never be sent.
const MAX_DATAGRAM: usize = 60_000;

/// Sends entries to a syslog receiver.
pub(super) struct SyslogSink {
    outbound: Outbound,
    receiver: Receiver,
    tls: TlsSettings,
    header: Header,
    /// `None` before the first attempt, and after a failed one.
    channel: Mutex<Option<Channel>>,
}

enum Channel {
    Udp(UdpSocket),
    Tls(Box<dyn OutboundStream>),
}

impl SyslogSink {
    pub(super) fn new(
        outbound: Outbound,
        receiver: Receiver,
        tls: TlsSettings,
        header: Header,
    ) -> Arc<Self> {
        Arc::new(Self { outbound, receiver, tls, header, channel: Mutex::default() })
    }

    async fn send(&self, messages: &[String]) -> anyhow::Result<()> {
        let mut channel = self.channel.lock().await;
        // Left empty by a failure, and when the future is dropped.
        let open = channel.take().and_then(Channel::if_open);
        let mut current = if let Some(mut open) = open {
            open.send(messages).await?;
            open
        } else {
            let mut new = self.connect().await?;
            new.send(messages).await?;
            new.prove().await?;
            new
        };
        if current.is_closed() {
            bail!("the receiver has closed the connection");
        }
        *channel = Some(current);
        Ok(())
    }

    async fn connect(&self) -> anyhow::Result<Channel> {
        let Receiver { protocol, host, port } = &self.receiver;
        let opened = match protocol {
            Protocol::Udp => self.outbound.udp(host, *port).await.map(Channel::Udp),
            Protocol::Tls => self.outbound.tls(host, *port, &self.tls).await.map(Channel::Tls),
        };
        opened.map_err(|failure| anyhow::anyhow!("{failure}"))
    }
}

impl Channel {
    async fn send(&mut self, messages: &[String]) -> anyhow::Result<()> {
        let sent = timeout(WRITE_TIMEOUT, async {
            match self {
                Self::Udp(socket) => {
                    for message in messages {
                        let end = message.floor_char_boundary(MAX_DATAGRAM);
                        socket.send(&message.as_bytes()[..end]).await?;
                    }
                    Ok(())
                }
                Self::Tls(stream) => {
                    stream.write_all(frames(messages).as_bytes()).await?;
                    stream.flush().await
                }
            }
        });
        let sent = sent.await.context("the receiver reads nothing")?;
        sent.context("failed to send to the receiver")
    }

    /// Waits until the receiver has kept the connection open for a moment.
    async fn prove(&mut self) -> anyhow::Result<()> {
        let Self::Tls(stream) = self else { return Ok(()) };
        // A receiver sends nothing.
        match timeout(PROOF, stream.read(&mut [0])).await {
            Err(_) => Ok(()),
            Ok(read) => {
                read.context("the receiver has refused the connection")?;
                bail!("the receiver has closed the connection, or speaks another protocol");
            }
        }
    }

    fn if_open(mut self) -> Option<Self> {
        (!self.is_closed()).then_some(self)
    }

    /// Whether the receiver has closed the connection, as far as is known.
    fn is_closed(&mut self) -> bool {
        match self {
            Self::Udp(_) => false,
            Self::Tls(stream) => {
                let mut byte = [0];
                let mut buffer = ReadBuf::new(&mut byte);
                let mut context = Context::from_waker(std::task::Waker::noop());
                !matches!(Pin::new(stream).poll_read(&mut context, &mut buffer), Poll::Pending)
            }
        }
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
