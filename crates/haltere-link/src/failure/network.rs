//! The broker's name or address was not reached.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{
    FailureMessage, LinkFailure, NetworkCode, Reason, ResolverFault, Seconds, Stage,
};

use super::io_fault::io_fault;
use super::{INPUT_OUTPUT, bare, of_call};

/// Linux's EMFILE.
const TOO_MANY_FILES: i32 = 24;

/// The name does not exist, or has no address.
pub(crate) fn unknown_name(host: &str) -> LinkFailure {
    lookup(NetworkCode::NameNotFound, -3008, host, Reason::NameNotFound { host: host.to_owned() })
}

/// The name could not be looked up.
pub(crate) fn lookup_failed(host: &str, resolver: ResolverFault) -> LinkFailure {
    let reason = Reason::LookupFailed { host: host.to_owned(), resolver };
    lookup(NetworkCode::ResolverFailed, -3001, host, reason)
}

/// No name server answered.
pub(crate) fn lookup_timeout(host: &str, limit: Duration) -> LinkFailure {
    let reason = Reason::LookupTimedOut { host: host.to_owned(), seconds: Seconds(limit) };
    lookup(NetworkCode::ResolverFailed, -3001, host, reason)
}

fn lookup(code: NetworkCode, errno: i32, host: &str, message: Reason) -> LinkFailure {
    let failure = of_call(bare(Stage::Dns, code, message), errno, "getaddrinfo");
    LinkFailure { address: Some(host.to_owned()), ..failure }
}

/// The TCP connection to `peer` was not established.
pub(crate) fn tcp(error: &io::Error, peer: SocketAddr) -> LinkFailure {
    use NetworkCode as N;
    use io::ErrorKind as Kind;
    let (code, errno, reason) = match error.kind() {
        Kind::ConnectionRefused => (N::ConnectionRefused, -111, Reason::ConnectionRefused { peer }),
        Kind::HostUnreachable => (N::HostUnreachable, -113, Reason::HostUnreachable { peer }),
        Kind::NetworkUnreachable => {
            (N::NetworkUnreachable, -101, Reason::NetworkUnreachable { peer })
        }
        Kind::TimedOut => return tcp_timeout(peer),
        Kind::ConnectionReset => (N::ConnectionReset, -104, Reason::ConnectReset { peer }),
        Kind::PermissionDenied => (N::AccessDenied, -13, Reason::ConnectForbidden { peer }),
        Kind::AddrNotAvailable => (N::AddressNotAvailable, -99, Reason::NoLocalAddress { peer }),
        _ if error.raw_os_error() == Some(TOO_MANY_FILES) => {
            (N::TooManyFiles, -24, Reason::TooManyFiles { peer })
        }
        _ => {
            let errno = -error.raw_os_error().unwrap_or(INPUT_OUTPUT);
            (N::InputOutput, errno, Reason::ConnectFailed { peer, io: io_fault(error) })
        }
    };
    connect(code, errno, peer, reason)
}

/// No answer came from `peer`.
pub(crate) fn tcp_timeout(peer: SocketAddr) -> LinkFailure {
    connect(NetworkCode::TimedOut, -110, peer, Reason::ConnectTimedOut { peer })
}

/// The egress policy forbids dialling `peer`.
pub(crate) fn egress_denied(why: Reason, peer: SocketAddr) -> LinkFailure {
    LinkFailure { errno: None, ..connect(NetworkCode::EgressDenied, 0, peer, why) }
}

fn connect(
    code: NetworkCode,
    errno: i32,
    peer: SocketAddr,
    message: impl Into<FailureMessage>,
) -> LinkFailure {
    LinkFailure {
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..of_call(bare(Stage::Tcp, code, message), errno, "connect")
    }
}

/// All file descriptors for links are in use. This link waits until another one closes its socket.
pub(crate) fn no_descriptors() -> LinkFailure {
    bare(Stage::Tcp, NetworkCode::NoDescriptors, Reason::NoDescriptors)
}
