//! Ports that are ours before anything listens on them.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpSocket;

/// A port that no other program gets while this value lives, although nothing listens on it.
///
/// The kernel chose it, so it was free. The socket stays bound, so the kernel gives the port to no other
/// program, neither as a server nor for an outgoing connection. `SO_REUSEADDR` is set after binding, so
/// that one server that sets it too (Mosquitto does) can bind and listen again and again. This is how a
/// broker restarts on its port while hundreds of other tests take and return ports.
///
/// Until a server listens, connecting is refused, so it is a dead broker's address as well.
#[derive(Debug)]
pub struct ReservedPort {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl ReservedPort {
    /// Reserves a port of `ip`.
    pub fn on(ip: IpAddr) -> Self {
        let socket = if ip.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let socket = socket.expect("a socket");
        socket.bind(SocketAddr::new(ip, 0)).unwrap_or_else(|e| panic!("no free port on {ip}: {e}"));
        socket.set_reuseaddr(true).expect("SO_REUSEADDR");
        let address = socket.local_addr().expect("a bound socket has an address");
        Self { address, _socket: socket }
    }

    /// The address with the port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests dial their own port")]
    fn is_refused_until_a_server_takes_it_and_no_other_program_gets_it() {
        let port = ReservedPort::on(Ipv4Addr::LOCALHOST.into());
        let refused = TcpStream::connect(port.address()).expect_err("nothing listens");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        // The standard library sets SO_REUSEADDR on listeners, as Mosquitto does.
        let server = TcpListener::bind(port.address()).expect("the server we reserved it for");
        TcpStream::connect(port.address()).expect("a listener");
        TcpListener::bind(port.address()).expect_err("only one server");
        drop(server);
        TcpListener::bind(port.address()).expect("it may come back");
    }
}
