//! TLS handshakes in progress: a bounded number, for a bounded time.
//!
//! Clients that connect and then send nothing must not lock others out. So a new handshake never waits: if the limit
//! is reached, the oldest one is aborted. A genuine handshake takes a few milliseconds, and is the oldest only if
//! the limit is reached within that time.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use haltere_core::LogLimit;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) struct Handshakes {
    max: usize,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By number, so that the first is the oldest.
    in_progress: BTreeMap<u64, CancellationToken>,
    started: u64,
    aborted: LogLimit<Instant>,
}

impl Handshakes {
    pub(super) fn new(max: usize, timeout: Duration) -> Self {
        Self { max, timeout, state: Mutex::default() }
    }

    /// Runs `handshake`, and fails if it takes too long or is aborted for a newer one.
    pub(super) async fn run<T>(
        &self,
        handshake: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let guard = self.start();
        tokio::select! {
            outcome = handshake => outcome,
            () = guard.abort.cancelled() => {
                Err(io::Error::other("the handshake was aborted for a newer one"))
            }
            () = tokio::time::sleep(self.timeout) => {
                Err(io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long"))
            }
        }
    }

    fn start(&self) -> HandshakeGuard<'_> {
        let mut state = self.state();
        if state.in_progress.len() >= self.max
            && let Some((_, oldest)) = state.in_progress.pop_first()
        {
            oldest.cancel();
            if let Some(count) = state.aborted.count(Instant::now()) {
                tracing::warn!(count, max = self.max, "TLS handshakes were aborted for newer ones");
            }
        }
        let (number, abort) = (state.started, CancellationToken::new());
        state.started += 1;
        state.in_progress.insert(number, abort.clone());
        HandshakeGuard { handshakes: self, number, abort }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// A handshake in progress, until dropped.
struct HandshakeGuard<'a> {
    handshakes: &'a Handshakes,
    number: u64,
    abort: CancellationToken,
}

impl Drop for HandshakeGuard<'_> {
    fn drop(&mut self) {
        self.handshakes.state().in_progress.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use super::*;

    const PATIENT: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn a_handshake_times_out() {
        let handshakes = Handshakes::new(2, Duration::from_secs(10));
        let started = Instant::now();
        let error = handshakes.run(pending::<io::Result<()>>()).await.expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), 10);
        assert!(handshakes.state().in_progress.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_is_aborted_and_a_new_one_never_waits() {
        let handshakes = Arc::new(Handshakes::new(2, PATIENT));
        let stalled: Vec<_> = (0..5)
            .map(|_| {
                let handshakes = Arc::clone(&handshakes);
                async move { handshakes.run(pending::<io::Result<()>>()).await }
            })
            .map(tokio::spawn)
            .collect();
        // Let all of them begin.
        while handshakes.state().started < 5 {
            tokio::task::yield_now().await;
        }
        handshakes.run(async { Ok(()) }).await.expect("a new one is served");
        let mut aborted = stalled.into_iter();
        for handshake in aborted.by_ref().take(4) {
            handshake.await.expect("no panic").expect_err("aborted");
        }
        let last = aborted.next().expect("the fifth");
        assert!(!last.is_finished(), "within the limit");
        assert_eq!(handshakes.state().in_progress.len(), 1);
        last.abort();
    }
}
