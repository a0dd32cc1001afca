//! One connection, from admission to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use haltere_api::{OverTls, ReservedSlot};
use haltere_core::{Clock as _, Timestamp};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::admission::Admission;
use super::connection_state::ConnectionState;
use super::write_timeout::{WriteState, WriteTimeoutStream};
use super::{reject, request_body};
use crate::clock::SystemClock;
use crate::lifecycle::Stop;
use crate::tls::Tls;

/// The largest head of a request, in bytes; the same as in Node.js. hyper also collects this much before it
/// writes.
pub(super) const MAX_HEAD: usize = 16 * 1024;

/// For the head of a request on a reserved slot.
const RESERVED_HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// An accepted TCP connection, which may still wait for its slot.
pub(super) struct NewConnection {
    pub(super) peer: SocketAddr,
    pub(super) router: Router,
    pub(super) header_timeout: Duration,
    pub(super) tls: Option<Tls>,
    pub(super) stop: Stop,
}

impl NewConnection {
    /// Serves the connection once it has a slot.
    pub(super) async fn serve(
        self,
        admission: Admission,
        stream: WriteTimeoutStream<TcpStream>,
        writes: Arc<WriteState>,
    ) {
        let Self { peer, router, header_timeout, tls, stop } = self;
        let slot = tokio::select! {
            biased;
            slot = admission.slot() => slot,
            () = stop.soft.cancelled() => return,
        };
        let slot = match slot {
            Ok(slot) => slot,
            Err(rejected) => return reject(&stream, tls.is_some(), rejected),
        };
        let header_timeout =
            if slot.is_reserved() { RESERVED_HEADER_TIMEOUT } else { header_timeout };
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            // hyper's own panics before 1970.
            .auto_date_header(false)
            .header_read_timeout(header_timeout)
            .max_buf_size(MAX_HEAD);
        let state = Arc::new(ConnectionState::new(slot, writes));
        Connection { peer, router, protocol, state, stop }.serve(stream, tls).await;
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    protocol: http1::Builder,
    state: Arc<ConnectionState>,
    stop: Stop,
}

/// Why a connection has to close although its client wants more.
enum Close {
    ServerStops,
    SlotOrSessionEnds,
}

impl Connection {
    async fn serve(self, stream: WriteTimeoutStream<TcpStream>, tls: Option<Tls>) {
        let Some(tls) = tls else { return self.serve_http(stream, None).await };
        let accepted = tokio::select! {
            accepted = tls.accept(stream) => accepted,
            () = self.stop.soft.cancelled() => return,
            () = self.state.slot.evicted() => return,
        };
        match accepted {
            Ok(stream) => self.serve_http(stream, Some(OverTls)).await,
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "the TLS handshake failed");
            }
        }
    }

    async fn serve_http(self, stream: impl AsyncRead + AsyncWrite + Unpin, tls: Option<OverTls>) {
        let service = service_fn(|request| {
            respond(Arc::clone(&self.state), self.router.clone(), request, self.peer, tls)
        });
        let mut connection = pin!(self.protocol.serve_connection(TokioIo::new(stream), service));
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            close = self.must_close() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    outcome = connection => outcome,
                    () = self.close_deadline(close) => Ok(()),
                }
            }
        };
        if self.state.writes.has_timed_out() {
            self.state.slot.write_timed_out();
        }
        if let Err(error) = outcome {
            // The client has gone, sent something invalid, or took too long.
            tracing::debug!(peer = %self.peer, %error, "connection ended early");
        }
    }

    async fn must_close(&self) -> Close {
        tokio::select! {
            () = self.stop.soft.cancelled() => Close::ServerStops,
            () = self.state.must_close() => Close::SlotOrSessionEnds,
        }
    }

    /// Waits until the connection may take no longer to close.
    async fn close_deadline(&self, close: Close) {
        match close {
            Close::ServerStops => self.stop.hard.cancelled().await,
            Close::SlotOrSessionEnds => tokio::select! {
                () = self.state.drain_timeout() => {}
                () = self.stop.hard.cancelled() => {}
            },
        }
    }
}

async fn respond(
    state: Arc<ConnectionState>,
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    tls: Option<OverTls>,
) -> Result<Response, Infallible> {
    // The client has to read the previous response first.
    state.writes.flushed().await;
    state.slot.request_started();
    let extensions = request.extensions_mut();
    extensions.insert(ConnectInfo(peer));
    tls.map(|tls| extensions.insert(tls));
    if state.slot.is_reserved() && !state.slot.has_session() {
        extensions.insert(ReservedSlot);
    }
    let (head, body) = request.into_parts();
    let (body, unread) = request_body::track(body);
    let Ok(mut response) = router.oneshot(Request::from_parts(head, body)).await;
    if unread.get() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(date) = date(SystemClock.now()) {
        response.headers_mut().insert(DATE, date);
    }
    Ok(state.track(response))
}

/// The header `Date`; none if HTTP can't express the clock's time (RFC 9110 §6.6.1).
fn date(now: Timestamp) -> Option<HeaderValue> {
    let has_clock = now >= Timestamp::UNIX_EPOCH;
    let text = has_clock.then(|| DateTimePrinter::new().timestamp_to_rfc9110_string(&now))?;
    HeaderValue::from_str(&text.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_left_out_before_1970() {
        let of = |seconds| date(Timestamp::from_second(seconds).expect("a time"));
        assert_eq!(of(1_795_955_240).expect("a date"), "Sun, 29 Nov 2026 12:27:20 GMT");
        assert_eq!(of(0).expect("a date"), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(of(-1), None);
        assert_eq!(of(-60 * 366 * 86_400), None);
    }
}
