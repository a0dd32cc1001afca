//! `haltere health`: the health check of a container, which holds no other program to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use axum::body::Bytes;
use clap::Args;
use haltere_core::{Host, TlsSettings};
use haltere_link::tls::TlsClients;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::exit::Usage;
use super::sources::Server;
use super::{block_on, print};
use crate::clock::SystemClock;
use crate::config;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 16 * 1024;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    server: Server,

    /// Check only whether haltere runs, not whether it is ready
    #[arg(long)]
    alive: bool,

    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let server = self.server.load()?.settings.server;
        let target = Target::of(&server, self.alive).map_err(Usage::because)?;
        let limit = Duration::from_secs(self.timeout);
        let answer = block_on(async {
            timeout(limit, target.ask()).await.with_context(|| {
                format!("{} gave no answer within {} s", target.addresses[0], self.timeout)
            })?
        })?;
        print(&format!("{}\n", answer.status_or_error()?))
    }
}

/// What is asked, and where.
struct Target {
    /// In this order, until one of them can be connected to.
    addresses: Vec<SocketAddr>,
    path: String,
    is_tls: bool,
}

impl Target {
    /// The server that runs with these settings, on this machine.
    fn of(server: &config::Server, alive: bool) -> anyhow::Result<Self> {
        let address = server.listen;
        if address.port() == 0 {
            bail!(
                "server.listen: port 0 was a free port chosen at the start; give --listen with that port"
            );
        }
        let ips: &[IpAddr] = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
            // Of a machine that has no IPv6 loopback address, IPv4 is left.
            IpAddr::V6(ip) if ip.is_unspecified() => {
                &[IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)]
            }
            ip => &[ip],
        };
        let addresses = ips.iter().map(|ip| SocketAddr::new(*ip, address.port())).collect();
        let route = if alive { "healthz" } else { "readyz" };
        let path = format!("{}/{route}", server.base_path);
        Ok(Self { addresses, path, is_tls: server.tls_cert.is_some() })
    }

    async fn ask(&self) -> anyhow::Result<Answer> {
        let (address, stream) = self.connect().await?;
        Asked { target: self, address }.ask(stream).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "asks the server on this machine; the egress policy is about brokers"
    )]
    async fn connect(&self) -> anyhow::Result<(SocketAddr, TcpStream)> {
        let mut failures = Vec::new();
        for address in &self.addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok((*address, stream)),
                Err(error) => failures.push(format!("failed to connect to {address}: {error}")),
            }
        }
        bail!("{}", failures.join("; "))
    }
}

/// The server at one of its addresses.
struct Asked<'a> {
    target: &'a Target,
    address: SocketAddr,
}

impl Asked<'_> {
    async fn ask(&self, stream: TcpStream) -> anyhow::Result<Answer> {
        if !self.target.is_tls {
            return self.exchange(stream).await;
        }
        // The certificate is for other names than the loopback address, and nothing secret is sent.
        let unverified = TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() };
        let client = TlsClients::new(Arc::new(SystemClock)).get(&unverified)?;
        let host = match self.address.ip() {
            IpAddr::V4(ip) => Host::V4(ip),
            IpAddr::V6(ip) => Host::V6(ip),
        };
        match client.connect(&host, stream).await {
            Ok(handshake) => self.exchange(handshake.stream).await,
            Err(error) => {
                bail!("failed to speak TLS with {}: {}", self.address, error.failure.message)
            }
        }
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> anyhow::Result<Answer> {
        let doing = || format!("failed to ask {}{}", self.address, self.target.path);
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.with_context(doing)?;
        let request = Request::get(&self.target.path)
            .header(HOST, self.address.to_string())
            .body(Empty::<Bytes>::new())
            .with_context(doing)?;
        let exchange = async {
            let response =
                sender.send_request(request).await.map_err(|error| self.explain(error))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
            let body = body.map_err(anyhow::Error::from_boxed).with_context(doing)?;
            Ok(Answer { status, body: body.to_bytes() })
        };
        tokio::select! {
            answer = exchange => answer,
            // It ends by itself only when the exchange can't go on.
            Err(error) = connection => Err(self.explain(error)),
        }
    }

    /// The error, and what most likely causes it.
    fn explain(&self, error: hyper::Error) -> anyhow::Error {
        let doing = format!("failed to ask {}{}", self.address, self.target.path);
        if error.is_parse() && !self.target.is_tls {
            anyhow!(
                "{doing}: no HTTP; if the server uses TLS, give its server.tls_cert here as well"
            )
        } else {
            anyhow::Error::from(error).context(doing)
        }
    }
}

struct Answer {
    status: u16,
    body: Bytes,
}

/// The bodies of `/healthz` and `/readyz`.
#[derive(Deserialize)]
struct Report {
    status: Option<String>,
    #[serde(default)]
    reasons: Vec<String>,
}

impl Answer {
    /// One word when all is well.
    fn status_or_error(&self) -> anyhow::Result<String> {
        let report: Report = serde_json::from_slice(&self.body)
            .with_context(|| format!("the answer ({}) is not haltere's", self.status))?;
        match report.status {
            Some(status) if self.status == 200 => Ok(status),
            _ if report.reasons.is_empty() => bail!("not ready (HTTP {})", self.status),
            _ => bail!("not ready: {}", report.reasons.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Answer {
        Answer { status, body: Bytes::from_static(body.as_bytes()) }
    }

    #[tokio::test]
    async fn a_server_on_all_addresses_is_asked_over_ipv4_where_there_is_no_ipv6() {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("free");
        let port = listener.local_addr().expect("an address").port();
        let mut settings = config::load(&config::Sources::default()).expect("defaults").settings;
        settings.server.listen = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
        let target = Target::of(&settings.server, false).expect("a target");
        let (address, _stream) = target.connect().await.expect("IPv4 is there");
        assert_eq!(address, listener.local_addr().expect("an address"));
    }

    #[test]
    fn only_an_answer_of_haltere_is_believed() {
        let ready = answer(200, r#"{"status": "ready"}"#).status_or_error().expect("ready");
        assert_eq!(ready, "ready");
        let reasons = r#"{"code": "UNAVAILABLE", "message": "Not ready", "reasons": ["a", "b"]}"#;
        let error = answer(503, reasons).status_or_error().expect_err("not ready");
        assert_eq!(error.to_string(), "not ready: a; b");
        for other in [answer(200, "<html>"), answer(404, "{}"), answer(200, "{}")] {
            assert!(other.status_or_error().is_err());
        }
    }
}
