//! The time in whole milliseconds, which is what the store keeps: so that what is in memory is the same
//! before and after a restart.

use haltere_core::{Clock, Timestamp};

/// Now, in whole milliseconds.
pub(crate) fn now(clock: &dyn Clock) -> Timestamp {
    whole_milliseconds(clock.now())
}

/// A time as the store returns it.
pub(crate) fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
