//! `[server]`

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::bail;
use confique::Config;
use haltere_api::{BasePath, ForwardedHeader, WebOrigin};
use haltere_core::Network;
use serde::{Deserialize, Deserializer, de::Error};

use super::units::{Size, Span};

/// The HTTP server.
#[derive(Debug, Config)]
pub(crate) struct Server {
    /// Address and port to listen on. Port 0 takes a free port, which is printed. "localhost:8088", or a
    /// port alone, is 127.0.0.1; ":8088" is all addresses of this machine, IPv6 and IPv4.
    /// The default is reachable from this machine only; set tls_cert and tls_key, or put a
    /// TLS-terminating proxy in front, before you open it to others.
    #[config(env = "HALTERE_LISTEN", default = "127.0.0.1:8088", deserialize_with = listen)]
    pub listen: SocketAddr,

    /// The server's certificate: a PEM file, this certificate first, then the ones between it and its root.
    /// With it and tls_key, haltere speaks TLS and nothing else. Both files are read again when they
    /// change, and at once on SIGHUP; if they can't be used, the log says why, and the old ones stay
    /// in use.
    #[config(env = "HALTERE_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,

    /// The file that holds its private key (PEM, not encrypted), readable by haltere's user only.
    #[config(env = "HALTERE_TLS_KEY")]
    pub tls_key: Option<PathBuf>,

    /// Every request comes over TLS, through a reverse proxy: cookies are never sent in the clear, and HSTS
    /// makes browsers insist on TLS. Not needed with tls_cert, nor with a proxy that is listed in
    /// trusted_proxies and sends the scheme.
    #[config(env = "HALTERE_SERVER_SECURE", default = false)]
    pub secure: bool,

    /// Send HSTS: browsers that came over TLS then use only TLS for this host for two years. That
    /// applies to all ports of the host: set false if another service on it speaks plain HTTP.
    /// Never sent below a base_path.
    #[config(env = "HALTERE_SERVER_HSTS", default = true)]
    pub hsts: bool,

    /// Where haltere is found under its host, when a reverse proxy gives it a folder of its own, for
    /// example "/haltere". The proxy may pass this path on or strip it off. Empty: the whole host.
    #[config(env = "HALTERE_SERVER_BASE_PATH", default = "", deserialize_with = base_path)]
    pub base_path: BasePath,

    /// The reverse proxies in front, as addresses or networks, for example ["127.0.0.1", "10.1.0.0/24"].
    /// Only their headers about a request (client address, scheme, host) are trusted, so the login throttle and
    /// the audit trail see the client instead of the proxy. List the proxies alone, not a network that users are
    /// in. In the environment variable, separated by commas.
    #[config(env = "HALTERE_SERVER_TRUSTED_PROXIES", default = [], deserialize_with = networks)]
    pub trusted_proxies: Vec<Network>,

    /// The headers they send: "x-forwarded" (X-Forwarded-For, -Proto and -Host) or "forwarded" (RFC 7239).
    /// Only that is read, because proxies let the other pass as the client sent it.
    #[config(env = "HALTERE_SERVER_FORWARDED_HEADER", default = "x-forwarded")]
    pub forwarded_header: Forwarding,

    /// Other origins whose web pages may use the API with their visitor's session, for example
    /// ["https://console.example.org"]. Each is trusted as much as haltere's own pages. In the environment
    /// variable, separated by commas.
    #[config(env = "HALTERE_SERVER_CORS_ORIGINS", default = [], deserialize_with = origins)]
    pub cors_origins: Vec<WebOrigin>,

    /// How many HTTP connections may be open at once. An eighth of them is kept for health checks, callers with
    /// a session and logins. When all are taken, connections that do nothing give way to newer ones.
    #[config(env = "HALTERE_SERVER_MAX_CONNECTIONS", default = 1024)]
    pub max_connections: NonZeroUsize,

    /// How many HTTP connections one address may have open, an IPv6 /64 being one address; a quarter of
    /// max_connections by default, and at least 8. Proxies listed in trusted_proxies may have all. A proxy that
    /// is not listed counts as one address with all its clients.
    #[config(env = "HALTERE_SERVER_MAX_CONNECTIONS_PER_ADDRESS")]
    pub max_connections_per_address: Option<NonZeroUsize>,

    /// How long a client may take to send the head of a request, and how long a connection
    /// without a request is kept.
    #[config(env = "HALTERE_SERVER_HEADER_TIMEOUT", default = "30s")]
    pub header_timeout: Span,

    /// How long a client may read nothing of a response before its connection is closed.
    #[config(env = "HALTERE_SERVER_WRITE_TIMEOUT", default = "30s", validate(!write_timeout.is_zero(), "must be more than zero"))]
    pub write_timeout: Span,

    /// How much memory the bodies of all requests under way may take. One user, one address and all callers
    /// who are not logged in get a quarter of it each; beyond it, requests are answered with 429 or 503. An
    /// import has a slot of its own.
    #[config(env = "HALTERE_SERVER_MAX_BODY_MEMORY", default = "64 MiB", validate(max_body_memory.bytes() >= 4 << 20, "must be at least 4 MiB"))]
    pub max_body_memory: Size,

    /// How much memory may be taken by responses that clients have requested but not read. One user and one address
    /// get a quarter of it each; beyond it, reads are answered with 429 or 503, and responses to changes wait.
    #[config(env = "HALTERE_SERVER_MAX_RESPONSE_MEMORY", default = "64 MiB", validate(max_response_memory.bytes() >= 4 << 20, "must be at least 4 MiB"))]
    pub max_response_memory: Size,
}

/// The headers in which proxies send what they know about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Forwarding {
    XForwarded,
    Forwarded,
}

impl From<Forwarding> for ForwardedHeader {
    fn from(forwarding: Forwarding) -> Self {
        match forwarding {
            Forwarding::XForwarded => Self::XForwarded,
            Forwarding::Forwarded => Self::Forwarded,
        }
    }
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    super::listen::parse(&text)
        .map_err(|error| D::Error::custom(format_args!("server.listen: {error}")))
}

fn base_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BasePath, D::Error> {
    let text = String::deserialize(deserializer)?;
    BasePath::parse(&text).map_err(|error| named::<D>("base_path", error))
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let read = |text: &String| text.parse().map_err(|error| named::<D>("trusted_proxies", error));
    Vec::<String>::deserialize(deserializer)?.iter().map(read).collect()
}

fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WebOrigin>, D::Error> {
    let read =
        |text: &String| WebOrigin::parse(text).map_err(|error| named::<D>("cors_origins", error));
    Vec::<String>::deserialize(deserializer)?.iter().map(read).collect()
}

/// A file is read as a whole, so the error has to name the key.
fn named<'de, D: Deserializer<'de>>(key: &str, error: impl std::error::Error) -> D::Error {
    D::Error::custom(format_args!("server.{key}: {error}"))
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
