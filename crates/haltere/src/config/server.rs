//! `[server]`

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::bail;
use confique::Config;

use super::units::Span;

/// The HTTP server.
#[derive(Debug, Config)]
pub(crate) struct Server {
    /// Address and port to listen on. Port 0 takes a free port, which is printed.
    /// The default is reachable from this machine only; set tls_cert and tls_key, or put a
    /// TLS-terminating proxy in front, before you open it to others.
    #[config(env = "HALTERE_LISTEN", default = "127.0.0.1:8088")]
    pub listen: SocketAddr,

    /// The server's certificate: a PEM file, this certificate first, then the ones between it and its root.
    /// With it and tls_key, haltere speaks TLS and nothing else. Both files are read again when they
    /// change, and at once on SIGHUP; what can't be used is said in the log, and the old ones stay in use.
    #[config(env = "HALTERE_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,

    /// The file that holds its private key (PEM, not encrypted), readable by haltere's user only.
    #[config(env = "HALTERE_TLS_KEY")]
    pub tls_key: Option<PathBuf>,

    /// Every request comes over TLS, through a proxy in front: cookies are never sent in the clear,
    /// and browsers are told to insist on TLS.
    #[config(env = "HALTERE_SERVER_SECURE", default = false)]
    pub secure: bool,

    /// How many HTTP connections may be open at once. Further ones wait in the kernel's queue.
    #[config(env = "HALTERE_SERVER_MAX_CONNECTIONS", default = 1024)]
    pub max_connections: NonZeroUsize,

    /// How long a client may take to send the head of a request, and how long a connection
    /// without a request is kept.
    #[config(env = "HALTERE_SERVER_HEADER_TIMEOUT", default = "30s")]
    pub header_timeout: Span,
}

impl Server {
    /// Looks at the settings that make sense only together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => {
                bail!("server.tls_key: is missing; a certificate needs its private key")
            }
            (None, Some(_)) => {
                bail!("server.tls_cert: is missing; a private key needs its certificate")
            }
            _ => Ok(()),
        }
    }
}
