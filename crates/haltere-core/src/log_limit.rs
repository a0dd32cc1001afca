//! A count of something that may happen very often, and is worth a line in the log at most once a minute.

use std::time::Duration;

use crate::gcra::Moment;

/// The minimum time between two lines.
const INTERVAL: Duration = Duration::from_mins(1);

/// Counts occurrences, and says which of them to log. `T` is the time that the caller measures with.
#[derive(Debug, Clone)]
pub struct LogLimit<T> {
    count: u64,
    logged_at: Option<T>,
}

impl<T> Default for LogLimit<T> {
    fn default() -> Self {
        Self { count: 0, logged_at: None }
    }
}

impl<T: Moment> LogLimit<T> {
    /// Counts an occurrence. Returns the count, if a line in the log is due.
    pub fn count(&mut self, now: T) -> Option<u64> {
        self.count += 1;
        if self.logged_at.is_some_and(|at| at + INTERVAL > now) {
            return None;
        }
        self.logged_at = Some(now);
        Some(self.count)
    }

    /// How many occurrences there were.
    pub const fn total(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_occurrence_a_minute_is_logged() {
        let mut limit = LogLimit::default();
        let logged: Vec<_> = [10, 11, 69, 70, 71, 200]
            .into_iter()
            .filter_map(|second| limit.count(Duration::from_secs(second)))
            .collect();
        assert_eq!(logged, [1, 4, 6]);
        assert_eq!(limit.total(), 6);
    }
}
