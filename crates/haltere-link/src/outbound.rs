//! Connections to other programs than brokers, under the same egress policy: the audit trail goes to a syslog receiver.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, Host, LinkFailure, TlsSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::client::TlsStream;

use crate::config::LinkConfig;
use crate::egress::Egress;
use crate::resolve::Resolver;
use crate::tls::TlsClients;
use crate::{dial, failure};

/// Opens connections.
pub struct Outbound {
    egress: Egress,
    resolver: Resolver,
    tls: TlsClients,
    /// How long opening a connection may take.
    timeout: Duration,
}

/// A TLS connection to a receiver, which sends nothing.
pub struct OutboundTls {
    stream: TlsStream<TcpStream>,
    /// How long the handshake took: at least one round trip.
    round_trip: Duration,
}

impl OutboundTls {
    /// Sends `bytes`, ends the connection with `close_notify`, and waits until the receiver has read all of it and ends the
    /// connection as well (RFC 5425, 4.4). Waits without a limit of its own.
    ///
    /// A kernel resets a connection that its program closes before it has read everything. So what is in its buffers when
    /// a receiver crashes is an error here.
    pub async fn deliver(mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.shutdown().await?;
        let sent = Instant::now();
        match self.stream.read(&mut [0]).await {
            Ok(0) => {}
            Ok(_) => return Err(io::Error::other("the receiver speaks another protocol")),
            // It has closed the connection without close_notify.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        // After close_notify, the connection may still be reset.
        let tcp = self.stream.get_mut().0;
        let mut rest = [0; 1_024];
        while tcp.read(&mut rest).await? > 0 {}
        // If the receiver closed it before anything arrived, the reset comes a round trip later.
        sleep_until(sent + self.round_trip).await;
        tcp.take_error()?.map_or(Ok(()), Err)
    }
}

impl Outbound {
    /// Under the policy and with the name servers and the time limit that links have.
    pub fn new(config: &LinkConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            egress: Egress::new(config.egress.clone()),
            resolver: Resolver::new(config.resolver),
            tls: TlsClients::new(clock),
            timeout: config.connect_timeout,
        }
    }

    /// How long opening a connection may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A TLS connection to `host`.
    pub async fn tls(
        &self,
        host: &Host,
        port: u16,
        settings: &TlsSettings,
    ) -> Result<OutboundTls, LinkFailure> {
        let client = self.tls.get(settings).map_err(failure::tls_material)?;
        let deadline = Instant::now() + self.timeout;
        let addresses = self.addresses(host, port, deadline).await?;
        let (stream, peer) = dial::dial(&addresses, &self.egress, self.timeout, deadline).await?;
        let begun = Instant::now();
        let Ok(handshake) = timeout_at(deadline, client.connect(host, stream)).await else {
            return Err(failure::tcp_timeout(peer));
        };
        let handshake = handshake.map_err(|failed| failed.failure)?;
        Ok(OutboundTls { stream: handshake.stream, round_trip: begun.elapsed() })
    }

    /// A UDP socket that is connected to `host`.
    pub async fn udp(&self, host: &Host, port: u16) -> Result<UdpSocket, LinkFailure> {
        let deadline = Instant::now() + self.timeout;
        let addresses = self.addresses(host, port, deadline).await?;
        dial::udp(&addresses, &self.egress).await
    }

    /// The addresses of `host`, at least one.
    async fn addresses(
        &self,
        host: &Host,
        port: u16,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, LinkFailure> {
        let looked_up = timeout_at(deadline, self.resolver.addresses(host)).await;
        let Ok(addresses) = looked_up else {
            return Err(failure::lookup_timeout(&host.to_string(), self.timeout));
        };
        Ok(addresses?.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
    }
}
