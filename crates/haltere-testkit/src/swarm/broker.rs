//! The life of one broker: whether it listens, and to whom.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::mood::Mood;
use super::session;
use super::tally::Tally;

/// How soon an address is asked for again that the kernel has not given back yet.
const REBIND: Duration = Duration::from_millis(5);

/// Lives until it is aborted, or nobody can change its mood any more.
pub(super) async fn live(
    listener: TcpListener,
    mut mood: watch::Receiver<Mood>,
    tally: Arc<Tally>,
) {
    let address = listener.local_addr().expect("a bound socket has an address");
    let mut first = Some(listener);
    loop {
        let now = *mood.borrow_and_update();
        tokio::select! {
            biased;
            changed = mood.changed() => if changed.is_err() { return },
            () = be(now, address, first.take(), &tally) => {}
        }
    }
}

/// Is in this mood, for ever. Dropping it closes the listener and ends all sessions.
async fn be(mood: Mood, address: SocketAddr, first: Option<TcpListener>, tally: &Arc<Tally>) {
    match mood {
        Mood::Dead => {
            drop(first);
            std::future::pending::<()>().await;
        }
        Mood::Flapping { every } => {
            drop(first);
            loop {
                let _ = timeout(every, serve(address, None, Mood::Well, tally)).await;
                sleep(every).await;
            }
        }
        up => serve(address, first, up, tally).await,
    }
}

async fn serve(address: SocketAddr, listener: Option<TcpListener>, mood: Mood, tally: &Arc<Tally>) {
    let listener = match listener {
        Some(listener) => listener,
        None => listen(address).await,
    };
    // Ends its tasks when it is dropped.
    let mut sessions = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptors left, most likely.
            sleep(REBIND).await;
            continue;
        };
        let open = tally.dialled();
        let tally = Arc::clone(tally);
        sessions.spawn(async move {
            let _open = open;
            // A client that leaves in the middle is everyday life here.
            let _ = session::play(stream, mood, &tally).await;
        });
        while sessions.try_join_next().is_some() {}
    }
}

/// The address was ours a moment ago, and is again once the kernel has noticed.
async fn listen(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => sleep(REBIND).await,
        }
    }
}
