//! The one place in the program that opens an outgoing connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use haltere_core::LinkFailure;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::failure;

/// How long an address may take before the next one is tried beside it (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first of `addresses` that answers. When none does, tells of the first one tried.
pub(crate) async fn dial(
    addresses: &[SocketAddr],
    user_timeout: Duration,
) -> Result<(TcpStream, SocketAddr), LinkFailure> {
    let mut waiting = addresses.iter();
    let mut racing = FuturesUnordered::new();
    let mut failures = Vec::new();
    loop {
        if let Some(address) = waiting.next() {
            racing.push(async move { (*address, connect(*address, user_timeout).await) });
        }
        let outcome = tokio::select! {
            outcome = racing.next() => outcome,
            () = sleep(HEAD_START), if waiting.len() > 0 => continue,
        };
        match outcome {
            Some((address, Ok(stream))) => return Ok((stream, address)),
            Some((address, Err(error))) => failures.push((address, error)),
            None if waiting.len() == 0 => return Err(most_telling(addresses, &failures)),
            None => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where it is allowed")]
async fn connect(address: SocketAddr, user_timeout: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    // Data that nobody acknowledges ends the connection, sooner than the quarter of an hour that is
    // usual. Best effort: MQTT's keep-alive finds a dead peer, too.
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(user_timeout));
    Ok(stream)
}

/// The failure of the address tried first, unless it only says that we lack its address family.
fn most_telling(addresses: &[SocketAddr], failures: &[(SocketAddr, io::Error)]) -> LinkFailure {
    let lacks_family = |error: &io::Error| {
        use io::ErrorKind::{AddrNotAvailable, NetworkUnreachable};
        matches!(error.kind(), NetworkUnreachable | AddrNotAvailable)
    };
    let rank = |(address, error): &&(SocketAddr, io::Error)| {
        (lacks_family(error), addresses.iter().position(|tried| tried == address))
    };
    match failures.iter().min_by_key(rank) {
        Some((address, error)) => failure::tcp(error, *address),
        None => failure::internal("there was no address to dial"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::TcpListener;

    use super::*;

    /// A port nobody listens on: bound and released.
    async fn closed_port() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        listener.local_addr().expect("address")
    }

    #[tokio::test]
    async fn the_next_address_is_tried() {
        let dead = closed_port().await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let alive = listener.local_addr().expect("address");
        let (stream, peer) = dial(&[dead, alive], Duration::from_secs(9)).await.expect("dialled");
        assert_eq!(peer, alive);
        assert!(stream.nodelay().expect("readable"));
    }

    #[tokio::test]
    async fn the_first_address_tells_why() {
        let (first, second) = (closed_port().await, closed_port().await);
        let failure = dial(&[first, second], Duration::from_secs(9)).await.expect_err("closed");
        assert_eq!(failure.code, "ECONNREFUSED");
        assert_eq!(failure.port, Some(first.port()));
    }
}
