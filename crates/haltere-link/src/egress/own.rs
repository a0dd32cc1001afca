//! Recognizes the addresses that haltere itself listens on.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Whether a dial of `address` reaches our own `listener`.
pub(super) fn reaches(listener: SocketAddr, address: SocketAddr) -> bool {
    // A listener on :: accepts IPv4 as well.
    let reached = |ip: IpAddr| {
        // Linux connects an unspecified address to this machine.
        ip == listener.ip().to_canonical()
            || ip.is_unspecified()
            || (listener.ip().is_unspecified() && is_of_this_machine(ip))
    };
    listener.port() == address.port() && reached(address.ip().to_canonical())
}

/// Asks the kernel, because interfaces come and go and all of 127.0.0.0/8 is local: only an address of this
/// machine can be bound. Any other error counts as local. Sends nothing.
fn is_of_this_machine(ip: IpAddr) -> bool {
    match UdpSocket::bind((ip, 0)) {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::AddrNotAvailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        for (listener, address, own) in [
            ("127.0.0.1:8088", "127.0.0.1:8088", true),
            ("127.0.0.1:8088", "[::ffff:127.0.0.1]:8088", true),
            ("127.0.0.1:8088", "0.0.0.0:8088", true),
            ("127.0.0.1:8088", "[::]:8088", true),
            ("127.0.0.1:8088", "127.0.0.1:8089", false),
            ("127.0.0.1:8088", "127.0.0.2:8088", false),
            ("127.0.0.1:8088", "192.0.2.1:8088", false),
            ("0.0.0.0:8088", "127.0.0.1:8088", true),
            ("0.0.0.0:8088", "127.9.9.9:8088", true),
            ("0.0.0.0:8088", "[::1]:8088", true),
            ("0.0.0.0:8088", "192.0.2.1:8088", false),
            ("0.0.0.0:8088", "127.0.0.1:8089", false),
            ("[::]:8088", "127.0.0.1:8088", true),
            ("[::]:8088", "[::1]:8088", true),
            ("[::]:8088", "[::ffff:127.0.0.1]:8088", true),
            ("[::]:8088", "[2001:db8::1]:8088", false),
        ] {
            let parse = |text: &str| text.parse().expect("an address");
            assert_eq!(reaches(parse(listener), parse(address)), own, "{listener} {address}");
        }
    }
}
