//! The time that sessions live by: the wall clock's, without its steps.
//!
//! A machine without a battery for its clock boots in 1970 or 2000 and is set right by NTP a minute later; an
//! operator sets a clock back by an hour. Neither may end all sessions, nor prolong them by years. So time goes on
//! from where it was, by the monotonic clock, until the reconciler has moved the sessions, stored and in memory,
//! by as much as the wall clock was set: see [`Sessions::sync`](super::Sessions::sync).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use haltere_core::{Clock, Timestamp};

/// Differences up to this many milliseconds are what NTP and a leap second do, and are followed as they come.
const SLACK: u64 = 10_000;

pub(crate) struct Timeline {
    clock: Arc<dyn Clock>,
    /// Milliseconds from 1970 to the zero of the monotonic clock, as sessions see it.
    zero: AtomicI64,
}

impl Timeline {
    /// Begins at the wall clock's time.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let this = Self { clock, zero: AtomicI64::new(0) };
        this.advance(this.behind());
        this
    }

    /// Now, in whole milliseconds.
    pub(crate) fn now(&self) -> Timestamp {
        let millis = self.zero.load(Ordering::Relaxed).saturating_add(self.steady());
        timestamp(millis)
    }

    /// By how many milliseconds the wall clock was set, if it was: up to [`SLACK`] is simply followed.
    pub(super) fn step(&self) -> Option<i64> {
        let step = self.behind();
        if step.unsigned_abs() > SLACK {
            return Some(step);
        }
        self.advance(step);
        None
    }

    /// Goes on `millis` later, or earlier.
    pub(super) fn advance(&self, millis: i64) {
        self.zero.fetch_add(millis, Ordering::Relaxed);
    }

    /// Goes on at `last`, when sessions were used then and the wall clock says that it is long before that: what is
    /// stored was made by a clock that was ahead, or this one is not set yet.
    pub(super) fn not_before(&self, last: Timestamp) {
        let ahead = last.as_millisecond().saturating_sub(self.now().as_millisecond());
        if ahead > 0 && ahead.unsigned_abs() > SLACK {
            self.advance(ahead);
        }
    }

    /// By how many milliseconds we are behind the wall clock.
    fn behind(&self) -> i64 {
        self.clock.now().as_millisecond().saturating_sub(self.now().as_millisecond())
    }

    fn steady(&self) -> i64 {
        i64::try_from(self.clock.steady().as_millis()).unwrap_or(i64::MAX)
    }
}

/// The moment, or the nearest there is.
fn timestamp(millis: i64) -> Timestamp {
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use haltere_testkit::MockClock;

    use super::*;

    const YEAR: i64 = 365 * 86_400;

    #[test]
    fn steps_are_reported_before_they_are_followed() {
        let clock = MockClock::default();
        let start = clock.now();
        let timeline = Timeline::new(Arc::new(clock.clone()));
        assert_eq!(timeline.now(), start);
        clock.advance(Duration::from_mins(1));
        assert_eq!(timeline.now(), clock.now());
        assert_eq!(timeline.step(), None);
        for years in [10, -20, 10] {
            let before = timeline.now();
            clock.step(years * YEAR);
            assert_eq!(timeline.now(), before, "time goes on as if nothing had happened");
            assert_eq!(timeline.step(), Some(years * YEAR * 1_000));
            timeline.advance(years * YEAR * 1_000);
            assert_eq!(timeline.now(), clock.now());
        }
        clock.step(-5);
        assert_eq!(timeline.step(), None);
        assert_eq!(timeline.now(), clock.now(), "small ones are followed");
    }

    #[test]
    fn the_ends_of_time_are_no_reason_to_panic() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            let clock = MockClock::at(at);
            let timeline = Timeline::new(Arc::new(clock.clone()));
            clock.set(Timestamp::UNIX_EPOCH);
            timeline.advance(timeline.step().expect("a step"));
            assert_eq!(timeline.now(), Timestamp::UNIX_EPOCH);
            clock.set(at);
            timeline.advance(timeline.step().expect("a step"));
            assert_eq!(timeline.now().as_millisecond(), at.as_millisecond());
        }
    }
}
