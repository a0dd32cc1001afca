//! Counters and timings of a swarm.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

/// How many dials and how many echoes are remembered.
const REMEMBERED: usize = 1 << 18;

/// Counted over all brokers of a swarm.
#[derive(Debug, Default)]
pub struct SwarmStats {
    open: AtomicU64,
    connects: AtomicU64,
    flooded: AtomicU64,
    /// When connections were accepted, oldest first.
    dials: Mutex<VecDeque<Instant>>,
    /// How long acknowledgements took, oldest first.
    echoes: Mutex<VecDeque<Duration>>,
}

/// Counts an open connection until dropped.
pub(super) struct Open(Arc<SwarmStats>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl SwarmStats {
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

    /// Connections accepted so far, or since [`reset_dials`](Self::reset_dials).
    pub fn dials(&self) -> usize {
        self.times().len()
    }

    /// The most connections that were accepted within one second. Dead brokers accept none.
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

    /// Restarts the count of dials.
    pub fn reset_dials(&self) {
        self.times().clear();
    }

    /// How long acknowledgements took, since the last call.
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
    fn the_busiest_second_may_begin_at_any_dial() {
        let stats = SwarmStats::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        stats.times().extend([0, 500, 900, 1_100, 1_400, 3_000].map(at));
        assert_eq!(stats.dials_in_the_busiest_second(), 4, "500 to 1,400");
        stats.reset_dials();
        assert_eq!((stats.dials(), stats.dials_in_the_busiest_second()), (0, 0));
    }
}
