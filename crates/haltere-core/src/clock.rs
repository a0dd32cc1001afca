//! The time, handed in.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time. The binary hands in the system's, tests one that moves by hand.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    /// Somebody may set this clock, by an hour or by decades: it is for what is shown and for dates that others
    /// have written, such as those in certificates. How long something lasts is for [`Clock::steady`] to say.
    fn now(&self) -> Timestamp;

    /// The time since some fixed moment in the life of the machine. Never goes back and never jumps.
    fn steady(&self) -> Duration;
}
