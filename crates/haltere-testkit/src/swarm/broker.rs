//! One broker of a swarm: its listener and its sessions.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::behavior::BrokerBehavior;
use super::session;
use super::stats::SwarmStats;

/// The pause before the next try to listen on an address that the kernel has not released yet.
const REBIND: Duration = Duration::from_millis(5);

/// Runs until it is aborted, or the sender of `behavior` is dropped.
pub(super) async fn run(
    listener: TcpListener,
    mut behavior: watch::Receiver<BrokerBehavior>,
    stats: Arc<SwarmStats>,
) {
    let address = listener.local_addr().expect("a bound socket has an address");
    let mut first = Some(listener);
    loop {
        let now = *behavior.borrow_and_update();
        tokio::select! {
            biased;
            changed = behavior.changed() => if changed.is_err() { return },
            () = behave(now, address, first.take(), &stats) => {}
        }
    }
}

/// Behaves like this forever. Dropping it closes the listener and ends all sessions.
async fn behave(
    behavior: BrokerBehavior,
    address: SocketAddr,
    first: Option<TcpListener>,
    stats: &Arc<SwarmStats>,
) {
    match behavior {
        BrokerBehavior::Dead => {
            drop(first);
            std::future::pending::<()>().await;
        }
        BrokerBehavior::Flapping { every } => {
            drop(first);
            loop {
                let _ = timeout(every, serve(address, None, BrokerBehavior::Healthy, stats)).await;
                sleep(every).await;
            }
        }
        up => serve(address, first, up, stats).await,
    }
}

async fn serve(
    address: SocketAddr,
    listener: Option<TcpListener>,
    behavior: BrokerBehavior,
    stats: &Arc<SwarmStats>,
) {
    let listener = match listener {
        Some(listener) => listener,
        None => listen(address).await,
    };
    // Ends its tasks when it is dropped.
    let mut sessions = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Probably out of file descriptors.
            sleep(REBIND).await;
            continue;
        };
        let open = stats.dialled();
        let stats = Arc::clone(stats);
        sessions.spawn(async move {
            let _open = open;
            // Clients may disconnect at any time.
            let _ = session::serve(stream, behavior, &stats).await;
        });
        while sessions.try_join_next().is_some() {}
    }
}

/// Listens again on an address that was ours; the kernel may take a moment to release it.
async fn listen(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => sleep(REBIND).await,
        }
    }
}
