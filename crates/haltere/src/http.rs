//! Serving HTTP/1.1: a bounded number of connections, patience with an end, a polite stop.
//!
//! hyper does the protocol. What is here is what `axum::serve` leaves out: the time limit on
//! request heads and idle connections, the bound, TLS with a certificate that may change, and the
//! cut-off for what does not end by itself.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use haltere_api::OverTls;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::lifecycle::Stop;
use crate::tls::Tls;

/// How long to wait after a failed accept: no file descriptors are left, most likely, and trying
/// again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a client can make us hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections open at once.
    pub connections: NonZeroUsize,
    /// Time to send the head of a request, counted from the end of the one before.
    pub header_timeout: Duration,
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
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    let permits = Arc::new(Semaphore::new(limits.connections.get()));
    let connections = TaskTracker::new();
    while let Some((stream, peer, permit)) = next(&listener, &permits, &stop).await {
        let connection = Connection {
            peer,
            router: router.clone(),
            protocol: protocol.clone(),
            stop: stop.clone(),
            _permit: permit,
        };
        connections.spawn(connection.serve(stream, tls.clone()));
    }
    // Closes the socket: clients that come now are refused rather than left waiting.
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// The next connection, once there is room for it; `None` when it is time to stop.
async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &Stop,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let accept = async {
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, permit)),
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
        accepted = accept => accepted,
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    protocol: http1::Builder,
    stop: Stop,
    /// Given back at the end.
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<Tls>) {
        // Answers are small and written whole: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else { return self.serve_http(stream, None).await };
        let accepted = tokio::select! {
            accepted = tls.accept(stream) => accepted,
            () = self.stop.soft.cancelled() => return,
        };
        match accepted {
            Ok(stream) => self.serve_http(stream, Some(OverTls)).await,
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "no TLS connection came about");
            }
        }
    }

    async fn serve_http(self, stream: impl AsyncRead + AsyncWrite + Unpin, tls: Option<OverTls>) {
        let Self { peer, router, protocol, stop, _permit } = self;
        let service = service_fn(move |request| answer(router.clone(), request, peer, tls));
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
        };
        if let Err(error) = outcome {
            // The client's doing: it went away, sent nonsense, or took too long.
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    tls: Option<OverTls>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    tls.map(|tls| request.extensions_mut().insert(tls));
    router.oneshot(request.map(Body::new)).await
}

#[cfg(test)]
mod tests;
