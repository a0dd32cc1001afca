//! Serving HTTP/1.1: a bounded number of connections, patience with an end, a polite stop.
//!
//! hyper does the protocol. What is here is what `axum::serve` leaves out: the time limits on
//! request heads, idle connections and readers that take nothing, who gets a place ([`places`]), TLS
//! with a certificate that may change, and the cut-off for what does not end by itself.

mod episode;
mod linger;
mod places;
mod progress;
mod visit;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use haltere_api::{Kept, OverTls};
use haltere_core::{Clock as _, Timestamp};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::fmt::rfc2822::DateTimePrinter;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

pub(crate) use places::{Bounds, Count, Places};
use places::{Entered, TurnedAway};
use progress::{Progress, Watched};
use visit::Visit;

use crate::clock::SystemClock;
use crate::lifecycle::Stop;
use crate::tls::Tls;

/// How long to wait after a failed accept: no file descriptors are left, most likely, and trying
/// again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The largest head of a request, in bytes; the same as in Node.js. It is also what hyper puts together
/// before it writes.
const LARGEST_HEAD: usize = 16 * 1024;

/// How long a client on a kept place may take to send the head of a request.
const KEPT_HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// How much of an answer may wait in the kernel, in bytes, beside what is on its way.
const UNSENT: u32 = 256 * 1024;

/// What a client can make us hold.
#[derive(Clone)]
pub(crate) struct Limits {
    /// Connections open at once.
    pub places: Places,
    /// Time to send the head of a request, counted from the end of the one before.
    pub header_timeout: Duration,
    /// How long a client may take nothing of what it asked for.
    pub write_timeout: Duration,
}

/// Serves until told to stop, and returns when no connection is left. With `tls`, whoever does not
/// speak it is hung up on.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    tls: Option<Tls>,
    stop: Stop,
) {
    let connections = TaskTracker::new();
    while let Some((stream, peer)) = next(&listener, &stop).await {
        // Answers are small and written whole: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        // Where the kernel does not know these, our own timer still runs.
        let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(limits.write_timeout));
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
        let (stream, progress) = Watched::new(stream, limits.write_timeout);
        match limits.places.enter(peer.ip(), &progress) {
            Ok(entered) => {
                let newcomer = Newcomer {
                    peer,
                    router: router.clone(),
                    header_timeout: limits.header_timeout,
                    tls: tls.clone(),
                    stop: stop.clone(),
                };
                connections.spawn(newcomer.serve(entered, stream, progress));
            }
            Err(turned_away) => turn_away(&stream, tls.is_some(), turned_away),
        }
    }
    // Closes the socket: clients that come now are refused rather than left waiting.
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Says why there is no place, where there is no TLS to say it through.
fn turn_away(stream: &Watched<TcpStream>, is_tls: bool, turned_away: TurnedAway) {
    if !is_tls {
        stream.say(no_place(turned_away).as_bytes());
    }
}

fn no_place(TurnedAway { is_own }: TurnedAway) -> String {
    let (status, body) = if is_own {
        (
            "429 Too Many Requests",
            r#"{"code":"TOO_MANY_REQUESTS","message":"All connections that one address may have are taken","limit":"server.max_connections_per_address"}"#,
        )
    } else {
        (
            "503 Service Unavailable",
            r#"{"code":"UNAVAILABLE","message":"All places for connections are taken","limit":"server.max_connections"}"#,
        )
    };
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\nretry-after: 5\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The next connection; `None` when it is time to stop.
async fn next(listener: &TcpListener, stop: &Stop) -> Option<(TcpStream, SocketAddr)> {
    let accept = async {
        loop {
            match listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.soft.cancelled() => None,
        accepted = accept => Some(accepted),
    }
}

/// A client that has connected.
struct Newcomer {
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    tls: Option<Tls>,
    stop: Stop,
}

impl Newcomer {
    /// Serves it once it has a place.
    async fn serve(self, entered: Entered, stream: Watched<TcpStream>, progress: Arc<Progress>) {
        let Self { peer, router, header_timeout, tls, stop } = self;
        let place = tokio::select! {
            biased;
            place = entered.place() => place,
            () = stop.soft.cancelled() => return,
        };
        let place = match place {
            Ok(place) => place,
            Err(turned_away) => return turn_away(&stream, tls.is_some(), turned_away),
        };
        let header_timeout = if place.is_kept() { KEPT_HEADER_TIMEOUT } else { header_timeout };
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            // hyper's own panics before 1970.
            .auto_date_header(false)
            .header_read_timeout(header_timeout)
            .max_buf_size(LARGEST_HEAD);
        let visit = Arc::new(Visit::new(place, progress));
        Connection { peer, router, protocol, visit, stop }.serve(stream, tls).await;
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    protocol: http1::Builder,
    /// Gives the place back at the end.
    visit: Arc<Visit>,
    stop: Stop,
}

impl Connection {
    async fn serve(self, stream: Watched<TcpStream>, tls: Option<Tls>) {
        let Some(tls) = tls else { return self.serve_http(stream, None).await };
        let accepted = tokio::select! {
            accepted = tls.accept(stream) => accepted,
            () = self.stop.soft.cancelled() => return,
            () = self.visit.place.give_way() => return,
        };
        match accepted {
            Ok(stream) => self.serve_http(stream, Some(OverTls)).await,
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "no TLS connection came about");
            }
        }
    }

    async fn serve_http(self, stream: impl AsyncRead + AsyncWrite + Unpin, tls: Option<OverTls>) {
        let Self { peer, router, protocol, visit, stop } = self;
        let service = {
            let visit = Arc::clone(&visit);
            service_fn(move |request| {
                answer(Arc::clone(&visit), router.clone(), request, peer, tls)
            })
        };
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = stop.soft.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    outcome = connection => outcome,
                    () = stop.hard.cancelled() => Ok(()),
                }
            }
            () = visit.must_end() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    outcome = connection => outcome,
                    () = visit.parting() => Ok(()),
                    () = stop.hard.cancelled() => Ok(()),
                }
            }
        };
        if visit.progress.has_stalled() {
            visit.place.stalled();
        }
        if let Err(error) = outcome {
            // The client's doing: it went away, sent nonsense, or took too long.
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }
}

async fn answer(
    visit: Arc<Visit>,
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    tls: Option<OverTls>,
) -> Result<Response, Infallible> {
    // What was asked for before has to be taken first.
    visit.progress.taken().await;
    visit.place.begins();
    let extensions = request.extensions_mut();
    extensions.insert(ConnectInfo(peer));
    tls.map(|tls| extensions.insert(tls));
    if visit.place.is_kept() && !visit.place.has_session() {
        extensions.insert(Kept);
    }
    let Ok(mut response) = router.oneshot(request.map(Body::new)).await;
    if let Some(date) = date(SystemClock.now()) {
        response.headers_mut().insert(DATE, date);
    }
    Ok(visit.answered(response))
}

/// The header `Date`; none by a clock that HTTP can't express (RFC 9110 §6.6.1).
fn date(now: Timestamp) -> Option<HeaderValue> {
    let has_clock = now >= Timestamp::UNIX_EPOCH;
    let text = has_clock.then(|| DateTimePrinter::new().timestamp_to_rfc9110_string(&now))?;
    HeaderValue::from_str(&text.ok()?).ok()
}

#[cfg(test)]
mod tests;
