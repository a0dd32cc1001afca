//! Our own TLS listener.
//!
//! [`files`] reads certificate and key, [`watch`] reads them again when they change, [`handshakes`]
//! bounds the unfinished ones. New connections share one [`ServerConfig`], which is exchanged as a whole
//! together with the TLS sessions that clients might resume, so that no client continues with a replaced
//! certificate. Open connections, event streams among them, are not affected.

mod files;
mod handshakes;
mod validity;
mod watch;

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use haltere_core::Clock;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use files::Files;
use handshakes::Handshakes;
pub(crate) use watch::CertificateWatch;

/// The most handshakes under way.
const MAX_HANDSHAKES: usize = 256;

/// At most one in so many of all connections may be in a handshake.
const PART_OF_CONNECTIONS: usize = 4;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of a response may wait to be sent once it is encrypted, in bytes: two records.
const UNSENT: usize = 32 * 1024;

/// Turns an accepted connection into an encrypted one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ArcSwap<ServerConfig>>,
    handshakes: Arc<Handshakes>,
}

impl Tls {
    /// Reads certificate and key; [`CertificateWatch::start`] reloads them from then on. `connections` is how many
    /// the server holds at once.
    ///
    /// # Errors
    ///
    /// When they can't be used; the message begins with the setting at fault.
    pub(crate) fn open(
        cert: PathBuf,
        key: PathBuf,
        connections: NonZeroUsize,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<(Self, CertificateWatch)> {
        let files = Files { cert, key };
        let stamp = files.stamp();
        let identity = files.read()?;
        let config = Arc::new(ArcSwap::new(Arc::clone(&identity.config)));
        let watch = CertificateWatch::new(files, stamp, &identity, Arc::clone(&config), clock);
        let max = (connections.get() / PART_OF_CONNECTIONS).clamp(1, MAX_HANDSHAKES);
        let handshakes = Arc::new(Handshakes::new(max, HANDSHAKE_TIMEOUT));
        Ok((Self { config, handshakes }, watch))
    }

    /// Does the handshake, within bounds, under the certificate that is in use now.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let acceptor = TlsAcceptor::from(self.config.load_full());
        let accept = acceptor.accept_with(stream, |session| session.set_buffer_limit(Some(UNSENT)));
        self.handshakes.run(accept).await
    }
}

#[cfg(test)]
mod tests;
