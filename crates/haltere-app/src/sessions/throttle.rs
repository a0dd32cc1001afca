//! Slows down guessing of passwords. Counts failures only, so that whoever knows the password is
//! never slowed down by logging in often.
//!
//! A try is counted before the password is looked at and given back when it was right: guesses that
//! come all at once get no further than those that come one after the other.
//!
//! `now` is the steady time ([`haltere_core::Clock::steady`]): a clock that is set back prolongs no wait.
//!
//! Three counters, each a leaky bucket: per account, per address, and per account *and* address for
//! addresses that have logged in to that account before. Such an address is judged by the third
//! alone: nobody can lock an owner out by failing at their account from somewhere else.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use haltere_core::quota::{QuotaExceeded, neighbourhood};

use super::ThrottleSettings;
use crate::users::canonical_name;

/// The most accounts, addresses and pairs remembered, each.
const MAX: usize = 10_000;
/// The longest name that is told apart from others, in characters.
const MAX_NAME: usize = 128;

/// Who tries to log in, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Tries {
    account: String,
    network: Option<IpAddr>,
}

impl Tries {
    pub(crate) fn new(username: &str, address: Option<IpAddr>) -> Self {
        Self {
            // One account however it is typed, lest a blank more be a fresh start for guessing.
            account: canonical_name(username).chars().take(MAX_NAME).collect(),
            network: address.map(neighbourhood),
        }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    pub(super) fn network(&self) -> Option<IpAddr> {
        self.network
    }
}

/// A try that was counted as a failure. It stays one unless the password turns out to be right.
#[derive(Debug)]
#[must_use = "a try that is right or was never made has to be given back"]
pub(crate) struct Counted {
    tries: Tries,
    /// Which bucket it is in: that may be another one by the time the password is known.
    by_pair: bool,
}

/// Too many failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Throttled {
    /// How long to wait; whole seconds, at least one.
    pub(crate) retry_after: Duration,
    /// Whose failures they were: the account's, or those from the address.
    pub(crate) of: QuotaExceeded,
    /// Whether this is the first refusal since the last try: only that is audited, lest guessing fill the disk.
    pub(crate) is_news: bool,
}

pub(crate) struct Throttle(Mutex<Buckets>);

struct Buckets {
    accounts: Bucket<String>,
    networks: Bucket<Option<IpAddr>>,
    pairs: Bucket<Tries>,
    /// Who has logged in before, and when last.
    trusted: HashMap<Tries, Duration>,
}

impl Throttle {
    pub(crate) fn new(settings: ThrottleSettings) -> Self {
        let ThrottleSettings { account_burst, account_interval, address_burst, address_interval } =
            settings;
        Self(Mutex::new(Buckets {
            accounts: Bucket::new(QuotaExceeded::User, account_burst, account_interval),
            networks: Bucket::new(QuotaExceeded::Network, address_burst, address_interval),
            pairs: Bucket::new(QuotaExceeded::User, account_burst, account_interval),
            trusted: HashMap::new(),
        }))
    }

    /// Whether a try may be made now; if so, whether they have logged in from there before.
    pub(crate) fn check(&self, tries: &Tries, now: Duration) -> Result<bool, Throttled> {
        self.buckets().check(tries, now)
    }

    /// The same, and counts the try if so.
    pub(crate) fn count(&self, tries: &Tries, now: Duration) -> Result<Counted, Throttled> {
        let mut buckets = self.buckets();
        let by_pair = buckets.check(tries, now)?;
        if by_pair {
            buckets.pairs.fill(tries.clone(), now);
        } else {
            buckets.accounts.fill(tries.account.clone(), now);
        }
        buckets.networks.fill(tries.network, now);
        Ok(Counted { tries: tries.clone(), by_pair })
    }

    /// The password was not looked at after all.
    pub(crate) fn give_back(&self, counted: &Counted) {
        self.buckets().give_back(counted);
    }

    /// The password was right.
    pub(crate) fn succeeded(&self, counted: &Counted, now: Duration) {
        let mut buckets = self.buckets();
        buckets.give_back(counted);
        let Counted { tries, .. } = counted;
        buckets.pairs.empty(tries);
        if buckets.trusted.len() >= MAX && !buckets.trusted.contains_key(tries) {
            forget_smallest(&mut buckets.trusted, |at| *at);
        }
        buckets.trusted.insert(tries.clone(), now);
    }

    fn buckets(&self) -> parking_lot::MutexGuard<'_, Buckets> {
        self.0.lock()
    }
}

impl Buckets {
    /// Whether a try may be made now; if so, whether the pair alone decided that.
    fn check(&mut self, tries: &Tries, now: Duration) -> Result<bool, Throttled> {
        if self.trusted.contains_key(tries) {
            return self.pairs.check(tries, now).map(|()| true);
        }
        self.networks.check(&tries.network, now)?;
        self.accounts.check(&tries.account, now).map(|()| false)
    }

    fn give_back(&mut self, Counted { tries, by_pair }: &Counted) {
        if *by_pair {
            self.pairs.drain(tries);
        } else {
            self.accounts.drain(&tries.account);
        }
        self.networks.drain(&tries.network);
    }
}

/// One leaky bucket per key: a failure fills in `interval`, time drains it, and over
/// `burst × interval` it overflows.
struct Bucket<K> {
    of: QuotaExceeded,
    interval: Duration,
    capacity: Duration,
    levels: HashMap<K, Level>,
}

struct Level {
    /// When the bucket will be empty.
    empty_at: Duration,
    /// Whether somebody was refused since it was last filled.
    refused: bool,
}

impl<K: Eq + Hash + Clone> Bucket<K> {
    fn new(of: QuotaExceeded, burst: u32, interval: Duration) -> Self {
        Self { of, interval, capacity: interval * burst, levels: HashMap::new() }
    }

    fn check(&mut self, key: &K, now: Duration) -> Result<(), Throttled> {
        let Some(level) = self.levels.get_mut(key) else { return Ok(()) };
        let fill = filled(level.empty_at, now) + self.interval;
        let Some(over) = fill.checked_sub(self.capacity).filter(|over| !over.is_zero()) else {
            return Ok(());
        };
        let is_news = !std::mem::replace(&mut level.refused, true);
        let retry_after =
            Duration::from_secs(over.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX));
        Err(Throttled { retry_after, of: self.of, is_news })
    }

    fn fill(&mut self, key: K, now: Duration) {
        if self.levels.len() >= MAX && !self.levels.contains_key(&key) {
            self.levels.retain(|_, level| level.empty_at > now);
            if self.levels.len() >= MAX {
                forget_smallest(&mut self.levels, |level| level.empty_at);
            }
        }
        let level = self.levels.entry(key).or_insert(Level { empty_at: now, refused: false });
        level.empty_at = level.empty_at.max(now) + self.interval;
        level.refused = false;
    }

    /// Takes out what one [`Bucket::fill`] has put in.
    fn drain(&mut self, key: &K) {
        if let Some(level) = self.levels.get_mut(key) {
            level.empty_at = level.empty_at.saturating_sub(self.interval);
        }
    }

    fn empty(&mut self, key: &K) {
        self.levels.remove(key);
    }
}

/// How much is in a bucket.
fn filled(empty_at: Duration, now: Duration) -> Duration {
    empty_at.saturating_sub(now)
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

    fn from(account: &str, address: &str) -> Tries {
        Tries::new(account, Some(address.parse().unwrap()))
    }

    fn fail(throttle: &Throttle, tries: &Tries, times: usize, now: Duration) {
        for _ in 0..times {
            let _wrong = throttle.count(tries, now).expect("not yet throttled");
        }
    }

    fn succeed(throttle: &Throttle, tries: &Tries, now: Duration) {
        let counted = throttle.count(tries, now).expect("not throttled");
        throttle.succeeded(&counted, now);
    }

    #[test]
    fn guesses_under_way_are_counted_and_the_right_one_is_given_back() {
        let throttle = Throttle::new(SETTINGS);
        let (ann, elsewhere) = (from("ann", "192.0.2.1"), from("ann", "203.0.113.9"));
        let [first, second, right] = [(); 3].map(|()| throttle.count(&ann, at(0)).unwrap());
        throttle.count(&elsewhere, at(0)).expect_err("three are under way");
        throttle.give_back(&first);
        throttle.succeeded(&right, at(0));
        // One wrong guess is left, and it is known where the owner comes from.
        fail(&throttle, &elsewhere, 2, at(0));
        throttle.count(&elsewhere, at(0)).unwrap_err();
        fail(&throttle, &ann, 3, at(0));
        // What was counted for the account goes back to the account.
        throttle.give_back(&second);
        fail(&throttle, &elsewhere, 1, at(0));
        throttle.count(&ann, at(0)).unwrap_err();
    }

    #[test]
    fn the_right_password_may_be_used_as_often_as_one_likes() {
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
        let tries = from("ann", "192.0.2.1");
        fail(&throttle, &tries, 3, at(0));
        let throttled = |seconds, is_news| Throttled {
            retry_after: Duration::from_secs(seconds),
            of: QuotaExceeded::User,
            is_news,
        };
        let refusal = throttle.check(&tries, at(0)).unwrap_err();
        assert_eq!(refusal, throttled(10, true));
        let refusal = throttle.check(&from("ann", "198.51.100.7"), at(4)).unwrap_err();
        assert_eq!(refusal, throttled(6, false));
        throttle.check(&from("bob", "192.0.2.1"), at(0)).expect("another account");
        fail(&throttle, &tries, 1, at(10));
        assert!(throttle.check(&tries, at(10)).unwrap_err().is_news);
        fail(&throttle, &tries, 3, at(1000));
    }

    #[test]
    fn another_way_to_type_a_name_is_no_fresh_start() {
        let throttle = Throttle::new(SETTINGS);
        for typed in ["Ren\u{e9}", "Rene\u{301}", " Ren\u{e9}\t"] {
            fail(&throttle, &from(typed, "192.0.2.1"), 1, at(0));
        }
        throttle.check(&from("Ren\u{e9} ", "192.0.2.1"), at(0)).unwrap_err();
    }

    #[test]
    fn an_address_is_throttled_over_all_accounts_and_ipv6_by_its_network() {
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
        let (owner, stranger) = (from("ann", "192.0.2.1"), from("ann", "203.0.113.9"));
        succeed(&throttle, &owner, at(0));
        fail(&throttle, &stranger, 3, at(0));
        throttle.check(&stranger, at(0)).unwrap_err();
        fail(&throttle, &owner, 3, at(0));
        throttle.check(&owner, at(0)).expect_err("known addresses may not guess for ever either");
        succeed(&throttle, &owner, at(20));
        fail(&throttle, &owner, 3, at(20));
    }

    #[test]
    fn it_never_remembers_more_than_its_bound() {
        let mut bucket = Bucket::new(QuotaExceeded::User, 1, Duration::from_secs(10));
        for n in 0..MAX + 5 {
            bucket.fill(n, at(0));
        }
        assert_eq!(bucket.levels.len(), MAX);
    }
}
