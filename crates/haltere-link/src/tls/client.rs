//! Shared client configurations and the handshake.

use std::sync::Arc;

use haltere_core::{Clock, Host, LinkFailure, TlsFacts, TlsMaterial};
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::client::TlsStream;

use super::MaterialError;

/// Makes [`TlsClient`]s, one for all connections with equal settings.
pub struct TlsClients {
    clock: Arc<dyn Clock>,
}

impl TlsClients {
    /// Nothing is loaded yet; the system's roots are read when the first connection needs them.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// The client for these settings.
    pub fn get(&self, _tls: &TlsMaterial) -> Result<Arc<TlsClient>, MaterialError> {
        let _ = &self.clock;
        Err(MaterialError { field: "ca", reason: "not built yet".into() })
    }
}

/// Speaks TLS with brokers, in one way.
pub struct TlsClient {
    config: Arc<ClientConfig>,
}

/// A TLS handshake that went well.
#[derive(Debug)]
pub struct Handshake<S> {
    /// The encrypted stream.
    pub stream: TlsStream<S>,
    /// What is known of the connection.
    pub facts: TlsFacts,
    /// The certificates the broker presented, leaf first.
    pub peer_chain: Vec<CertificateDer<'static>>,
}

/// A TLS handshake that failed.
#[derive(Debug)]
pub struct HandshakeFailure {
    /// Why; without address and port, as Node reports it.
    pub failure: LinkFailure,
    /// The certificates the broker presented, leaf first; empty when it came to none.
    pub peer_chain: Vec<CertificateDer<'static>>,
}

impl TlsClient {
    /// Does the handshake over `stream`; `host` is the name the broker has to prove. Takes as long
    /// as the peer takes: put a time limit around it. Dropping it closes the stream.
    pub async fn connect<S>(
        &self,
        _host: &Host,
        _stream: S,
    ) -> Result<Handshake<S>, Box<HandshakeFailure>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let _ = &self.config;
        std::future::pending().await
    }
}
