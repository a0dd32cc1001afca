//! How often each user may do something: so often in a row, and then at the same rate.

use std::collections::HashMap;
use std::time::Duration;

use haltere_core::UserName;
use parking_lot::Mutex;
use tokio::time::Instant;

/// A leaky bucket per user.
pub(super) struct Pace {
    /// How long a full bucket takes to drain.
    span: Duration,
    /// How much of that one more adds.
    interval: Duration,
    levels: Mutex<HashMap<UserName, Level>>,
}

struct Level {
    /// When the bucket will be empty.
    empty_at: Instant,
    /// It is in the log that the user is too fast.
    is_told: bool,
}

/// A user does something too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFast {
    /// When trying again makes sense; whole seconds, at least one.
    pub(super) retry_after: Duration,
    /// Whether it is the first time since the bucket was empty.
    pub(super) is_news: bool,
}

impl Pace {
    /// `times` in a row, and so many within each further `span`.
    pub(super) fn new(times: u32, span: Duration) -> Self {
        Self { span, interval: span / times.max(1), levels: Mutex::default() }
    }

    /// Counts once more, unless that is too often.
    pub(super) fn keep(&self, user: &UserName, now: Instant) -> Result<(), TooFast> {
        let mut levels = self.levels.lock();
        // Empty buckets are as good as none, so there are never more than users who were just here.
        if levels.len() >= 1_000 && !levels.contains_key(user) {
            levels.retain(|_, level| level.empty_at > now);
        }
        let empty = || Level { empty_at: now, is_told: false };
        let level = levels.entry(user.clone()).or_insert_with(empty);
        if level.empty_at <= now {
            *level = empty();
        }
        let next = level.empty_at + self.interval;
        let excess = next.saturating_duration_since(now + self.span);
        if excess.is_zero() {
            level.empty_at = next;
            return Ok(());
        }
        let is_news = !std::mem::replace(&mut level.is_told, true);
        Err(TooFast { retry_after: Duration::from_secs(excess.as_secs() + 1), is_news })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_often_in_a_row_and_then_so_fast() {
        const MINUTE: Duration = Duration::from_mins(1);
        let (pace, start) = (Pace::new(120, MINUTE), Instant::now());
        let too_fast = |is_news| Err(TooFast { retry_after: Duration::from_secs(1), is_news });
        let user = |name: &str| UserName::parse(name).unwrap();
        let (ada, eve) = (user("ada"), user("eve"));
        for _ in 0..120 {
            assert_eq!(pace.keep(&ada, start), Ok(()));
        }
        assert_eq!(pace.keep(&ada, start), too_fast(true));
        assert_eq!(pace.keep(&ada, start), too_fast(false), "trying again costs nothing");
        assert_eq!(pace.keep(&eve, start), Ok(()), "somebody else is somebody else");
        let later = start + Duration::from_millis(500);
        assert_eq!(pace.keep(&ada, later), Ok(()));
        assert_eq!(pace.keep(&ada, later), too_fast(false));
        let much_later = later + MINUTE;
        for _ in 0..120 {
            assert_eq!(pace.keep(&ada, much_later), Ok(()));
        }
        assert_eq!(pace.keep(&ada, much_later), too_fast(true));
    }
}
