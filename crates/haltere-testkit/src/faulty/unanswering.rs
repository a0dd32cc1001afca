//! An address that never answers, as behind a firewall that drops packets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

/// A loopback port on which no TCP handshake comes to an end; goes away when dropped.
///
/// Its queue of connections waiting to be accepted is as short as can be, and full: the kernel
/// drops all further attempts without a word.
#[derive(Debug)]
pub struct Unanswering {
    address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl Unanswering {
    /// Opens the address and fills its accept queue, so that the kernel drops further handshakes.
    pub async fn start() -> Self {
        Self::fall_silent(Self::listen()).await
    }

    /// A listener that can [fall silent](Self::fall_silent) after it has answered some.
    pub fn listen() -> TcpListener {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        socket.listen(1).expect("a bound socket can listen")
    }

    /// Fills the listener's queue.
    pub async fn fall_silent(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("a bound socket has an address");
        let mut queue = Vec::new();
        while let Some(stream) = knock(address).await {
            queue.push(stream);
            assert!(queue.len() < 16, "this kernel queues more connections than its backlog");
        }
        Self { address, _listener: listener, _queue: queue }
    }

    /// The address that never answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// On loopback an answer comes at once or never.
#[expect(clippy::disallowed_methods, reason = "the kit dials its own port")]
async fn knock(address: SocketAddr) -> Option<TcpStream> {
    timeout(Duration::from_millis(200), TcpStream::connect(address)).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn never_answers() {
        let peer = Unanswering::start().await;
        assert!(knock(peer.address()).await.is_none());
    }
}
