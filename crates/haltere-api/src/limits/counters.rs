//! Counts the limits that callers have reached, and logs when that begins.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// A limit that was not reached for this long is logged when it is reached again.
const QUIET: Duration = Duration::from_mins(1);

/// On a refusal: the name of the limit that is its reason.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitReached(pub(crate) &'static str);

/// How often each limit was reached, and when last.
#[derive(Debug, Default)]
pub(crate) struct LimitCounters(Mutex<BTreeMap<&'static str, (u64, Instant)>>);

impl LimitCounters {
    /// Counts once more, and logs it unless it was reached in the last minute as well.
    pub(crate) fn count(&self, LimitReached(limit): LimitReached) {
        let now = Instant::now();
        let mut limits = self.0.lock();
        let (count, last) = limits.entry(limit).or_insert((0, now));
        let is_news = *count == 0 || now.duration_since(*last) >= QUIET;
        (*count, *last) = (*count + 1, now);
        if is_news {
            tracing::info!(limit, count, "a limit was reached");
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_testkit::CapturedLog;
    use tracing::Level;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_logged_when_it_begins_to_be_reached() {
        let log = CapturedLog::start(Level::INFO);
        let limits = LimitCounters::default();
        for _ in 0..3 {
            limits.count(LimitReached("one"));
            limits.count(LimitReached("other"));
            tokio::time::advance(QUIET / 2).await;
        }
        tokio::time::advance(QUIET).await;
        limits.count(LimitReached("one"));
        let log = log.text();
        let lines = log.lines().filter_map(|line| line.split_once("reached "));
        let logged: Vec<_> = lines.map(|(_, fields)| fields).collect();
        let expected =
            [r#"limit="one" count=1"#, r#"limit="other" count=1"#, r#"limit="one" count=4"#];
        assert_eq!(logged, expected);
    }
}
