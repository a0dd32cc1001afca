//! The rate at which each user may do something: a burst, and then the same number per period.

use std::collections::HashMap;
use std::time::Duration;

use haltere_core::gcra::whole_seconds;
use haltere_core::{Gcra, UserName};
use parking_lot::Mutex;
use tokio::time::Instant;

/// Above this number of users, those without recent actions are forgotten.
const FEW: usize = 1_000;

/// A rate limit per user.
pub(super) struct UserRateLimit {
    gcra: Gcra,
    users: Mutex<HashMap<UserName, Level>>,
}

struct Level {
    /// The theoretical arrival time of [`Gcra`].
    arrival: Instant,
    /// Whether a refusal was logged.
    is_logged: bool,
}

/// The user exceeded the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RateExceeded {
    /// The time to wait; whole seconds, at least one.
    pub(super) retry_after: Duration,
    /// Whether this is the first refusal since the user was last idle.
    pub(super) is_first_refusal: bool,
}

impl UserRateLimit {
    /// A burst of `times`, and then `times` per `span`.
    pub(super) fn new(times: u32, span: Duration) -> Self {
        let times = times.max(1);
        Self { gcra: Gcra::new(span / times, times), users: Mutex::default() }
    }

    /// Counts one more action, or refuses it.
    pub(super) fn check(&self, user: &UserName, now: Instant) -> Result<(), RateExceeded> {
        let mut users = self.users.lock();
        if users.len() >= FEW && !users.contains_key(user) {
            users.retain(|_, level| level.arrival > now);
        }
        let idle = || Level { arrival: now, is_logged: false };
        let level = users.entry(user.clone()).or_insert_with(idle);
        if level.arrival <= now {
            *level = idle();
        }
        self.gcra.take(&mut level.arrival, now).map_err(|wait| {
            let is_first_refusal = !std::mem::replace(&mut level.is_logged, true);
            RateExceeded { retry_after: whole_seconds(wait), is_first_refusal }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        const MINUTE: Duration = Duration::from_mins(1);
        let (rate, start) = (UserRateLimit::new(120, MINUTE), Instant::now());
        let exceeded = |is_first_refusal| {
            Err(RateExceeded { retry_after: Duration::from_secs(1), is_first_refusal })
        };
        let user = |name: &str| UserName::parse(name).unwrap();
        let (ada, eve) = (user("ada"), user("eve"));
        for _ in 0..120 {
            assert_eq!(rate.check(&ada, start), Ok(()));
        }
        assert_eq!(rate.check(&ada, start), exceeded(true));
        assert_eq!(rate.check(&ada, start), exceeded(false), "trying again costs nothing");
        assert_eq!(rate.check(&eve, start), Ok(()), "another user");
        let later = start + Duration::from_millis(500);
        assert_eq!(rate.check(&ada, later), Ok(()));
        assert_eq!(rate.check(&ada, later), exceeded(false));
        let much_later = later + MINUTE;
        for _ in 0..120 {
            assert_eq!(rate.check(&ada, much_later), Ok(()));
        }
        assert_eq!(rate.check(&ada, much_later), exceeded(true));
    }
}
