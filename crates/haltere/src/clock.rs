//! The system's time: the one place that asks for it.

use std::time::{Duration, SystemTime};

use haltere_core::{Clock, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// The first moment of the year 1 and of the year 9999.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_370_764_800;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "everything else gets this clock")]
    fn now(&self) -> Timestamp {
        cut(SystemTime::now())
    }

    /// Goes on while the machine is suspended: a session that was idle meanwhile was idle.
    fn steady(&self) -> Duration {
        let since_boot = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(since_boot.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(since_boot.tv_nsec).unwrap_or_default())
    }
}

/// A clock can be set to what is no date, or to one less than an hour before the last one.
fn cut(time: SystemTime) -> Timestamp {
    let bound = |second| Timestamp::from_second(second).unwrap_or_default();
    let (first, last) = (bound(FIRST), bound(LAST));
    let beyond = if time < SystemTime::UNIX_EPOCH { first } else { last };
    Timestamp::try_from(time).unwrap_or(beyond).clamp(first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_off_is_still_a_date() {
        let at = |seconds: u64, before: bool| {
            let by = Duration::from_secs(seconds);
            let epoch = SystemTime::UNIX_EPOCH;
            cut(if before { epoch - by } else { epoch + by }).to_string()
        };
        assert_eq!(at(1_767_225_600, false), "2026-01-01T00:00:00Z");
        assert_eq!(at(1, true), "1969-12-31T23:59:59Z");
        assert_eq!(at(1 << 40, true), "0001-01-01T00:00:00Z");
        assert_eq!(at(1 << 40, false), "9999-01-01T00:00:00Z");
        assert!(SystemClock.steady() <= SystemClock.steady());
    }
}
