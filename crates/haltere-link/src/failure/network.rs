//! The broker's name or address was not reached.

use std::io;
use std::net::SocketAddr;

use haltere_core::{LinkFailure, NetworkCode, Stage};

use super::{INPUT_OUTPUT, bare, of_call};

/// Linux's EMFILE.
const TOO_MANY_FILES: i32 = 24;

/// The name does not exist, or has no address.
pub(crate) fn unknown_name(host: &str) -> LinkFailure {
    let message = format!("The name {host} does not exist or has no address; check its spelling");
    lookup(NetworkCode::NameNotFound, -3008, host, message)
}

/// The name could not be looked up.
pub(crate) fn lookup_failed(host: &str, why: &str) -> LinkFailure {
    let message = format!("the name {host} could not be looked up: {why}; check the name server");
    lookup(NetworkCode::ResolverFailed, -3001, host, message)
}

fn lookup(code: NetworkCode, errno: i32, host: &str, message: String) -> LinkFailure {
    let failure = of_call(bare(Stage::Dns, code, message), errno, "getaddrinfo");
    LinkFailure { address: Some(host.to_owned()), ..failure }
}

/// The TCP connection to `peer` was not established.
pub(crate) fn tcp(error: &io::Error, peer: SocketAddr) -> LinkFailure {
    use NetworkCode as N;
    use io::ErrorKind as Kind;
    let (code, errno, why) = match error.kind() {
        Kind::ConnectionRefused => (
            N::ConnectionRefused,
            -111,
            "refused the connection: no broker listens there, or a firewall rejects us",
        ),
        Kind::HostUnreachable => {
            (N::HostUnreachable, -113, "can't be reached: no route to the host")
        }
        Kind::NetworkUnreachable => {
            (N::NetworkUnreachable, -101, "can't be reached: there is no route to its network")
        }
        Kind::TimedOut => return tcp_timeout(peer),
        Kind::ConnectionReset => {
            (N::ConnectionReset, -104, "reset the connection while it was made")
        }
        Kind::PermissionDenied => {
            (N::AccessDenied, -13, "may not be dialled: denied by this machine")
        }
        Kind::AddrNotAvailable => {
            (N::AddressNotAvailable, -99, "was not dialled: no local address or port is left")
        }
        _ if error.raw_os_error() == Some(TOO_MANY_FILES) => (
            N::TooManyFiles,
            -24,
            "was not dialled: too many open files; raise the limit (ulimit -n)",
        ),
        _ => {
            let errno = -error.raw_os_error().unwrap_or(INPUT_OUTPUT);
            let message = format!("{peer} could not be dialled: {error}");
            return connect(N::InputOutput, errno, peer, message);
        }
    };
    connect(code, errno, peer, format!("{peer} {why}"))
}

/// No answer came from `peer`.
pub(crate) fn tcp_timeout(peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} did not answer in time: it is down, or a firewall drops us");
    connect(NetworkCode::TimedOut, -110, peer, message)
}

/// The egress policy forbids dialling `peer`; `why` is a main clause.
pub(crate) fn egress_denied(why: &str, peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} was not dialled: {why}");
    LinkFailure { errno: None, ..connect(NetworkCode::EgressDenied, 0, peer, message) }
}

fn connect(code: NetworkCode, errno: i32, peer: SocketAddr, message: String) -> LinkFailure {
    LinkFailure {
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..of_call(bare(Stage::Tcp, code, message), errno, "connect")
    }
}

/// All file descriptors for links are in use. This link waits until another one closes its socket.
pub(crate) fn no_descriptors() -> LinkFailure {
    let message = "Waits for its turn: haltere has no more file descriptors for brokers; raise LimitNOFILE of its service (ulimit -n)";
    bare(Stage::Tcp, NetworkCode::NoDescriptors, message.to_owned())
}
