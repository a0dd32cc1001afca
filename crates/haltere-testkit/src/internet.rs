//! The internet in a box: every address leads to one listener, which records the address that was dialled.
//! So whatever gets out is seen.

use std::net::{IpAddr, Ipv6Addr};
use std::process::Command;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::netns;

/// Takes every TCP connection to its port, at any address, and closes it at once. Ends when dropped.
#[derive(Debug)]
pub struct Internet {
    port: u16,
    visits: Arc<Mutex<Vec<IpAddr>>>,
    _running: AbortOnDropHandle<()>,
}

impl Internet {
    /// Makes every address one of this machine, metadata services included. For use inside
    /// [`netns::run`], whose network ends with the test.
    pub async fn all_here() -> Self {
        assert!(netns::is_inside(), "outside, this would cut the machine off");
        for family in ["-4", "-6"] {
            let route = [family, "route", "add", "local", "default", "dev", "lo"];
            let added = Command::new("ip").args(route).status();
            assert!(added.is_ok_and(|status| status.success()), "failed to add a route");
        }
        // Takes IPv4 as well.
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let visits = Arc::default();
        let running = tokio::spawn(receive(listener, Arc::clone(&visits)));
        Self { port, visits, _running: AbortOnDropHandle::new(running) }
    }

    /// The port at which it listens everywhere.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses that were reached so far, one for each connection.
    pub fn visits(&self) -> Vec<IpAddr> {
        self.visits.lock().clone()
    }
}

async fn receive(listener: TcpListener, visits: Arc<Mutex<Vec<IpAddr>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        // It may be over already.
        if let Ok(address) = stream.local_addr() {
            let address = address.ip().to_canonical();
            visits.lock().push(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;
    use crate::wait::{DEADLINE, until};

    #[test]
    fn a_dial_to_any_address_is_seen() {
        netns::run(async {
            let internet = Internet::all_here().await;
            let addresses: Vec<IpAddr> =
                ["169.254.169.254", "8.8.8.8", "240.0.0.1", "fd00:ec2::254"]
                    .map(|address| address.parse().expect("valid"))
                    .into();
            for address in &addresses {
                dial(*address, internet.port()).await;
            }
            until("all visits", DEADLINE, async || (internet.visits() == addresses).then_some(()))
                .await;
        });
    }

    #[expect(clippy::disallowed_methods, reason = "in a box there is no outside")]
    async fn dial(address: IpAddr, port: u16) {
        TcpStream::connect((address, port)).await.expect("everything can be reached");
    }
}
