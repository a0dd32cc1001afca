//! A clock that moves by hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use haltere_core::{Clock, Timestamp};

/// Shows the time it was set to. Clones share the hand.
#[derive(Debug, Clone)]
pub struct MockClock(Arc<Mutex<Timestamp>>);

impl MockClock {
    /// Shows `start` until moved.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// Shows the moment it was made until moved: for tests in which certificates are checked
    /// against the clock, since those carry real dates.
    #[expect(clippy::disallowed_methods, reason = "this is a clock; somebody has to ask")]
    pub fn now_frozen() -> Self {
        Self::at(Timestamp::now())
    }

    /// Moves the hand forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).expect("time within jiff's range");
    }

    /// Moves the hand to `to`, back in time too.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Default for MockClock {
    /// Starts at 2026-01-01T00:00:00Z: a date nobody mistakes for the real one.
    fn default() -> Self {
        Self::at(Timestamp::from_second(1_767_225_600).expect("within jiff's range"))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_until_moved_and_clones_share_the_hand() {
        let clock = MockClock::default();
        let shared = clock.clone();
        let start = clock.now();
        assert_eq!(shared.now(), start);
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(shared.now().as_millisecond(), start.as_millisecond() + 1_500);
        shared.set(start);
        assert_eq!(clock.now(), start);
        assert_eq!(start.to_string(), "2026-01-01T00:00:00Z");
    }
}
