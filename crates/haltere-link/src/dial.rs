//! The one place in the program that opens an outgoing connection.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use haltere_core::LinkFailure;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};

use crate::failure;

/// How long an address may take before the next one is tried beside it (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first of `addresses` that answers before the `deadline`. When none does, tells of
/// the first one tried.
pub(crate) async fn dial(
    addresses: &[SocketAddr],
    user_timeout: Duration,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), LinkFailure> {
    let mut waiting = addresses.iter();
    let mut racing = FuturesUnordered::new();
    let mut failures = Vec::new();
    let mut out_of_time = pin!(sleep_until(deadline));
    loop {
        if let Some(address) = waiting.next() {
            racing.push(async move { (*address, connect(*address, user_timeout).await) });
        }
        let outcome = tokio::select! {
            outcome = racing.next() => outcome,
            () = sleep(HEAD_START), if waiting.len() > 0 => continue,
            () = &mut out_of_time => {
                let answered = |address| failures.iter().any(|(failed, _)| failed == address);
                let silent: Vec<_> = addresses.iter().filter(|it| !answered(*it)).collect();
                failures.extend(silent.into_iter().map(|it| (*it, io::ErrorKind::TimedOut.into())));
                return Err(most_telling(addresses, &failures));
            }
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

    use haltere_testkit::faulty::Unanswering;
    use tokio::net::TcpListener;
    use tokio::time::timeout_at;

    use super::*;

    const LONG: Duration = Duration::from_secs(9);

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
        let (stream, peer) =
            dial(&[dead, alive], LONG, Instant::now() + LONG).await.expect("dialled");
        assert_eq!(peer, alive);
        assert!(stream.nodelay().expect("readable"));
    }

    #[tokio::test]
    async fn the_first_address_tells_why() {
        let (first, second) = (closed_port().await, closed_port().await);
        let deadline = Instant::now() + LONG;
        let failure = dial(&[first, second], LONG, deadline).await.expect_err("closed");
        assert_eq!(failure.code, "ECONNREFUSED");
        assert_eq!(failure.port, Some(first.port()));
    }

    #[tokio::test]
    async fn an_address_that_refused_is_not_called_silent() {
        let (refusing, silent) = (closed_port().await, Unanswering::start().await);
        for (addresses, code) in [
            ([refusing, silent.address()], "ECONNREFUSED"),
            ([silent.address(), refusing], "ETIMEDOUT"),
        ] {
            let deadline = Instant::now() + 2 * HEAD_START;
            let outcome = timeout_at(deadline, dial(&addresses, LONG, deadline)).await;
            let failure = outcome.expect("it keeps time itself").expect_err("nobody is there");
            assert_eq!((&*failure.code, failure.port), (code, Some(addresses[0].port())));
        }
    }
}
