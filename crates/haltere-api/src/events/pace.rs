//! How often a reader is told something.

use std::time::Duration;

use tokio::time::Instant;

/// How many pieces of news are passed on one right after the other.
const BURST: u32 = 10;

/// How far they lie apart after that, as long as they don't cease.
const PAUSE: Duration = Duration::from_millis(200);

/// Lets through what comes now and then at once, and what never ceases five times a second.
///
/// A fleet in trouble changes hundreds of times a second. For each of these moments the server would
/// read, render and send for each reader, and each reader would wake up, parse and draw: to show
/// what is over before anybody has seen it. What came up meanwhile is told together, and of each
/// connection only what it is like now.
pub(super) struct Pace {
    /// When everything that was let through so far would be due, were it spaced evenly.
    spaced: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { spaced: Instant::now() }
    }

    /// When the next piece of news may be told: now, or in a moment. Counts it as told then.
    pub(super) fn reserve(&mut self, now: Instant) -> Instant {
        let ahead = (BURST - 1) * PAUSE;
        let at = now + self.spaced.saturating_duration_since(now + ahead);
        self.spaced = self.spaced.max(at) + PAUSE;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_now_and_then_is_told_at_once() {
        let mut pace = Pace::new();
        let start = Instant::now();
        for n in 0..100 {
            let now = start + n * PAUSE;
            assert_eq!(pace.reserve(now), now);
        }
    }

    #[test]
    fn what_never_ceases_is_told_at_once_for_a_while_and_then_with_pauses() {
        let mut pace = Pace::new();
        let start = Instant::now();
        let mut now = start;
        let told: Vec<_> = (0..BURST + 20)
            .map(|_| {
                now = pace.reserve(now);
                now - start
            })
            .collect();
        let (first, rest) = told.split_at(BURST as usize);
        assert!(first.iter().all(Duration::is_zero), "{told:?}");
        assert!(rest.windows(2).all(|pair| pair[1] - pair[0] == PAUSE), "{told:?}");
        assert!(told[BURST as usize] <= PAUSE, "{told:?}");
    }

    #[test]
    fn after_a_rest_it_is_quick_again() {
        let mut pace = Pace::new();
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
