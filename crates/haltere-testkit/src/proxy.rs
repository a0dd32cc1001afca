//! A TCP proxy for what networks do to connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use tokio_util::task::TaskTracker;

/// What happens to the bytes that pass, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pass(Duration),
    Swallow,
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    /// Connections made under an older number are cut.
    generation: u64,
}

/// A proxy between a client and a broker; ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    connections: TaskTracker,
    _accepting: AbortOnDropHandle<()>,
}

impl Proxy {
    /// Forwards everything to `target` until the test changes that.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (state, _) = watch::channel(State { mode: Mode::Pass(Duration::ZERO), generation: 0 });
        let connections = TaskTracker::new();
        let accepting = tokio::spawn(accept(listener, target, state.clone(), connections.clone()));
        Self { address, state, connections, _accepting: AbortOnDropHandle::new(accepting) }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// From now on bytes vanish, and neither side learns of it: a half-open connection, as a
    /// firewall that forgot it or a pulled cable leaves behind. New connections are accepted, too.
    pub fn swallow(&self) {
        self.set_mode(Mode::Swallow);
    }

    /// From now on bytes pass again.
    pub fn pass(&self) {
        self.set_mode(Mode::Pass(Duration::ZERO));
    }

    /// From now on every piece of data is held back for `by`.
    pub fn delay(&self, by: Duration) {
        self.set_mode(Mode::Pass(by));
    }

    /// Resets every connection there is; new ones are welcome.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    fn set_mode(&self, mode: Mode) {
        self.state.send_modify(|state| state.mode = mode);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    state: watch::Sender<State>,
    connections: TaskTracker,
) {
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(relay(client, target, state.subscribe()));
    }
}

#[expect(clippy::disallowed_methods, reason = "the proxy dials the broker behind it")]
async fn relay(mut client: TcpStream, target: SocketAddr, mut state: watch::Receiver<State>) {
    let born = state.borrow_and_update().generation;
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    for socket in [&client, &server] {
        // Dropping resets, so that a cut is felt at once. A polite end is passed on by `pump`.
        let _ = socket.set_zero_linger();
        let _ = socket.set_nodelay(true);
    }
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let modes = state.clone();
    let both = async {
        tokio::join!(
            pump(from_client, to_server, modes.clone()),
            pump(from_server, to_client, modes.clone())
        )
    };
    tokio::select! {
        _ = both => {}
        _ = state.wait_for(|now| now.generation != born) => {}
    }
}

async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, state: watch::Receiver<State>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await.unwrap_or(0);
        let mode = state.borrow().mode;
        match mode {
            // The end is swallowed as well: the other side must not learn of it.
            Mode::Swallow if length == 0 => std::future::pending().await,
            Mode::Swallow => {}
            Mode::Pass(_) if length == 0 => break,
            Mode::Pass(delay) => {
                tokio::time::sleep(delay).await;
                if to.write_all(&buffer[..length]).await.is_err() {
                    break;
                }
            }
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::wait;

    /// A server that sends back what it gets.
    async fn echo() -> (SocketAddr, AbortOnDropHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = socket.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        (address, AbortOnDropHandle::new(task))
    }

    #[expect(clippy::disallowed_methods, reason = "tests dial their own server")]
    async fn dial(address: SocketAddr) -> TcpStream {
        TcpStream::connect(address).await.expect("the proxy accepts")
    }

    async fn say(socket: &mut TcpStream, byte: u8) {
        socket.write_all(&[byte]).await.expect("open");
    }

    #[tokio::test]
    async fn passes_swallows_and_passes_again() {
        let (server, _running) = echo().await;
        let proxy = Proxy::to(server).await;
        let mut socket = dial(proxy.address()).await;
        say(&mut socket, b'a').await;
        assert_eq!(
            wait::within("an echo", wait::DEADLINE, socket.read_u8()).await.ok(),
            Some(b'a')
        );

        proxy.swallow();
        say(&mut socket, b'b').await;
        let silence = tokio::time::timeout(Duration::from_millis(50), socket.read_u8()).await;
        assert!(silence.is_err(), "swallowed, and the connection stays open");
        assert_eq!(proxy.connections(), 1);

        proxy.pass();
        say(&mut socket, b'c').await;
        assert_eq!(
            wait::within("an echo", wait::DEADLINE, socket.read_u8()).await.ok(),
            Some(b'c')
        );
    }

    #[tokio::test]
    async fn delays() {
        let (server, _running) = echo().await;
        let proxy = Proxy::to(server).await;
        let mut socket = dial(proxy.address()).await;
        proxy.delay(Duration::from_millis(40));
        let start = std::time::Instant::now();
        say(&mut socket, b'a').await;
        socket.read_u8().await.expect("an echo");
        assert!(start.elapsed() >= Duration::from_millis(80), "once there, once back");
    }

    #[tokio::test]
    async fn cuts_what_is_there_and_takes_what_comes() {
        let (server, _running) = echo().await;
        let proxy = Proxy::to(server).await;
        let mut old = dial(proxy.address()).await;
        say(&mut old, b'a').await;
        old.read_u8().await.expect("an echo");
        proxy.cut();
        let error = wait::within("the cut", wait::DEADLINE, old.read_u8()).await;
        assert_eq!(error.expect_err("cut").kind(), ErrorKind::ConnectionReset);

        let mut new = dial(proxy.address()).await;
        say(&mut new, b'b').await;
        assert_eq!(new.read_u8().await.ok(), Some(b'b'));
    }

    #[tokio::test]
    async fn a_polite_end_stays_polite() {
        let (server, _running) = echo().await;
        let proxy = Proxy::to(server).await;
        let mut socket = dial(proxy.address()).await;
        say(&mut socket, b'a').await;
        socket.shutdown().await.expect("open");
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.expect("no reset");
        assert_eq!(rest, b"a");
    }
}
