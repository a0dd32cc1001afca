//! A clock that moves by hand.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use haltere_core::{Clock, Timestamp};
use parking_lot::{Mutex, MutexGuard};

/// Shows the time it was set to. Clones share the hands.
#[derive(Debug, Clone)]
pub struct MockClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    /// On the wall.
    now: Timestamp,
    /// Goes only forward.
    steady: Duration,
}

impl MockClock {
    /// Shows `start` until moved.
    pub fn at(start: Timestamp) -> Self {
        // A machine that has been up for a day.
        Self(Arc::new(Mutex::new(Hands { now: start, steady: Duration::from_hours(24) })))
    }

    /// Shows the moment it was made until moved: for tests in which certificates are checked
    /// against the clock, since those carry real dates.
    #[expect(clippy::disallowed_methods, reason = "this is a clock")]
    pub fn now_frozen() -> Self {
        Self::at(Timestamp::now())
    }

    /// Lets time go by.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        hands.now = hands.now.checked_add(by).expect("time within jiff's range");
        hands.steady += by;
    }

    /// Sets the clock on the wall to `to`, back in time too: no time goes by.
    pub fn set(&self, to: Timestamp) {
        self.hands().now = to;
    }

    /// Sets the clock on the wall forward by so many seconds, or back: no time goes by.
    pub fn step(&self, seconds: i64) {
        let now = self.now().as_second() + seconds;
        self.set(Timestamp::from_second(now).expect("time within jiff's range"));
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock()
    }
}

impl Default for MockClock {
    /// Starts at 2026-01-01T00:00:00Z, a date that is obviously not the real one.
    fn default() -> Self {
        Self::at(Timestamp::from_second(1_767_225_600).expect("within jiff's range"))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        self.hands().now
    }

    fn steady(&self) -> Duration {
        self.hands().steady
    }
}

/// The system's clock, for tests in which time has to pass by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Duration {
        since_start()
    }
}

/// The time since the first call.
pub fn since_start() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_still_until_moved_and_clones_share_the_time() {
        let clock = MockClock::default();
        let shared = clock.clone();
        let start = clock.now();
        assert_eq!(shared.now(), start);
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(shared.now().as_millisecond(), start.as_millisecond() + 1_500);
        let steady = clock.steady();
        shared.set(start);
        assert_eq!(clock.now(), start);
        assert_eq!(clock.steady(), steady, "setting a clock takes no time");
        assert_eq!(start.to_string(), "2026-01-01T00:00:00Z");
    }
}
