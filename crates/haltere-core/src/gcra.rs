//! The generic cell rate algorithm: a rate limit with a burst, whose state is one point in time.
//!
//! The state is the *theoretical arrival time*: the time at which the next event would be due if all events were
//! spaced evenly. An event conforms if it is early by no more than the tolerance. A state in the past is the same as
//! no state, so a map of states may forget it.
//!
//! Times are of any type that [`Moment`] describes: an `Instant`, or the [`Duration`] since a fixed start.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time: an `Instant`, or a [`Duration`] since a fixed start.
pub trait Moment: Copy + Ord + Add<Duration, Output = Self> + Sub<Output = Duration> {}

impl<T: Copy + Ord + Add<Duration, Output = T> + Sub<Output = Duration>> Moment for T {}

/// A rate limit. Holds no state; each method takes the theoretical arrival time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gcra {
    interval: Duration,
    tolerance: Duration,
}

impl Gcra {
    /// One event per `interval`, and `burst` events (at least one) at once after a pause.
    pub fn new(interval: Duration, burst: u32) -> Self {
        Self::with_tolerance(interval, interval.saturating_mul(burst.saturating_sub(1)))
    }

    /// One event per `interval`, each early by at most `tolerance`.
    pub const fn with_tolerance(interval: Duration, tolerance: Duration) -> Self {
        Self { interval, tolerance }
    }

    /// Whether an event conforms now. Counts nothing.
    ///
    /// # Errors
    ///
    /// With the time until one does.
    pub fn check<T: Moment>(&self, arrival: T, now: T) -> Result<(), Duration> {
        match self.wait(arrival, now) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Counts an event if it conforms.
    ///
    /// # Errors
    ///
    /// With the time until one does; then nothing is counted.
    pub fn take<T: Moment>(&self, arrival: &mut T, now: T) -> Result<(), Duration> {
        self.check(*arrival, now)?;
        self.count(arrival, now);
        Ok(())
    }

    /// Counts an event, and returns when it conforms: now or later.
    pub fn reserve<T: Moment>(&self, arrival: &mut T, now: T) -> T {
        let at = now + self.wait(*arrival, now);
        self.count(arrival, now);
        at
    }

    /// Counts an event, whether it conforms or not.
    pub fn count<T: Moment>(&self, arrival: &mut T, now: T) {
        *arrival = (*arrival).max(now) + self.interval;
    }

    /// Takes back an event that was counted.
    pub fn refund<T: Moment>(&self, arrival: &mut T, now: T) {
        *arrival = now + ahead(*arrival, now).saturating_sub(self.interval);
    }

    fn wait<T: Moment>(&self, arrival: T, now: T) -> Duration {
        ahead(arrival, now).saturating_sub(self.tolerance)
    }
}

fn ahead<T: Moment>(arrival: T, now: T) -> Duration {
    arrival.max(now) - now
}

/// A wait as `Retry-After` states it: in whole seconds, rounded up, at least one.
pub fn whole_seconds(wait: Duration) -> Duration {
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
    Duration::from_secs(seconds.max(1))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_is_followed_by_the_rate() {
        let gcra = Gcra::new(SECOND, 3);
        let now = Instant::now();
        let mut arrival = now;
        for _ in 0..3 {
            assert_eq!(gcra.take(&mut arrival, now), Ok(()));
        }
        assert_eq!(gcra.take(&mut arrival, now), Err(SECOND));
        assert_eq!(gcra.take(&mut arrival, now), Err(SECOND), "a refusal costs nothing");
        assert_eq!(gcra.take(&mut arrival, now + SECOND / 2), Err(SECOND / 2));
        assert_eq!(gcra.take(&mut arrival, now + SECOND), Ok(()));
        assert_eq!(gcra.take(&mut arrival, now + SECOND), Err(SECOND));
        let after_a_pause = now + 10 * SECOND;
        for _ in 0..3 {
            assert_eq!(gcra.take(&mut arrival, after_a_pause), Ok(()));
        }
        assert_eq!(gcra.take(&mut arrival, after_a_pause), Err(SECOND));
    }

    #[test]
    fn a_wait_is_rounded_up() {
        for (wait, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2)] {
            assert_eq!(whole_seconds(Duration::from_millis(wait)), seconds * SECOND);
        }
    }

    proptest! {
        /// Of `burst + 1` reserved events in a row, the last one is at least an interval after the first.
        #[test]
        fn reservations_keep_the_rate(
            pauses in prop::collection::vec(0_u64..300, 1..100),
            (millis, burst) in (1_u64..200, 1_u32..8),
        ) {
            let interval = Duration::from_millis(millis);
            let gcra = Gcra::new(interval, burst);
            let (mut arrival, mut now) = (Duration::ZERO, Duration::ZERO);
            let mut reserved: Vec<Duration> = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause);
                let before = gcra.check(arrival, now);
                let at = gcra.reserve(&mut arrival, now);
                prop_assert_eq!(before.err().unwrap_or_default(), ahead(at, now));
                reserved.push(at);
            }
            let burst = burst as usize;
            prop_assert!(reserved.is_sorted());
            for (first, last) in reserved.iter().enumerate().filter_map(|(n, first)| {
                Some((*first, *reserved.get(n + burst)?))
            }) {
                prop_assert!(ahead(last, first) >= interval, "{reserved:?}");
            }
        }

        /// A refund undoes the last event.
        #[test]
        fn a_refund_undoes_an_event(
            steps in prop::collection::vec((0_u64..300, any::<bool>()), 1..50),
            pause in 0_u64..300,
        ) {
            let gcra = Gcra::new(Duration::from_millis(100), 3);
            let (mut arrival, mut now) = (Duration::ZERO, Duration::ZERO);
            for (millis, is_refund) in steps {
                now += Duration::from_millis(millis);
                if is_refund { gcra.refund(&mut arrival, now) } else { gcra.count(&mut arrival, now) }
            }
            now += Duration::from_millis(pause);
            let before = gcra.check(arrival, now);
            gcra.count(&mut arrival, now);
            gcra.refund(&mut arrival, now);
            prop_assert_eq!(gcra.check(arrival, now), before);
        }
    }
}
