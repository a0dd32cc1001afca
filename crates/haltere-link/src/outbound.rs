//! Connections to other programs than brokers, under the same egress policy: the audit trail goes to a syslog receiver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, Host, LinkFailure, TlsSettings};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

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

/// A stream of bytes in both directions.
pub trait OutboundStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> OutboundStream for T {}

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

    /// A TLS connection to `host`.
    pub async fn tls(
        &self,
        host: &Host,
        port: u16,
        settings: &TlsSettings,
    ) -> Result<Box<dyn OutboundStream>, LinkFailure> {
        let client = self.tls.get(settings).map_err(failure::tls_material)?;
        let deadline = Instant::now() + self.timeout;
        let addresses = self.addresses(host, port, deadline).await?;
        let (stream, peer) = dial::dial(&addresses, &self.egress, self.timeout, deadline).await?;
        let Ok(handshake) = timeout_at(deadline, client.connect(host, stream)).await else {
            return Err(failure::tcp_timeout(peer));
        };
        let handshake = handshake.map_err(|failed| failed.failure)?;
        Ok(Box::new(handshake.stream))
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
