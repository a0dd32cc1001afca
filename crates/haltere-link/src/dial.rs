//! The only place in the program that opens an outgoing connection, or sends datagrams.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use haltere_core::{Bug, LinkFailure};
use socket2::SockRef;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep, sleep_until};

use crate::egress::{AllowedAddress, Egress};
use crate::failure;

/// The Connection Attempt Delay of RFC 8305, 5: the time until the next address is tried in parallel.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to the first of `addresses` that `egress` allows and that answers before the `deadline`.
/// Fails with the failure of the first allowed address, or with the denial of the first address if none
/// is allowed.
pub(crate) async fn dial(
    addresses: &[SocketAddr],
    egress: &Egress,
    user_timeout: Duration,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), LinkFailure> {
    let mut denied = None;
    let mut allowed = Vec::new();
    for address in addresses {
        match egress.check(*address) {
            Ok(checked) => allowed.push((*address, checked)),
            Err(denial) => _ = denied.get_or_insert(denial),
        }
    }
    match denied {
        Some(denial) if allowed.is_empty() => Err(denial),
        _ => race(allowed, egress, user_timeout, deadline).await,
    }
}

async fn race(
    allowed: Vec<(SocketAddr, AllowedAddress)>,
    egress: &Egress,
    user_timeout: Duration,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), LinkFailure> {
    let addresses: Vec<_> = allowed.iter().map(|(address, _)| *address).collect();
    let mut waiting = allowed.into_iter();
    let mut racing = FuturesUnordered::new();
    let mut failures = Vec::new();
    let mut out_of_time = pin!(sleep_until(deadline));
    loop {
        if let Some((address, checked)) = waiting.next() {
            racing.push(async move { (address, connect(checked, egress, user_timeout).await) });
        }
        let outcome = tokio::select! {
            outcome = racing.next() => outcome,
            () = sleep(ATTEMPT_DELAY), if waiting.len() > 0 => continue,
            () = &mut out_of_time => {
                let answered = |address| failures.iter().any(|(failed, _)| failed == address);
                let silent: Vec<_> = addresses.iter().filter(|it| !answered(*it)).collect();
                failures.extend(silent.into_iter().map(|it| (*it, failure::tcp_timeout(*it))));
                return Err(first_failure(&addresses, failures));
            }
        };
        match outcome {
            Some((address, Ok(stream))) => return Ok((stream, address)),
            Some((address, Err(failure))) => failures.push((address, failure)),
            None if waiting.len() == 0 => return Err(first_failure(&addresses, failures)),
            None => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place where it is allowed")]
async fn connect(
    checked: AllowedAddress,
    egress: &Egress,
    user_timeout: Duration,
) -> Result<TcpStream, LinkFailure> {
    let address = checked.into_address();
    let refused = |error| failure::tcp(&error, address);
    let stream = TcpStream::connect(address).await.map_err(refused)?;
    // The kernel may connect to another address, as it does with 0.0.0.0.
    egress.check(stream.peer_addr().map_err(refused)?)?;
    stream.set_nodelay(true).map_err(refused)?;
    // Unacknowledged data ends the connection, sooner than after the default of 15 minutes. Best
    // effort, because MQTT's keep-alive finds a dead peer as well.
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(user_timeout));
    Ok(stream)
}

/// A socket for datagrams to the first of `addresses` that `egress` allows and that this machine has a route to. Sends
/// nothing.
#[expect(clippy::disallowed_methods, reason = "the only place where it is allowed")]
pub(crate) async fn udp(
    addresses: &[SocketAddr],
    egress: &Egress,
) -> Result<UdpSocket, LinkFailure> {
    let mut first = None;
    for address in addresses {
        let connected = async {
            let address = egress.check(*address)?.into_address();
            let any: IpAddr = match address {
                SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
            };
            let refused = |error| failure::tcp(&error, address);
            let socket = UdpSocket::bind((any, 0)).await.map_err(refused)?;
            socket.connect(address).await.map_err(refused)?;
            // The kernel may connect to another address, as it does with 0.0.0.0.
            egress.check(socket.peer_addr().map_err(refused)?)?;
            Ok(socket)
        };
        match connected.await {
            Ok(socket) => return Ok(socket),
            Err(failure) => _ = first.get_or_insert(failure),
        }
    }
    Err(first.unwrap_or_else(|| failure::internal(Bug::NoAddress)))
}

/// The failure of the address tried first. A failure that only says that the machine lacks the address
/// family comes last.
fn first_failure(
    addresses: &[SocketAddr],
    failures: Vec<(SocketAddr, LinkFailure)>,
) -> LinkFailure {
    let rank = |(address, failure): &(SocketAddr, LinkFailure)| {
        let lacks_family = failure::lacks_address_family(failure);
        (lacks_family, addresses.iter().position(|tried| tried == address))
    };
    let first = failures.into_iter().min_by_key(rank);
    first.map_or_else(|| failure::internal(Bug::NoAddress), |(_, failure)| failure)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::FutureExt;
    use haltere_testkit::faulty::Unanswering;
    use tokio::net::TcpListener;
    use tokio::time::timeout_at;

    use super::*;
    use crate::EgressPolicy;

    const LONG: Duration = Duration::from_secs(9);

    /// The default policy.
    fn open() -> Egress {
        Egress::new(EgressPolicy::default())
    }

    fn denying(rules: &[&str]) -> Egress {
        let rules = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
        Egress::new(EgressPolicy { rules, ..EgressPolicy::default() })
    }

    /// A port without a listener: bound and released.
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
            dial(&[dead, alive], &open(), LONG, Instant::now() + LONG).await.expect("dialled");
        assert_eq!(peer, alive);
        assert!(stream.nodelay().expect("readable"));
    }

    #[tokio::test]
    async fn the_failure_is_that_of_the_first_address() {
        let (first, second) = (closed_port().await, closed_port().await);
        let deadline = Instant::now() + LONG;
        let failure = dial(&[first, second], &open(), LONG, deadline).await.expect_err("closed");
        assert_eq!(failure.code.as_str(), "ECONNREFUSED");
        assert_eq!(failure.port, Some(first.port()));
    }

    #[tokio::test]
    async fn an_address_that_refused_is_not_reported_as_a_timeout() {
        let (refusing, silent) = (closed_port().await, Unanswering::start().await);
        for (addresses, code) in [
            ([refusing, silent.address()], "ECONNREFUSED"),
            ([silent.address(), refusing], "ETIMEDOUT"),
        ] {
            let deadline = Instant::now() + 2 * ATTEMPT_DELAY;
            let outcome = timeout_at(deadline, dial(&addresses, &open(), LONG, deadline)).await;
            let failure = outcome.expect("ends at the deadline").expect_err("not connected");
            assert_eq!((&*failure.code.as_str(), failure.port), (code, Some(addresses[0].port())));
        }
    }

    #[tokio::test]
    async fn only_the_allowed_addresses_of_a_name_are_dialled() {
        let forbidden = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let allowed = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await.expect("bind");
        let address = |listener: &TcpListener| listener.local_addr().expect("address");
        let egress = denying(&["deny 127.0.0.1"]);
        let both = [address(&forbidden), address(&allowed)];
        let (_, peer) = dial(&both, &egress, LONG, Instant::now() + LONG).await.expect("dialled");
        assert_eq!(peer, address(&allowed));
        assert_eq!(egress.denied_count(), 1);
        assert!(forbidden.accept().now_or_never().is_none(), "the denied one was dialled");

        // The failure is that of the allowed address, because the other one is not tried.
        let dead = closed_port().await;
        let egress = denying(&[&format!("deny 127.0.0.1 port {}", both[0].port())]);
        let deadline = Instant::now() + LONG;
        let failure = dial(&[both[0], dead], &egress, LONG, deadline).await.expect_err("closed");
        assert_eq!((&*failure.code.as_str(), failure.port), ("ECONNREFUSED", Some(dead.port())));
    }

    #[tokio::test]
    async fn a_denied_address_is_not_dialled() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let there = listener.local_addr().expect("address");
        let egress = denying(&["deny 127.0.0.0/8"]);
        for address in [there, closed_port().await] {
            let outcome = dial(&[address], &egress, LONG, Instant::now() + LONG).now_or_never();
            let failure = outcome.expect("answered without waiting").expect_err("denied");
            assert_eq!(failure.code.as_str(), "ERR_EGRESS_DENIED");
            assert_eq!(failure.port, Some(address.port()));
        }
        assert!(listener.accept().now_or_never().is_none(), "the denied one was dialled");
    }

    #[tokio::test]
    async fn the_address_the_kernel_connected_to_is_checked_again() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        let egress = denying(&["allow 0.0.0.0", "deny 127.0.0.0/8"]);
        let deadline = Instant::now() + LONG;
        let failure = dial(&[anywhere], &egress, LONG, deadline).await.expect_err("denied");
        assert_eq!(failure.code.as_str(), "ERR_EGRESS_DENIED");
        assert_eq!(failure.address.as_deref(), Some("127.0.0.1"));
    }
}
