//! Whether a sink takes entries, and how far it is behind.

use std::time::Duration;

use haltere_core::Timestamp;

/// How often haltere looks for new entries.
const POLL: Duration = Duration::from_millis(250);
/// The pause after the first failure; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What is known of a sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkState {
    /// Whether the last attempt succeeded; `None` before the first.
    pub is_working: Option<bool>,
    /// How many entries waited when haltere looked last, at the latest before the last batch.
    pub behind: u64,
    /// How many attempts have failed since the start.
    pub failures: u64,
    /// When the attempts began to fail.
    pub failing_since: Option<Timestamp>,
    /// How many attempts have failed in a row.
    pub(super) in_a_row: u32,
}

impl SinkState {
    /// How long to wait until the next look.
    pub(super) fn pause(&self) -> Duration {
        match (self.is_working, self.in_a_row) {
            (None, _) => Duration::ZERO,
            (Some(_), 0) if self.behind > 0 => Duration::ZERO,
            (Some(_), 0) => POLL,
            (Some(_), failed) => {
                LONGEST_PAUSE.min(FIRST_PAUSE.saturating_mul(1 << (failed - 1).min(10)))
            }
        }
    }

    /// An attempt has succeeded; whether the one before had failed.
    pub(super) fn succeeded(&mut self) -> bool {
        (self.failing_since, self.in_a_row) = (None, 0);
        self.is_working.replace(true) == Some(false)
    }

    /// An attempt has failed; whether it is the first one of several.
    pub(super) fn failed(&mut self, now: Timestamp) -> bool {
        self.failures += 1;
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.failing_since.get_or_insert(now);
        self.is_working.replace(false) != Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        let mut state = SinkState::default();
        assert_eq!(state.pause(), Duration::ZERO);
        let now = Timestamp::UNIX_EPOCH;
        let pauses: Vec<_> = (0..8)
            .map(|_| {
                state.failed(now);
                state.pause().as_millis()
            })
            .collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    }
}
