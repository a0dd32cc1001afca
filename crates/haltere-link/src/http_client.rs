//! HTTP requests to a server that the operator named, such as an OpenID Connect provider, or the haltere that the command
//! line is logged in to.
//!
//! They are dialled as brokers are: through [`crate::dial`], within the egress policy, which is asked about the address
//! that is really dialled. A request has a connection of its own, HTTP/1.1, a time limit for all of it, and an answer of a
//! limited size. Redirects are answers like others, and are not followed.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use haltere_core::{Clock, Host, LinkFailure, Secret, TlsSettings};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::shared::LinkShared;
use crate::{LinkConfig, dial};

/// How many requests may be under way at once; others wait, within their limit.
const AT_ONCE: usize = 8;

/// Sends requests to one kind of server, with one set of trusted roots.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<LinkShared>,
    tls: Arc<TlsSettings>,
    limits: HttpLimits,
    permits: Arc<Semaphore>,
}

/// The limits of a request.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// From resolving the name to the end of the answer.
    pub time: Duration,
    /// The largest body of an answer, in bytes.
    pub answer: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10), answer: 256 << 10 }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// GET, POST, …
    pub method: Method,
    /// The host to dial.
    pub host: Host,
    /// The port to dial.
    pub port: u16,
    /// Whether to speak TLS.
    pub is_tls: bool,
    /// The value of `Host`.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// The value of `Authorization`.
    pub authorization: Option<Secret<String>>,
    /// The value of `Cookie`.
    pub cookie: Option<Secret<String>>,
    /// The body.
    pub body: Option<HttpBody>,
}

/// The body of a request, which may be secret: it is overwritten after the last use.
#[derive(Clone)]
pub struct HttpBody {
    content_type: &'static str,
    content: Bytes,
}

impl HttpBody {
    /// A form, encoded.
    pub fn form(content: &Secret<String>) -> Self {
        let content = content.expose().clone().into_bytes();
        Self::new("application/x-www-form-urlencoded", content.into())
    }

    /// JSON.
    pub fn json(content: Secret<Vec<u8>>) -> Self {
        Self::new("application/json", content)
    }

    fn new(content_type: &'static str, content: Secret<Vec<u8>>) -> Self {
        Self { content_type, content: Bytes::from_owner(Content(content)) }
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Bytes that are overwritten when they are dropped.
struct Content(Secret<Vec<u8>>);

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        self.0.expose()
    }
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpFailure {
    /// The server was not reached.
    #[error("{}", .0.message)]
    Link(LinkFailure),
    /// The trusted roots can't be read.
    #[error("failed to read the trusted certificates: {0}")]
    Roots(String),
    /// There was no complete answer within this time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The answer has more than this many bytes.
    #[error("the answer is larger than {} KiB", .0 >> 10)]
    TooLarge(usize),
    /// The request has a host, path or authorization that HTTP does not allow.
    #[error("the request can't be sent")]
    Unsendable,
    /// The connection broke, or the server does not speak HTTP.
    #[error("the server does not answer in HTTP")]
    Protocol(#[source] hyper::Error),
}

impl HttpClient {
    pub(crate) fn new(shared: Arc<LinkShared>, tls: TlsSettings) -> Self {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        Self { shared, tls: Arc::new(tls), limits: HttpLimits::default(), permits }
    }

    /// A client for a program without links.
    pub fn standalone(config: LinkConfig, clock: Arc<dyn Clock>, tls: TlsSettings) -> Self {
        Self::new(Arc::new(LinkShared::new(config, clock, Box::new(|_| ()))), tls)
    }

    /// The same client with other limits.
    #[must_use]
    pub fn with_limits(&self, limits: HttpLimits) -> Self {
        Self { limits, ..self.clone() }
    }

    /// Sends a request and reads the answer. Dropping the future closes the connection.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        let time = self.limits.time;
        let deadline = Instant::now() + time;
        let exchange = async {
            let _permit = self.permits.acquire().await;
            self.exchange(request, deadline).await
        };
        timeout_at(deadline, exchange).await.unwrap_or(Err(HttpFailure::TimedOut(time)))
    }

    async fn exchange(
        &self,
        request: &HttpRequest,
        deadline: Instant,
    ) -> Result<HttpAnswer, HttpFailure> {
        let built = build_request(request)?;
        let shared = &self.shared;
        let addresses =
            shared.resolver.addresses(&request.host).await.map_err(HttpFailure::Link)?;
        let addresses: Vec<_> =
            addresses.into_iter().map(|ip| SocketAddr::new(ip, request.port)).collect();
        let (stream, _) = dial::dial(&addresses, &shared.egress, self.limits.time, deadline)
            .await
            .map_err(HttpFailure::Link)?;
        if !request.is_tls {
            return answer(stream, built, self.limits.answer).await;
        }
        let client =
            shared.tls.get(&self.tls).map_err(|error| HttpFailure::Roots(error.to_string()))?;
        let handshake = client.connect(&request.host, stream).await;
        let handshake = handshake.map_err(|failed| HttpFailure::Link(failed.failure))?;
        answer(handshake.stream, built, self.limits.answer).await
    }
}

/// The request as hyper sends it.
fn build_request(request: &HttpRequest) -> Result<Request<Full<Bytes>>, HttpFailure> {
    let mut builder = Request::builder()
        .method(&request.method)
        .uri(&request.path)
        .header(HOST, &request.authority)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("haltere/", env!("CARGO_PKG_VERSION")));
    for (name, value) in [(AUTHORIZATION, &request.authorization), (COOKIE, &request.cookie)] {
        if let Some(value) = value {
            builder = secret_header(builder, name, value)?;
        }
    }
    let request = match &request.body {
        Some(HttpBody { content_type, content }) => {
            builder.header(CONTENT_TYPE, *content_type).body(Full::new(content.clone()))
        }
        None => builder.body(Full::default()),
    };
    request.map_err(|_| HttpFailure::Unsendable)
}

fn secret_header(
    builder: http::request::Builder,
    name: HeaderName,
    value: &Secret<String>,
) -> Result<http::request::Builder, HttpFailure> {
    let value = HeaderValue::from_str(value.expose());
    let mut value = value.map_err(|_| HttpFailure::Unsendable)?;
    value.set_sensitive(true);
    Ok(builder.header(name, value))
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    max: usize,
) -> Result<HttpAnswer, HttpFailure> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(HttpFailure::Protocol)?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(HttpFailure::Protocol)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, max).collect().await;
        let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => HttpFailure::Protocol(*error),
            Err(error) => {
                debug_assert!(error.is::<LengthLimitError>(), "{error}");
                HttpFailure::TooLarge(max)
            }
        })?;
        let (status, headers) = (head.status.as_u16(), head.headers);
        Ok(HttpAnswer { status, headers, body: body.to_bytes() })
    };
    tokio::select! {
        answer = exchange => answer,
        // It ends by itself only when the exchange can't go on.
        Err(error) = connection => Err(HttpFailure::Protocol(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use haltere_testkit::{Ca, MockClock, OidcProvider};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{EgressPolicy, LinkConfig};

    fn client(config: LinkConfig, tls: TlsSettings) -> HttpClient {
        let shared = LinkShared::new(config, Arc::new(MockClock::now_frozen()), Box::new(|_| {}));
        HttpClient::new(Arc::new(shared), tls)
    }

    fn request(port: u16) -> HttpRequest {
        HttpRequest {
            method: Method::POST,
            host: Host::V4(Ipv4Addr::LOCALHOST),
            port,
            is_tls: false,
            authority: format!("127.0.0.1:{port}"),
            path: "/a?b=c".to_owned(),
            authorization: Some("Basic eA==".into()),
            cookie: None,
            body: Some(HttpBody::form(&"x=y".into())),
        }
    }

    /// Answers one connection with these bytes; the request it got.
    async fn serve(answer: Vec<u8>) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = String::new();
            let mut buffer = [0; 4_096];
            while !request.ends_with("x=y") {
                let read = stream.read(&mut buffer).await.expect("readable");
                request.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            // The client may have had enough.
            let _ = stream.write_all(&answer).await;
            request
        });
        (port, served)
    }

    #[tokio::test]
    async fn a_form_is_posted_and_a_redirect_is_not_followed() {
        let answer =
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nhi";
        let (port, served) = serve(answer.to_vec()).await;
        let client = client(LinkConfig::default(), TlsSettings::default());
        let answer = client.send(&request(port)).await.expect("an answer");
        assert_eq!((answer.status, &answer.body[..]), (302, &b"hi"[..]));
        let got = served.await.expect("served").to_ascii_lowercase();
        assert!(got.starts_with("post /a?b=c http/1.1\r\n"), "{got}");
        assert!(got.contains("authorization: basic ea==") && got.contains("content-length: 3"));
    }

    #[tokio::test]
    async fn an_answer_is_bounded_and_has_to_be_http() {
        let client = client(LinkConfig::default(), TlsSettings::default());
        let mut large = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        large.resize(HttpLimits::default().answer + 1_000, b'x');
        let (port, _served) = serve(large).await;
        let failure = client.send(&request(port)).await.expect_err("too large");
        assert!(matches!(failure, HttpFailure::TooLarge(_)), "{failure:?}");
        let (port, _served) = serve(b"SSH-2.0-x\r\n".to_vec()).await;
        let failure = client.send(&request(port)).await.expect_err("not HTTP");
        assert!(matches!(failure, HttpFailure::Protocol(_)), "{failure:?}");
    }

    #[tokio::test]
    async fn a_request_has_a_time_limit() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let limits = HttpLimits { time: Duration::from_millis(50), ..HttpLimits::default() };
        let client = client(LinkConfig::default(), TlsSettings::default()).with_limits(limits);
        let failure = client.send(&request(port)).await.expect_err("no answer");
        assert!(matches!(failure, HttpFailure::TimedOut(_)), "{failure:?}");
    }

    #[test]
    fn a_request_prints_no_secret() {
        let shown = format!("{:?}", request(1));
        assert!(!shown.contains("eA==") && !shown.contains("x=y"), "{shown}");
    }

    #[tokio::test]
    async fn the_egress_policy_decides() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let rules = vec!["deny 127.0.0.0/8".parse().expect("a rule")];
        let egress = EgressPolicy { rules, ..EgressPolicy::default() };
        let client = client(LinkConfig { egress, ..LinkConfig::default() }, TlsSettings::default());
        let failure = client.send(&request(port)).await.expect_err("denied");
        let HttpFailure::Link(failure) = failure else { panic!("{failure:?}") };
        assert_eq!(failure.code.as_str(), "ERR_EGRESS_DENIED");
    }

    #[tokio::test]
    async fn only_a_trusted_certificate_will_do() {
        let ca = Ca::new("ours");
        let (trusted, others) = (client_trusting(&ca), client_trusting(&Ca::new("others")));
        let identity = ca.server(&["127.0.0.1"]);
        for (client, is_good) in [(trusted, true), (others, false)] {
            let peer = OidcProvider::start_tls(0, &identity).await;
            let request = HttpRequest { is_tls: true, ..request(peer.port()) };
            match client.send(&request).await {
                Ok(answer) => assert!(is_good && answer.status == 404, "{answer:?}"),
                Err(HttpFailure::Link(failure)) => assert!(!is_good, "{failure}"),
                Err(failure) => panic!("{failure:?}"),
            }
        }
    }

    fn client_trusting(ca: &Ca) -> HttpClient {
        let ca = Some(haltere_core::Pem::new(ca.pem().as_bytes().to_vec()));
        client(LinkConfig::default(), TlsSettings { ca, ..TlsSettings::default() })
    }
}
