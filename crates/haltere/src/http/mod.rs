//! The HTTP/1.1 server: a bounded number of connections, time limits, a graceful end.
//!
//! hyper does the protocol. This module adds what `axum::serve` leaves out: time limits on request heads, idle
//! connections and clients that read nothing, admission control ([`admission`]), TLS with a certificate that may
//! change, and a deadline for what does not end by itself.

mod admission;
mod connection;
mod connection_state;
mod lingering_close;
mod request_body;
mod write_timeout;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use admission::Rejected;
pub(crate) use admission::{SlotLimits, SlotPool, SlotStats};
use connection::NewConnection;
use write_timeout::WriteTimeoutStream;

use crate::lifecycle::Stop;
use crate::tls::Tls;

/// The pause after a failed accept. The likely cause is that no file descriptor is free, and trying again at once
/// would only use the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bytes of a response that may wait in the kernel, in addition to those on their way.
const MAX_UNSENT: u32 = 256 * 1024;

/// Limits on what clients can use.
#[derive(Clone)]
pub(crate) struct HttpLimits {
    pub slots: SlotPool,
    /// For the head of a request, counted from the end of the previous one.
    pub header_timeout: Duration,
    /// How long a client may read nothing of a response.
    pub write_timeout: Duration,
}

/// Serves until `stop`, and returns when the last connection is closed. With `tls`, connections without TLS are
/// closed.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    tls: Option<Tls>,
    stop: Stop,
) {
    let connections = TaskTracker::new();
    while let Some((stream, peer)) = accept(&listener, &stop).await {
        // Responses are written whole: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        // Where the kernel doesn't know these options, our own timer still runs.
        let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(limits.write_timeout));
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT);
        let (stream, writes) = WriteTimeoutStream::new(stream, limits.write_timeout);
        match limits.slots.admit(peer.ip(), &writes) {
            Ok(admission) => {
                let connection = NewConnection {
                    peer,
                    router: router.clone(),
                    header_timeout: limits.header_timeout,
                    tls: tls.clone(),
                    stop: stop.clone(),
                };
                connections.spawn(connection.serve(admission, stream, writes));
            }
            Err(rejected) => reject(&stream, tls.is_some(), rejected),
        }
    }
    // Closes the socket: new clients are refused instead of waiting.
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Gives the reason, unless the client expects TLS.
fn reject(stream: &WriteTimeoutStream<TcpStream>, is_tls: bool, rejected: Rejected) {
    if !is_tls {
        stream.try_send(rejection(rejected).as_bytes());
    }
}

fn rejection(Rejected { is_over_quota }: Rejected) -> String {
    let (status, body) = if is_over_quota {
        (
            "429 Too Many Requests",
            r#"{"code":"TOO_MANY_REQUESTS","message":"All connections that one address may have are taken","limit":"server.max_connections_per_address"}"#,
        )
    } else {
        (
            "503 Service Unavailable",
            r#"{"code":"UNAVAILABLE","message":"All connection slots are taken","limit":"server.max_connections"}"#,
        )
    };
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\nretry-after: 5\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The next connection; `None` once the server stops.
async fn accept(listener: &TcpListener, stop: &Stop) -> Option<(TcpStream, SocketAddr)> {
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

#[cfg(test)]
mod tests;
