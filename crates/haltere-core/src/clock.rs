//! The time, handed in.

use jiff::Timestamp;

/// Tells the time. The binary hands in the system's, tests one that moves by hand.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
