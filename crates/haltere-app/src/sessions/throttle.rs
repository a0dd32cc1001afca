//! Slows down guessing of passwords. Counts failures only, so a user who knows the password is never delayed,
//! however often they log in.
//!
//! An attempt is counted before the password is verified, and refunded if it was right: concurrent guesses get no
//! further than guesses in sequence.
//!
//! `now` is the steady time ([`haltere_core::Clock::steady`]): setting the clock back prolongs no wait.
//!
//! There are three limits: per account, per address, and per account *and* address for addresses that have logged in
//! to that account before. Only the third applies to such an address, so failures elsewhere can't lock an owner out.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use haltere_core::Gcra;
use haltere_core::gcra::whole_seconds;
use haltere_core::quota::{QuotaExceeded, network_of};
use parking_lot::Mutex;

use super::ThrottleSettings;
use crate::users::canonical_name;

/// The most accounts, addresses and pairs remembered, each.
const MAX: usize = 10_000;
/// The compared length of a name, in characters.
const MAX_NAME: usize = 128;

/// The account and the address of a login attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LoginAttempt {
    account: String,
    network: Option<IpAddr>,
}

impl LoginAttempt {
    pub(crate) fn new(username: &str, address: Option<IpAddr>) -> Self {
        Self {
            // Equivalent spellings are one account, so another blank is no fresh start for guessing.
            account: canonical_name(username).chars().take(MAX_NAME).collect(),
            network: address.map(network_of),
        }
    }

    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    pub(crate) fn network(&self) -> Option<IpAddr> {
        self.network
    }
}

/// An attempt that was counted as a failure. It stays one unless the password is right.
#[derive(Debug)]
#[must_use = "an attempt that is right or was not made has to be refunded"]
pub(crate) struct CountedLogin {
    attempt: LoginAttempt,
    /// Whether the pair counted it. That may change until the password is verified.
    by_pair: bool,
}

impl CountedLogin {
    /// Whether this address has logged in to the account before.
    pub(crate) fn is_known(&self) -> bool {
        self.by_pair
    }
}

/// Too many failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Throttled {
    /// How long to wait; whole seconds, at least one.
    pub(crate) retry_after: Duration,
    /// The limit that was exceeded: of the account, or of the address.
    pub(crate) of: QuotaExceeded,
    /// Whether this is the first refusal since the last attempt. Only that one is audited, so guessing can't fill
    /// the disk.
    pub(crate) is_first: bool,
}

/// The limits on failed logins.
pub(crate) struct Throttle(Mutex<LoginLimits>);

struct LoginLimits {
    accounts: KeyedLimit<String>,
    networks: KeyedLimit<Option<IpAddr>>,
    pairs: KeyedLimit<LoginAttempt>,
    /// The pairs that have logged in before, with the time of the last login.
    trusted: HashMap<LoginAttempt, Duration>,
}

impl Throttle {
    pub(crate) fn new(settings: ThrottleSettings) -> Self {
        let ThrottleSettings { account_burst, account_interval, address_burst, address_interval } =
            settings;
        Self(Mutex::new(LoginLimits {
            accounts: KeyedLimit::new(QuotaExceeded::User, account_burst, account_interval),
            networks: KeyedLimit::new(QuotaExceeded::Network, address_burst, address_interval),
            pairs: KeyedLimit::new(QuotaExceeded::User, account_burst, account_interval),
            trusted: HashMap::new(),
        }))
    }

    /// Whether an attempt is allowed now; if so, whether this address has logged in to the account before.
    pub(crate) fn check(&self, attempt: &LoginAttempt, now: Duration) -> Result<bool, Throttled> {
        self.limits().check(attempt, now)
    }

    /// The same, and counts the attempt if it is allowed.
    pub(crate) fn count(
        &self,
        attempt: &LoginAttempt,
        now: Duration,
    ) -> Result<CountedLogin, Throttled> {
        let mut limits = self.limits();
        let by_pair = limits.check(attempt, now)?;
        if by_pair {
            limits.pairs.count(attempt.clone(), now);
        } else {
            limits.accounts.count(attempt.account.clone(), now);
        }
        limits.networks.count(attempt.network, now);
        Ok(CountedLogin { attempt: attempt.clone(), by_pair })
    }

    /// The password was not verified after all.
    pub(crate) fn refund(&self, counted: &CountedLogin, now: Duration) {
        self.limits().refund(counted, now);
    }

    /// The password was right.
    pub(crate) fn succeeded(&self, counted: &CountedLogin, now: Duration) {
        let mut limits = self.limits();
        limits.refund(counted, now);
        let CountedLogin { attempt, .. } = counted;
        limits.pairs.forget(attempt);
        if limits.trusted.len() >= MAX && !limits.trusted.contains_key(attempt) {
            forget_smallest(&mut limits.trusted, |at| *at);
        }
        limits.trusted.insert(attempt.clone(), now);
    }

    fn limits(&self) -> parking_lot::MutexGuard<'_, LoginLimits> {
        self.0.lock()
    }
}

impl LoginLimits {
    /// Whether an attempt is allowed now; if so, whether only the limit of the pair applies.
    fn check(&mut self, attempt: &LoginAttempt, now: Duration) -> Result<bool, Throttled> {
        if self.trusted.contains_key(attempt) {
            return self.pairs.check(attempt, now).map(|()| true);
        }
        self.networks.check(&attempt.network, now)?;
        self.accounts.check(&attempt.account, now).map(|()| false)
    }

    fn refund(&mut self, CountedLogin { attempt, by_pair }: &CountedLogin, now: Duration) {
        if *by_pair {
            self.pairs.refund(attempt, now);
        } else {
            self.accounts.refund(&attempt.account, now);
        }
        self.networks.refund(&attempt.network, now);
    }
}

/// A rate limit per key.
pub(crate) struct KeyedLimit<K> {
    of: QuotaExceeded,
    gcra: Gcra,
    levels: HashMap<K, Level>,
}

struct Level {
    /// The theoretical arrival time of [`Gcra`].
    arrival: Duration,
    /// Whether an attempt was refused since the last one that was counted.
    is_refused: bool,
}

impl<K: Eq + Hash + Clone> KeyedLimit<K> {
    pub(crate) fn new(of: QuotaExceeded, burst: u32, interval: Duration) -> Self {
        Self { of, gcra: Gcra::new(interval, burst), levels: HashMap::new() }
    }

    /// Whether an event is allowed now.
    pub(crate) fn check(&mut self, key: &K, now: Duration) -> Result<(), Throttled> {
        let Some(level) = self.levels.get_mut(key) else { return Ok(()) };
        self.gcra.check(level.arrival, now).map_err(|wait| {
            let is_first = !std::mem::replace(&mut level.is_refused, true);
            Throttled { retry_after: whole_seconds(wait), of: self.of, is_first }
        })
    }

    /// Counts an event.
    pub(crate) fn count(&mut self, key: K, now: Duration) {
        if self.levels.len() >= MAX && !self.levels.contains_key(&key) {
            self.levels.retain(|_, level| level.arrival > now);
            if self.levels.len() >= MAX {
                forget_smallest(&mut self.levels, |level| level.arrival);
            }
        }
        let level = self.levels.entry(key).or_insert(Level { arrival: now, is_refused: false });
        self.gcra.count(&mut level.arrival, now);
        level.is_refused = false;
    }

    /// Undoes one [`KeyedLimit::count`].
    fn refund(&mut self, key: &K, now: Duration) {
        if let Some(level) = self.levels.get_mut(key) {
            self.gcra.refund(&mut level.arrival, now);
        }
    }

    fn forget(&mut self, key: &K) {
        self.levels.remove(key);
    }
}

fn forget_smallest<K: Eq + Hash + Clone, V>(map: &mut HashMap<K, V>, by: impl Fn(&V) -> Duration) {
    let smallest = map.iter().min_by_key(|(_, value)| by(value)).map(|(key, _)| key.clone());
    if let Some(key) = smallest {
        map.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: ThrottleSettings = ThrottleSettings {
        account_burst: 3,
        account_interval: Duration::from_secs(10),
        address_burst: 5,
        address_interval: Duration::from_secs(10),
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(86_400 + seconds)
    }

    fn from(account: &str, address: &str) -> LoginAttempt {
        LoginAttempt::new(account, Some(address.parse().unwrap()))
    }

    fn fail(throttle: &Throttle, attempt: &LoginAttempt, times: usize, now: Duration) {
        for _ in 0..times {
            let _wrong = throttle.count(attempt, now).expect("not yet throttled");
        }
    }

    fn succeed(throttle: &Throttle, attempt: &LoginAttempt, now: Duration) {
        let counted = throttle.count(attempt, now).expect("not throttled");
        throttle.succeeded(&counted, now);
    }

    #[test]
    fn concurrent_guesses_are_counted_and_the_right_one_is_refunded() {
        let throttle = Throttle::new(SETTINGS);
        let (ann, elsewhere) = (from("ann", "192.0.2.1"), from("ann", "203.0.113.9"));
        let [first, second, right] = [(); 3].map(|()| throttle.count(&ann, at(0)).unwrap());
        throttle.count(&elsewhere, at(0)).expect_err("three are in progress");
        throttle.refund(&first, at(0));
        throttle.succeeded(&right, at(0));
        // One wrong guess remains, and the address of the owner is known.
        fail(&throttle, &elsewhere, 2, at(0));
        throttle.count(&elsewhere, at(0)).unwrap_err();
        fail(&throttle, &ann, 3, at(0));
        // Refunds the account.
        throttle.refund(&second, at(0));
        fail(&throttle, &elsewhere, 1, at(0));
        throttle.count(&ann, at(0)).unwrap_err();
    }

    #[test]
    fn the_right_password_is_never_throttled() {
        let throttle = Throttle::new(SETTINGS);
        for _ in 0..100 {
            succeed(&throttle, &from("ann", "192.0.2.1"), at(0));
            succeed(&throttle, &from("bob", "192.0.2.1"), at(0));
        }
        fail(&throttle, &from("eve", "192.0.2.1"), 3, at(0));
        fail(&throttle, &from("ann", "203.0.113.9"), 3, at(0));
    }

    #[test]
    fn an_account_is_throttled_and_recovers() {
        let throttle = Throttle::new(SETTINGS);
        let attempt = from("ann", "192.0.2.1");
        fail(&throttle, &attempt, 3, at(0));
        let throttled = |seconds, is_first| Throttled {
            retry_after: Duration::from_secs(seconds),
            of: QuotaExceeded::User,
            is_first,
        };
        let refusal = throttle.check(&attempt, at(0)).unwrap_err();
        assert_eq!(refusal, throttled(10, true));
        let refusal = throttle.check(&from("ann", "198.51.100.7"), at(4)).unwrap_err();
        assert_eq!(refusal, throttled(6, false));
        throttle.check(&from("bob", "192.0.2.1"), at(0)).expect("another account");
        fail(&throttle, &attempt, 1, at(10));
        assert!(throttle.check(&attempt, at(10)).unwrap_err().is_first);
        fail(&throttle, &attempt, 3, at(1000));
    }

    #[test]
    fn another_spelling_of_a_name_is_no_fresh_start() {
        let throttle = Throttle::new(SETTINGS);
        for typed in ["Ren\u{e9}", "Rene\u{301}", " Ren\u{e9}\t"] {
            fail(&throttle, &from(typed, "192.0.2.1"), 1, at(0));
        }
        throttle.check(&from("Ren\u{e9} ", "192.0.2.1"), at(0)).unwrap_err();
    }

    #[test]
    fn an_address_is_throttled_across_accounts_and_ipv6_by_network() {
        let throttle = Throttle::new(SETTINGS);
        for user in ["a", "b", "c", "d", "e"] {
            fail(&throttle, &from(user, "2001:db8::1"), 1, at(0));
        }
        let refusal = throttle.check(&from("f", "2001:db8::2"), at(0)).unwrap_err();
        assert_eq!(refusal.of, QuotaExceeded::Network);
        throttle.check(&from("f", "2001:db8:0:1::1"), at(0)).expect("another network");
    }

    #[test]
    fn an_owner_is_not_locked_out_by_failures_elsewhere() {
        let throttle = Throttle::new(SETTINGS);
        let (owner, other) = (from("ann", "192.0.2.1"), from("ann", "203.0.113.9"));
        succeed(&throttle, &owner, at(0));
        fail(&throttle, &other, 3, at(0));
        throttle.check(&other, at(0)).unwrap_err();
        fail(&throttle, &owner, 3, at(0));
        throttle.check(&owner, at(0)).expect_err("known addresses are throttled, too");
        succeed(&throttle, &owner, at(20));
        fail(&throttle, &owner, 3, at(20));
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let mut limit = KeyedLimit::new(QuotaExceeded::User, 1, Duration::from_secs(10));
        for n in 0..MAX + 5 {
            limit.count(n, at(0));
        }
        assert_eq!(limit.levels.len(), MAX);
    }
}
