//! Handshakes under way: a bounded number, for a bounded time.
//!
//! Whoever connects and then says nothing must not keep others out. So a newcomer never waits for
//! room: the handshake that has been under way the longest gives way to it. An honest one takes a
//! few milliseconds and is never the oldest, unless the bound is filled in that time.

use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often the log speaks of handshakes that gave way.
const TOLD_EVERY: Duration = Duration::from_mins(1);

pub(super) struct Handshakes {
    max: usize,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By number, so that the first is the oldest.
    under_way: BTreeMap<u64, CancellationToken>,
    started: u64,
    /// Those that gave way since it was last told.
    gave_way: u64,
    told_at: Option<Instant>,
}

impl Handshakes {
    pub(super) fn new(max: usize, timeout: Duration) -> Self {
        Self { max, timeout, state: Mutex::default() }
    }

    /// Drives `handshake` to its end, or fails when it takes too long or has to give way.
    pub(super) async fn run<T>(
        &self,
        handshake: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let place = self.enter();
        tokio::select! {
            outcome = handshake => outcome,
            () = place.give_way.cancelled() => {
                Err(io::Error::other("the handshake gave way to newer ones"))
            }
            () = tokio::time::sleep(self.timeout) => {
                Err(io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long"))
            }
        }
    }

    fn enter(&self) -> Place<'_> {
        let mut state = self.state();
        if state.under_way.len() >= self.max
            && let Some((_, oldest)) = state.under_way.pop_first()
        {
            oldest.cancel();
            state.gave_way += 1;
            state.tell(self.max);
        }
        let (number, give_way) = (state.started, CancellationToken::new());
        state.started += 1;
        state.under_way.insert(number, give_way.clone());
        Place { handshakes: self, number, give_way }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn tell(&mut self, max: usize) {
        let now = Instant::now();
        if self.told_at.is_none_or(|told| now.duration_since(told) >= TOLD_EVERY) {
            let count = std::mem::take(&mut self.gave_way);
            tracing::warn!(count, max, "TLS handshakes gave way to newer ones");
            self.told_at = Some(now);
        }
    }
}

/// A place among those under way, given back when dropped.
struct Place<'a> {
    handshakes: &'a Handshakes,
    number: u64,
    give_way: CancellationToken,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.handshakes.state().under_way.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use super::*;

    const PATIENT: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn a_handshake_has_an_end() {
        let handshakes = Handshakes::new(2, Duration::from_secs(10));
        let started = Instant::now();
        let error = handshakes.run(pending::<io::Result<()>>()).await.expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), 10);
        assert!(handshakes.state().under_way.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_gives_way_and_a_newcomer_never_waits() {
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
        handshakes.run(async { Ok(()) }).await.expect("a newcomer is served");
        let mut gave_way = stalled.into_iter();
        for gone in gave_way.by_ref().take(4) {
            gone.await.expect("no panic").expect_err("gave way");
        }
        let last = gave_way.next().expect("the fifth");
        assert!(!last.is_finished(), "there is room for it");
        assert_eq!(handshakes.state().under_way.len(), 1);
        last.abort();
    }
}
