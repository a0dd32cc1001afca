//! What the brokers of a swarm have seen.

use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many dials and how many echoes are remembered.
const REMEMBERED: usize = 1 << 18;

/// What all brokers of a swarm together have seen.
#[derive(Debug, Default)]
pub struct Tally {
    open: AtomicU64,
    connects: AtomicU64,
    flooded: AtomicU64,
    /// When connections came in, oldest first.
    dials: Mutex<VecDeque<Instant>>,
    /// How long acknowledgements took, oldest first.
    echoes: Mutex<VecDeque<Duration>>,
}

/// An open connection, for as long as it lives.
pub(super) struct Open(Arc<Tally>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Tally {
    /// Connections open now.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// CONNECTs read so far.
    pub fn connects(&self) -> u64 {
        self.connects.load(Ordering::Relaxed)
    }

    /// Messages sent by floods so far.
    pub fn flooded(&self) -> u64 {
        self.flooded.load(Ordering::Relaxed)
    }

    /// Connections accepted so far, or since [`forget_dials`](Self::forget_dials).
    pub fn dials(&self) -> usize {
        self.times().len()
    }

    /// The most connections that came in within any one second. Those to brokers that are dead are
    /// refused by the kernel and not among them.
    pub fn dials_in_the_busiest_second(&self) -> usize {
        let times = self.times();
        let mut first = 0;
        let mut busiest = 0;
        for (last, time) in times.iter().enumerate() {
            while time.duration_since(times[first]) >= Duration::from_secs(1) {
                first += 1;
            }
            busiest = busiest.max(last - first + 1);
        }
        busiest
    }

    /// Counts dials anew from now on.
    pub fn forget_dials(&self) {
        self.times().clear();
    }

    /// How long the acknowledgements took that clients have sent since this was last asked.
    pub fn take_echoes(&self) -> Vec<Duration> {
        self.echoes.lock().drain(..).collect()
    }

    pub(super) fn echoed(&self, after: Duration) {
        let mut echoes = self.echoes.lock();
        if echoes.len() == REMEMBERED {
            echoes.pop_front();
        }
        echoes.push_back(after);
    }

    pub(super) fn dialled(self: &Arc<Self>) -> Open {
        let mut times = self.times();
        if times.len() == REMEMBERED {
            times.pop_front();
        }
        times.push_back(Instant::now());
        drop(times);
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }

    pub(super) fn connected(&self) {
        self.connects.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, messages: u64) {
        self.flooded.fetch_add(messages, Ordering::Relaxed);
    }

    fn times(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.dials.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_is_found_wherever_it_begins() {
        let tally = Tally::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        tally.times().extend([0, 500, 900, 1_100, 1_400, 3_000].map(at));
        assert_eq!(tally.dials_in_the_busiest_second(), 4, "500 to 1,400");
        tally.forget_dials();
        assert_eq!((tally.dials(), tally.dials_in_the_busiest_second()), (0, 0));
    }
}
