//! A count of something that may happen very often, and is logged when it begins.

use std::time::Duration;

use tokio::time::Instant;

/// After a pause this long, the next occurrence is logged again.
const QUIET: Duration = Duration::from_mins(1);

/// Counts occurrences, and logs the first after a quiet minute.
#[derive(Debug, Default)]
pub(super) struct WarningCounter {
    count: u64,
    last: Option<Instant>,
}

impl WarningCounter {
    /// Counts one, with `message` for the log.
    pub(super) fn increment(&mut self, message: &'static str) {
        let now = Instant::now();
        self.count += 1;
        let is_first = self.last.replace(now).is_none_or(|last| now.duration_since(last) >= QUIET);
        if is_first {
            tracing::warn!(count = self.count, "{message}");
        }
    }

    /// Occurrences since the start.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
