//! How a request came to us, and over what: worked out once, before anything decides by it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::header::HOST;

use crate::options::ApiOptions;
use crate::proxies::ForwardedInfo;

/// The server puts this on requests that came over TLS of our own.
#[derive(Debug, Clone, Copy)]
pub struct OverTls;

/// How a request came to us; on every request as an extension.
#[derive(Debug, Clone)]
pub(crate) struct RequestSource {
    /// The client's address, unless the router was called without connect info.
    pub(crate) address: Option<IpAddr>,
    /// Whether the client spoke TLS, to us or to a proxy that we believe.
    pub(crate) is_secure: bool,
    /// The host the client asked for, as text with its port; what browsers call the authority.
    pub(crate) host: Option<String>,
}

impl RequestSource {
    /// Looks at the connection, and at what trusted proxies report.
    pub(crate) fn of(request: &Request, options: &ApiOptions) -> Self {
        let extensions = request.extensions();
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let info = peer.map(|peer| options.proxies.forwarded_info(peer, request.headers()));
        let ForwardedInfo { address, is_secure, host } = info.unwrap_or_default();
        let over_tls = extensions.get::<OverTls>().is_some();
        // The host of an absolute target takes precedence over the header (RFC 9112 §3.2.2).
        let in_target = || Some(request.uri().authority()?.as_str());
        let in_header = || request.headers().get(HOST)?.to_str().ok();
        let own_host = || Some(in_target().or_else(in_header)?.to_ascii_lowercase());
        Self {
            address: address.or(peer),
            is_secure: options.secure || is_secure.unwrap_or(over_tls),
            host: host.or_else(own_host),
        }
    }
}
