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
pub(super) struct Pace {
    pause: Duration,
    /// When everything that was let through so far would be due, were it spaced evenly.
    spaced: Instant,
}

impl Pace {
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, spaced: Instant::now() }
    }

    /// When the next event may be told: now, or in a moment. Counts it as told then.
    pub(super) fn reserve(&mut self, now: Instant) -> Instant {
        let ahead = (BURST - 1) * self.pause;
        let at = now + self.spaced.saturating_duration_since(now + ahead);
        self.spaced = self.spaced.max(at) + self.pause;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(200);

    /// When each of `n` events is told, from the start on, if there is always one to tell.
    fn never_ceasing(pause: Duration, n: u32) -> Vec<Duration> {
        let start = Instant::now();
        let (mut pace, mut now) = (Pace { pause, spaced: start }, start);
        let mut told = || {
            now = pace.reserve(now);
            now - start
        };
        (0..n).map(|_| told()).collect()
    }

    #[test]
    fn what_comes_now_and_then_is_told_at_once() {
        let mut pace = Pace::new(PAUSE);
        let start = Instant::now();
        for n in 0..100 {
            let now = start + n * PAUSE;
            assert_eq!(pace.reserve(now), now);
        }
    }

    #[test]
    fn what_never_ceases_is_told_at_once_for_a_while_and_then_with_pauses() {
        let told = never_ceasing(PAUSE, BURST + 20);
        let (first, rest) = told.split_at(BURST as usize);
        assert!(first.iter().all(Duration::is_zero), "{told:?}");
        let expected: Vec<_> = (1..=20).map(|n| n * PAUSE).collect();
        assert_eq!(rest, expected);
    }

    #[test]
    fn who_asks_for_no_pause_gets_none() {
        assert!(never_ceasing(Duration::ZERO, 1_000).iter().all(Duration::is_zero));
    }

    #[test]
    fn after_a_rest_it_is_quick_again() {
        let mut pace = Pace::new(PAUSE);
        let mut now = Instant::now();
        for _ in 0..50 {
            now = pace.reserve(now);
        }
        now += BURST * PAUSE;
        for _ in 0..BURST {
            assert_eq!(pace.reserve(now), now);
        }
        assert!(pace.reserve(now) > now);
    }
}
