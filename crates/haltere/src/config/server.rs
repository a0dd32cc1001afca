//! `[server]`

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use confique::Config;

use super::units::Span;

/// The HTTP server.
#[derive(Debug, Config)]
pub(crate) struct Server {
    /// Address and port to listen on. Port 0 takes a free port, which is printed.
    /// The default is reachable from this machine only; put a TLS-terminating proxy in front
    /// before you open it to others.
    #[config(env = "HALTERE_LISTEN", default = "127.0.0.1:8088")]
    pub listen: SocketAddr,

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
