//! The system's time: the one place that asks for it.

use haltere_core::{Clock, Timestamp};

/// The clock of the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "everybody else is handed this clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
