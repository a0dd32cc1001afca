//! The time in whole milliseconds, which is what the store keeps: so that what is in memory is the same
//! before and after a restart.

use haltere_core::{Clock, Timestamp};

/// Now, in whole milliseconds.
pub(crate) fn now(clock: &dyn Clock) -> Timestamp {
    let now = clock.now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
