//! The time, handed in.

use std::time::Duration;

use jiff::Timestamp;

/// The source of time. The binary uses the system's; tests use one that they move.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC. For display, and for dates that others have written, such as those in certificates.
    ///
    /// An operator may set this clock by an hour or by decades, so durations are measured with
    /// [`Clock::steady`].
    fn now(&self) -> Timestamp;

    /// The time since some fixed moment in the life of the machine. Never goes back and never jumps.
    fn steady(&self) -> Duration;
}
