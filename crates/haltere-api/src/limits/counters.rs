//! Counts the limits that callers have reached, and logs that they do.

use std::collections::BTreeMap;

use haltere_core::LogLimit;
use parking_lot::Mutex;
use tokio::time::Instant;

/// On a refusal: the name of the limit that is its reason.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitReached(pub(crate) &'static str);

/// How often each limit was reached.
#[derive(Debug, Default)]
pub(crate) struct LimitCounters(Mutex<BTreeMap<&'static str, LogLimit<Instant>>>);

impl LimitCounters {
    /// Counts once more, and logs it at most once a minute.
    pub(crate) fn count(&self, LimitReached(limit): LimitReached) {
        let mut limits = self.0.lock();
        if let Some(count) = limits.entry(limit).or_default().count(Instant::now()) {
            tracing::info!(limit, count, "a limit was reached");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use haltere_testkit::CapturedLog;
    use tracing::Level;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_is_reached_is_logged_once_a_minute() {
        let log = CapturedLog::start(Level::INFO);
        let limits = LimitCounters::default();
        for _ in 0..3 {
            limits.count(LimitReached("one"));
            limits.count(LimitReached("other"));
            tokio::time::advance(Duration::from_secs(15)).await;
        }
        tokio::time::advance(Duration::from_secs(15)).await;
        limits.count(LimitReached("one"));
        let log = log.text();
        let lines = log.lines().filter_map(|line| line.split_once("reached "));
        let logged: Vec<_> = lines.map(|(_, fields)| fields).collect();
        let expected =
            [r#"limit="one" count=1"#, r#"limit="other" count=1"#, r#"limit="one" count=4"#];
        assert_eq!(logged, expected);
    }
}
