//! How often a reader is told something.

use std::time::Duration;

use tokio::time::Instant;

/// How many events are passed on one right after the other.
const BURST: u32 = 5;

/// Lets through what comes now and then at once, and what never ceases once in a `pause`.
///
/// A fleet in trouble changes hundreds of times a second. Each time the server would read, render and
/// send for each reader, and each page would wake up, parse and draw: to show what is over before
/// anybody has seen it. Who asks for pauses is told of it together.
pub(super) struct EventThrottle {
    min_interval: Duration,
    /// When everything that was let through so far would be due, were it spaced evenly.
    spaced: Instant,
}

impl EventThrottle {
    pub(super) fn new(min_interval: Duration) -> Self {
        Self { min_interval, spaced: Instant::now() }
    }

    /// When the next event may be told: now, or in a moment. Counts it as told then.
    pub(super) fn reserve(&mut self, now: Instant) -> Instant {
        let ahead = (BURST - 1) * self.min_interval;
        let at = now + self.spaced.saturating_duration_since(now + ahead);
        self.spaced = self.spaced.max(at) + self.min_interval;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(200);

    /// When each of `n` events is told, from the start on, if there is always one to tell.
    fn never_ceasing(min_interval: Duration, n: u32) -> Vec<Duration> {
        let start = Instant::now();
        let (mut throttle, mut now) = (EventThrottle { min_interval, spaced: start }, start);
        let mut told = || {
            now = throttle.reserve(now);
            now - start
        };
        (0..n).map(|_| told()).collect()
    }

    #[test]
    fn what_comes_now_and_then_is_told_at_once() {
        let mut throttle = EventThrottle::new(INTERVAL);
        let start = Instant::now();
        for n in 0..100 {
            let now = start + n * INTERVAL;
            assert_eq!(throttle.reserve(now), now);
        }
    }

    #[test]
    fn what_never_ceases_is_told_at_once_for_a_while_and_then_with_pauses() {
        let told = never_ceasing(INTERVAL, BURST + 20);
        let (first, rest) = told.split_at(BURST as usize);
        assert!(first.iter().all(Duration::is_zero), "{told:?}");
        let expected: Vec<_> = (1..=20).map(|n| n * INTERVAL).collect();
        assert_eq!(rest, expected);
    }

    #[test]
    fn who_asks_for_no_pause_gets_none() {
        assert!(never_ceasing(Duration::ZERO, 1_000).iter().all(Duration::is_zero));
    }

    #[test]
    fn after_a_rest_it_is_quick_again() {
        let mut throttle = EventThrottle::new(INTERVAL);
        let mut now = Instant::now();
        for _ in 0..50 {
            now = throttle.reserve(now);
        }
        now += BURST * INTERVAL;
        for _ in 0..BURST {
            assert_eq!(throttle.reserve(now), now);
        }
        assert!(throttle.reserve(now) > now);
    }
}
