//! The rate at which each user may do something: a burst, and then the same number per period.

use std::collections::HashMap;
use std::time::Duration;

use haltere_core::UserName;
use parking_lot::Mutex;
use tokio::time::Instant;

/// A rate limit per user.
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
    /// Whether a refusal was logged.
    is_logged: bool,
}

/// The user exceeded the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFast {
    /// The time to wait; whole seconds, at least one.
    pub(super) retry_after: Duration,
    /// Whether this is the first refusal since the bucket was empty.
    pub(super) is_first_refusal: bool,
}

impl Pace {
    /// A burst of `times`, and then `times` per `span`.
    pub(super) fn new(times: u32, span: Duration) -> Self {
        Self { span, interval: span / times.max(1), levels: Mutex::default() }
    }

    /// Counts one more action, or refuses it.
    pub(super) fn check(&self, user: &UserName, now: Instant) -> Result<(), TooFast> {
        let mut levels = self.levels.lock();
        // Forgets users without recent actions.
        if levels.len() >= 1_000 && !levels.contains_key(user) {
            levels.retain(|_, level| level.empty_at > now);
        }
        let empty = || Level { empty_at: now, is_logged: false };
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
        let is_first_refusal = !std::mem::replace(&mut level.is_logged, true);
        Err(TooFast { retry_after: Duration::from_secs(excess.as_secs() + 1), is_first_refusal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        const MINUTE: Duration = Duration::from_mins(1);
        let (pace, start) = (Pace::new(120, MINUTE), Instant::now());
        let too_fast = |is_first_refusal| Err(TooFast { retry_after: Duration::from_secs(1), is_first_refusal });
        let user = |name: &str| UserName::parse(name).unwrap();
        let (ada, eve) = (user("ada"), user("eve"));
        for _ in 0..120 {
            assert_eq!(pace.check(&ada, start), Ok(()));
        }
        assert_eq!(pace.check(&ada, start), too_fast(true));
        assert_eq!(pace.check(&ada, start), too_fast(false), "trying again costs nothing");
        assert_eq!(pace.check(&eve, start), Ok(()), "another user");
        let later = start + Duration::from_millis(500);
        assert_eq!(pace.check(&ada, later), Ok(()));
        assert_eq!(pace.check(&ada, later), too_fast(false));
        let much_later = later + MINUTE;
        for _ in 0..120 {
            assert_eq!(pace.check(&ada, much_later), Ok(()));
        }
        assert_eq!(pace.check(&ada, much_later), too_fast(true));
    }
}
