//! Many brokers in one process, each with its own address and a behavior that can be changed.
//!
//! For what a real Mosquitto can't do: a thousand of them dying at the same moment, one that floods,
//! one that sends a byte now and then. Every broker listens on its own address of 127.0.0.0/8, all of
//! them on the same port, and answers CONNECT, SUBSCRIBE and PINGREQ, unless its [`BrokerBehavior`] says otherwise.
//!
//! ```no_run
//! use std::time::Duration;
//! use haltere_testkit::swarm::{BrokerBehavior, Swarm};
//!
//! # async fn example() {
//! let swarm = Swarm::start(1_000).await;
//! swarm.set(0..990, BrokerBehavior::Dead);
//! swarm.set(990..1_000, BrokerBehavior::Flapping { every: Duration::from_secs(1) });
//! assert_eq!(swarm.stats().open(), 0);
//! # }
//! ```

mod behavior;
mod broker;
mod session;
mod stats;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub use behavior::{BrokerBehavior, UnknownBehavior};
pub use stats::SwarmStats;

/// The most brokers a swarm can have: the hosts of the network each swarm takes for itself.
pub const MAX_BROKERS: usize = 1 << 14;

/// How often to try another network if an address is taken.
const TRIES: usize = 20;

/// Brokers that all live in this process; they end when this is dropped.
#[derive(Debug)]
pub struct Swarm {
    brokers: Vec<Broker>,
    stats: Arc<SwarmStats>,
}

#[derive(Debug)]
struct Broker {
    address: SocketAddr,
    behavior: watch::Sender<BrokerBehavior>,
    _life: AbortOnDropHandle<()>,
}

impl Swarm {
    /// Starts `count` healthy brokers. Panics above [`MAX_BROKERS`].
    pub async fn start(count: usize) -> Self {
        assert!(count <= MAX_BROKERS, "{count} brokers: at most {MAX_BROKERS} have addresses");
        let mut last = None;
        for _ in 0..TRIES {
            match listeners(count).await {
                Ok(listeners) => return Self::of(listeners),
                Err(error) => last = Some(error),
            }
        }
        panic!("no addresses for {count} brokers: {last:?}")
    }

    fn of(listeners: Vec<TcpListener>) -> Self {
        let stats = Arc::<SwarmStats>::default();
        let brokers = listeners.into_iter().map(|listener| {
            let address = listener.local_addr().expect("a bound socket has an address");
            let (behavior, changes) = watch::channel(BrokerBehavior::Healthy);
            let life = tokio::spawn(broker::run(listener, changes, Arc::clone(&stats)));
            Broker { address, behavior, _life: AbortOnDropHandle::new(life) }
        });
        Self { brokers: brokers.collect(), stats }
    }

    /// Where the brokers are, in their order.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = SocketAddr> {
        self.brokers.iter().map(|broker| broker.address)
    }

    /// The URL of broker number `n`.
    pub fn url(&self, n: usize) -> String {
        format!("mqtt://{}", self.brokers[n].address)
    }

    /// Changes the behavior of some brokers. Their sessions end as in a restart, even if the behavior
    /// stays the same.
    pub fn set(&self, which: Range<usize>, behavior: BrokerBehavior) {
        for broker in &self.brokers[which] {
            broker.behavior.send_replace(behavior);
        }
    }

    /// Counted over all brokers.
    pub fn stats(&self) -> &SwarmStats {
        &self.stats
    }
}

/// One listener on each of the first addresses of a free network, all on one port.
async fn listeners(count: usize) -> io::Result<Vec<TcpListener>> {
    let network = network();
    let mut listeners = Vec::with_capacity(count);
    let mut port = 0;
    for host in 0..count {
        let host = u32::try_from(host).expect("at most MAX_BROKERS");
        let address = Ipv4Addr::from_bits(network + host + 1);
        let listener = TcpListener::bind((address, port)).await?;
        port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Some network of 127.0.0.0/8 for twice [`MAX_BROKERS`] hosts. Not the first one, which everything else uses.
fn network() -> u32 {
    use std::hash::{BuildHasher as _, RandomState};
    const HOSTS: u32 = 1 << 15;
    const NETWORKS: u32 = (1 << 24) / HOSTS;
    // The only random numbers in the standard library.
    let random = RandomState::new().hash_one(std::process::id());
    let number = 1 + u32::try_from(random % u64::from(NETWORKS - 1)).expect("below NETWORKS");
    Ipv4Addr::new(127, 0, 0, 0).to_bits() + number * HOSTS
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::wait;

    const CONNECT: &[u8] = b"\x10\x0F\0\x04MQTT\x05\x02\0\x1E\0\0\x02me";
    const SUBSCRIBE: &[u8] = b"\x82\x1C\0\x01\0\0\x16$SYS/broker/uptime/all\0";
    const CONNACK: &[u8] = b"\x20\x03\0\0\0";
    const SUBACK: &[u8] = b"\x90\x04\0\x01\0\0";

    #[expect(clippy::disallowed_methods, reason = "tests dial their own port")]
    async fn dial(swarm: &Swarm, n: usize) -> io::Result<TcpStream> {
        TcpStream::connect(swarm.brokers[n].address).await
    }

    /// A session with broker `n`, as far as SUBACK.
    async fn greet(swarm: &Swarm, n: usize) -> TcpStream {
        let mut client = dial(swarm, n).await.expect("it listens");
        client.write_all(CONNECT).await.expect("open");
        client.write_all(SUBSCRIBE).await.expect("open");
        expect(&mut client, CONNACK).await;
        expect(&mut client, SUBACK).await;
        client
    }

    async fn expect(client: &mut TcpStream, bytes: &[u8]) {
        let mut read = vec![0; bytes.len()];
        let whole = client.read_exact(&mut read);
        wait::within("an answer", wait::DEADLINE, whole).await.expect("open");
        assert_eq!(read, bytes);
    }

    async fn ends(client: &mut TcpStream) -> usize {
        let mut rest = Vec::new();
        // An end of file or a reset.
        let _ = wait::within("the end", wait::DEADLINE, client.read_to_end(&mut rest)).await;
        rest.len()
    }

    async fn until_refused(swarm: &Swarm, n: usize) {
        let refused = async || dial(swarm, n).await.err().map(|error| error.kind());
        let kind = wait::until("a refusal", wait::DEADLINE, refused).await;
        assert_eq!(kind, io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn each_broker_has_its_own_address_and_behavior() {
        let swarm = Swarm::start(3).await;
        let addresses: std::collections::HashSet<_> = swarm.addresses().collect();
        assert_eq!(addresses.len(), 3);
        let (mut first, mut second) = (greet(&swarm, 0).await, greet(&swarm, 1).await);
        assert_eq!((swarm.stats().open(), swarm.stats().connects()), (2, 2));

        swarm.set(0..1, BrokerBehavior::Dead);
        ends(&mut first).await;
        until_refused(&swarm, 0).await;
        second.write_all(b"\xC0\0").await.expect("the others stay up");
        wait::within("a pong", wait::DEADLINE, async {
            while second.read_u8().await.expect("open") != 0xD0 {}
        })
        .await;

        swarm.set(0..1, BrokerBehavior::Healthy);
        wait::until("the broker to be back", wait::DEADLINE, async || dial(&swarm, 0).await.ok())
            .await;
        greet(&swarm, 0).await;
        assert_eq!(swarm.stats().connects(), 3);
    }

    #[tokio::test]
    async fn a_slow_loris_sends_every_packet_byte_by_byte() {
        let swarm = Swarm::start(1).await;
        swarm.set(0..1, BrokerBehavior::SlowLoris { every: Duration::from_millis(1) });
        let mut client = greet(&swarm, 0).await;
        for _ in 0..50 {
            wait::within("a byte", wait::DEADLINE, client.read_u8()).await.expect("open");
        }
    }

    #[tokio::test]
    async fn a_huge_packet_is_declared_and_begun() {
        let swarm = Swarm::start(1).await;
        swarm.set(0..1, BrokerBehavior::Huge { per_second: 1_000_000 });
        let mut client = greet(&swarm, 0).await;
        expect(&mut client, b"\x30\xFF\xFF\xFF\x7F").await;
        expect(&mut client, b"\0\x12$SYS/broker/uptime").await;
        expect(&mut client, &vec![0; 50_000]).await;
    }

    #[tokio::test]
    async fn malformed_packets_are_delayed_and_floods_have_a_rate() {
        let swarm = Swarm::start(2).await;
        swarm.set(0..1, BrokerBehavior::Malformed { every: Duration::from_millis(10) });
        swarm.set(1..2, BrokerBehavior::Flood { per_second: 10_000 });
        let mut client = greet(&swarm, 0).await;
        expect(&mut client, b"\x30\xFF\xFF\xFF\xFF").await;
        let mut client = greet(&swarm, 1).await;
        let message = b"\x30\x20\0\x12$SYS/broker/uptime\x00100 seconds";
        expect(&mut client, message).await;
        let messages = async || (swarm.stats().flooded() >= 1_000).then_some(());
        let mut sink = vec![0; 1 << 16];
        let read = async { while client.read(&mut sink).await.is_ok_and(|size| size > 0) {} };
        tokio::select! {
            () = wait::until("a thousand messages", wait::DEADLINE, messages) => {}
            () = read => panic!("the flood ended"),
        }
    }

    #[tokio::test]
    async fn an_acknowledgement_is_timed() {
        let swarm = Swarm::start(1).await;
        swarm.set(0..1, BrokerBehavior::Echo { every: Duration::from_millis(1) });
        let mut client = greet(&swarm, 0).await;
        for _ in 0..2 {
            expect(&mut client, b"\x32\x2B\0\x13$SYS/broker/version\0\x01\0mosquitto version 2")
                .await;
            client.write_all(b"\x40\x02\0\x01").await.expect("open");
        }
        let echoes = async || Some(swarm.stats().take_echoes()).filter(|echoes| !echoes.is_empty());
        wait::until("an echo", wait::DEADLINE, echoes).await;
    }

    #[tokio::test]
    async fn a_flapping_broker_comes_and_goes() {
        let swarm = Swarm::start(1).await;
        swarm.set(0..1, BrokerBehavior::Flapping { every: Duration::from_millis(30) });
        for _ in 0..2 {
            let come = async || dial(&swarm, 0).await.ok();
            let mut client = wait::until("it to be up", wait::DEADLINE, come).await;
            ends(&mut client).await;
            until_refused(&swarm, 0).await;
        }
        swarm.set(0..1, BrokerBehavior::AcceptThenClose);
        let come = async || dial(&swarm, 0).await.ok();
        let mut client = wait::until("it to listen", wait::DEADLINE, come).await;
        assert_eq!(ends(&mut client).await, 0);
    }
}
