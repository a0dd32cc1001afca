//! Something that may happen very often, and is told once.

use std::time::Duration;

use tokio::time::Instant;

/// What was quiet for this long is news when it happens again.
const QUIET: Duration = Duration::from_mins(1);

/// Counts what happens, and logs it when it begins.
#[derive(Debug, Default)]
pub(super) struct Episode {
    count: u64,
    last: Option<Instant>,
}

impl Episode {
    /// It has happened.
    pub(super) fn happened(&mut self, what: &'static str) {
        let now = Instant::now();
        self.count += 1;
        let is_news = self.last.replace(now).is_none_or(|last| now.duration_since(last) >= QUIET);
        if is_news {
            tracing::warn!(count = self.count, "{what}");
        }
    }

    /// How often, since the start.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
