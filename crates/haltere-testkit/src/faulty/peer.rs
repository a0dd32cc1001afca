//! A loopback port behind which a script is played.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::act::Act;
use super::packet::{self, Connect, Packet};
use super::script::Script;

/// A running script; ends when dropped, resetting nothing that the kernel would not.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    seen: Arc<Seen>,
    _running: AbortOnDropHandle<()>,
}

/// What clients have done so far, and what the test waits for.
#[derive(Debug, Default)]
pub(super) struct Seen {
    connections: Mutex<usize>,
    ended: Mutex<usize>,
    connects: Mutex<Vec<Connect>>,
    goodbyes: Mutex<usize>,
    subscribes: Mutex<usize>,
    pings: Mutex<usize>,
    publishes: Mutex<usize>,
    pub(super) go_on: Notify,
}

impl Peer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Its URL with this scheme.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// How many connections it has accepted so far.
    pub fn connections(&self) -> usize {
        *self.seen.connections.lock()
    }

    /// How many of these it still plays to.
    pub fn open_connections(&self) -> usize {
        // In this order: what ends in between must not make it less than none.
        let ended = *self.seen.ended.lock();
        self.connections() - ended
    }

    /// The CONNECTs it has read so far.
    pub fn connects(&self) -> Vec<Connect> {
        self.seen.connects.lock().clone()
    }

    /// How many DISCONNECTs it has read so far.
    pub fn goodbyes(&self) -> usize {
        *self.seen.goodbyes.lock()
    }

    /// How many PINGREQs it has read so far during a flood.
    pub fn pings(&self) -> usize {
        *self.seen.pings.lock()
    }

    /// How many SUBSCRIBEs it has read so far.
    pub fn subscribes(&self) -> usize {
        *self.seen.subscribes.lock()
    }

    /// How many PUBLISH packets it has read so far.
    pub fn publishes(&self) -> usize {
        *self.seen.publishes.lock()
    }

    /// Lets one connection that is at `serve` (or the next to get there) go on to its next step.
    pub fn go_on(&self) {
        self.seen.go_on.notify_one();
    }

    /// Runs the first script for the first connection, and so on; the last one for all others.
    pub async fn run_each(scripts: Vec<Script>) -> Self {
        Self::run(scripts).await
    }

    pub(super) async fn run(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::<Seen>::default();
        let running = tokio::spawn(accept(listener, scripts, seen.clone()));
        Self { address, seen, _running: AbortOnDropHandle::new(running) }
    }
}

async fn accept(listener: TcpListener, scripts: Vec<Script>, seen: Arc<Seen>) {
    // Ends its tasks when this one is aborted.
    let mut tasks = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let number = seen.count_connection();
        let script = scripts.get(number).or(scripts.last()).cloned().unwrap_or_default();
        let seen = seen.clone();
        tasks.spawn(async move {
            // A client that leaves in the middle is everyday life here.
            let _ = Act::new(socket, seen.clone()).play(script.steps).await;
            seen.count_end();
        });
        while tasks.try_join_next().is_some() {}
    }
}

impl Seen {
    pub(super) fn remember(&self, connect: Connect) {
        self.connects.lock().push(connect);
    }

    pub(super) fn count(&self, packet: &Packet) {
        match packet.kind() {
            packet::SUBSCRIBE => *self.subscribes.lock() += 1,
            packet::PUBLISH => *self.publishes.lock() += 1,
            _ => {}
        }
    }

    fn count_end(&self) {
        *self.ended.lock() += 1;
    }

    pub(super) fn count_pings(&self, pings: usize) {
        *self.pings.lock() += pings;
    }

    pub(super) fn count_goodbye(&self) {
        *self.goodbyes.lock() += 1;
    }

    /// Returns how many there were before.
    fn count_connection(&self) -> usize {
        let mut connections = self.connections.lock();
        *connections += 1;
        *connections - 1
    }
}
