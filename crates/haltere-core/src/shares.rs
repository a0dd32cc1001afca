//! Bounds for what callers share: how much there is in all, and how much of it one caller may hold.
//!
//! A bound for each request and one for the process are not enough: one caller with many requests takes
//! everything. As long as the share of one caller is smaller than the whole, no caller keeps all others out.

use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::caller::UserName;

/// How much there is, in whatever unit the owner counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// For all callers together.
    pub all: usize,
    /// For one user. All callers without a session count as one user.
    pub user: usize,
    /// For one address (IPv6: for one /64).
    pub network: usize,
}

/// Who holds something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Holder {
    /// `None` for callers without a session.
    pub user: Option<UserName>,
    /// `None` where it isn't known; then only the other two bounds count.
    pub address: Option<IpAddr>,
}

/// Which of the [`Bounds`] is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// What all callers may hold together.
    All,
    /// What the user may hold.
    User,
    /// What the address may hold.
    Network,
}

/// Something that callers share. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: Bounds,
    held: Mutex<Amounts>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Amounts {
    all: usize,
    users: HashMap<Option<UserName>, usize>,
    networks: HashMap<IpAddr, usize>,
}

/// What one caller holds; given back when dropped.
#[derive(Debug)]
pub struct Share {
    shares: Shares,
    holder: Holder,
    amount: usize,
}

impl Shares {
    /// Nothing is held yet.
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Inner { bounds, held: Mutex::default(), refused: AtomicU64::new(0) }))
    }

    /// Takes `amount` for `holder`, or nothing.
    ///
    /// # Errors
    ///
    /// With the bound that is reached.
    pub fn take(&self, holder: Holder, amount: usize) -> Result<Share, Reached> {
        let address = holder.address.map(neighbourhood);
        let mut share =
            Share { shares: self.clone(), holder: Holder { address, ..holder }, amount: 0 };
        share.grow(amount)?;
        Ok(share)
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.0.bounds
    }

    /// How much is held in all.
    pub fn held(&self) -> usize {
        self.amounts().all
    }

    /// How often somebody got nothing.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    fn amounts(&self) -> MutexGuard<'_, Amounts> {
        self.0.held.lock()
    }
}

impl Share {
    /// Takes `more` on top, or nothing.
    ///
    /// # Errors
    ///
    /// With the bound that is reached; what is held stays held.
    pub fn grow(&mut self, more: usize) -> Result<(), Reached> {
        let grown = self.shares.amounts().add(&self.shares.0.bounds, &self.holder, more);
        match grown {
            Ok(()) => self.amount += more,
            Err(_) => {
                self.shares.0.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        grown
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.amounts().remove(&self.holder, self.amount);
    }
}

impl Amounts {
    fn add(&mut self, bounds: &Bounds, holder: &Holder, more: usize) -> Result<(), Reached> {
        let of_user = self.users.get(&holder.user).copied().unwrap_or(0);
        let of_network = holder.address.map(|it| self.networks.get(&it).copied().unwrap_or(0));
        let fits = |held: usize, bound| held.checked_add(more).is_some_and(|sum| sum <= bound);
        // The caller's own bounds first: they tell more.
        if !fits(of_user, bounds.user) {
            return Err(Reached::User);
        }
        if of_network.is_some_and(|held| !fits(held, bounds.network)) {
            return Err(Reached::Network);
        }
        if !fits(self.all, bounds.all) {
            return Err(Reached::All);
        }
        if more > 0 {
            self.all += more;
            *self.users.entry(holder.user.clone()).or_default() += more;
            if let Some(address) = holder.address {
                *self.networks.entry(address).or_default() += more;
            }
        }
        Ok(())
    }

    fn remove(&mut self, holder: &Holder, amount: usize) {
        self.all -= amount;
        less(&mut self.users, &holder.user, amount);
        if let Some(address) = &holder.address {
            less(&mut self.networks, address, amount);
        }
    }
}

/// Leaves no entry behind for who holds nothing any more.
fn less<K: Eq + Hash>(amounts: &mut HashMap<K, usize>, key: &K, amount: usize) {
    if let Some(held) = amounts.get_mut(key) {
        *held -= amount;
        if *held == 0 {
            amounts.remove(key);
        }
    }
}

/// What counts as one address: an IPv4 address, or the /64 of an IPv6 address, because one customer has a
/// /64 at least.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds { all: 10, user: 4, network: 6 };

    fn holder(user: u8, network: u8) -> Holder {
        let name = (user > 0).then(|| UserName::parse(&format!("user{user}")).expect("a name"));
        Holder { user: name, address: Some(IpAddr::from([192, 0, 2, network])) }
    }

    #[test]
    fn each_bound_is_said_by_its_name() {
        let shares = Shares::new(BOUNDS);
        let mut first = shares.take(holder(1, 1), 3).expect("there is room");
        assert_eq!(first.grow(2), Err(Reached::User));
        assert_eq!(first.grow(1), Ok(()));
        assert_eq!(shares.take(holder(2, 1), 3).err(), Some(Reached::Network));
        let second = shares.take(holder(2, 2), 4).expect("there is room");
        assert_eq!(shares.take(holder(3, 3), 3).err(), Some(Reached::All));
        assert_eq!((shares.held(), shares.refused()), (8, 3));
        drop((first, second));
        assert_eq!(shares.held(), 0);
        let amounts = shares.amounts();
        assert!(amounts.users.is_empty() && amounts.networks.is_empty());
    }

    #[test]
    fn addresses_of_one_customer_count_together() {
        let shares = Shares::new(BOUNDS);
        let at = |address: &str| Holder {
            user: None,
            address: Some(address.parse().expect("an address")),
        };
        let _held = shares.take(at("2001:db8::1"), 4).expect("there is room");
        let shares_user = shares.take(at("2001:db8::2"), 1);
        assert_eq!(shares_user.err(), Some(Reached::User));
        assert_eq!(
            neighbourhood("::ffff:192.0.2.1".parse().expect("it")),
            IpAddr::from([192, 0, 2, 1])
        );
    }

    proptest! {
        /// Whatever one caller has taken, in whatever pieces, another one still gets theirs.
        #[test]
        fn no_caller_can_deny_a_shared_thing_to_another(
            user in 0_u8..3,
            network in 0_u8..3,
            pieces in prop::collection::vec((1_usize..8, any::<bool>()), 1..60),
        ) {
            let shares = Shares::new(BOUNDS);
            let mut held = Vec::new();
            for (amount, gives_back) in pieces {
                if gives_back {
                    held.pop();
                }
                held.extend(shares.take(holder(user, network), amount));
            }
            let other = shares.take(holder(user + 1, network + 1), BOUNDS.user);
            prop_assert!(other.is_ok(), "{:?}", other.err());
            drop((held, other));
            prop_assert_eq!(shares.held(), 0);
        }
    }
}
