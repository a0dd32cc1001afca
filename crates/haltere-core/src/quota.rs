//! Quotas for a shared resource: how much there is in all, and how much one caller may hold.
//!
//! A limit per request and one for the process are not enough, because one caller with many requests could
//! take everything. While the limit of one caller is smaller than the whole, no caller can exclude all others.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use crate::caller::UserName;

/// The limits of a quota, in the unit of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaBounds {
    /// For all callers together.
    pub all: usize,
    /// For one user. All callers without a session count as one user.
    pub user: usize,
    /// For one address (IPv6: for one /64).
    pub network: usize,
}

/// The caller that holds a part of the resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct QuotaHolder {
    /// `None` for callers without a session.
    pub user: Option<UserName>,
    /// `None` if it is unknown; then only the other two limits apply.
    pub address: Option<IpAddr>,
}

/// A request would exceed one of the [`QuotaBounds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaExceeded {
    /// The limit for all callers together.
    All,
    User,
    Network,
}

/// Counts what callers hold of one resource. Clones count together.
#[derive(Debug, Clone)]
pub struct Quota(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: QuotaBounds,
    held: Mutex<Amounts>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Amounts {
    all: usize,
    users: HashMap<Option<UserName>, usize>,
    networks: HashMap<IpAddr, usize>,
}

/// The part of the resource that one caller holds. Dropping it releases that part.
#[derive(Debug)]
pub struct Reservation {
    quota: Quota,
    holder: QuotaHolder,
    amount: usize,
}

impl Quota {
    /// A quota of which nothing is held.
    pub fn new(bounds: QuotaBounds) -> Self {
        Self(Arc::new(Inner { bounds, held: Mutex::default(), refused: AtomicU64::new(0) }))
    }

    /// Reserves `amount` for `holder`, or nothing.
    ///
    /// # Errors
    ///
    /// With the limit that would be exceeded.
    pub fn take(&self, holder: QuotaHolder, amount: usize) -> Result<Reservation, QuotaExceeded> {
        let address = holder.address.map(network_of);
        let mut reservation = Reservation {
            quota: self.clone(),
            holder: QuotaHolder { address, ..holder },
            amount: 0,
        };
        reservation.grow(amount)?;
        Ok(reservation)
    }

    /// The limits.
    pub fn bounds(&self) -> QuotaBounds {
        self.0.bounds
    }

    /// How much is held in all.
    pub fn held(&self) -> usize {
        self.amounts().all
    }

    /// How many requests were refused.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    fn amounts(&self) -> MutexGuard<'_, Amounts> {
        self.0.held.lock()
    }
}

impl Reservation {
    /// Reserves `more` in addition, or nothing.
    ///
    /// # Errors
    ///
    /// With the limit that would be exceeded. What is held already stays held.
    pub fn grow(&mut self, more: usize) -> Result<(), QuotaExceeded> {
        let grown = self.quota.amounts().add(&self.quota.0.bounds, &self.holder, more);
        match grown {
            Ok(()) => self.amount += more,
            Err(_) => {
                self.quota.0.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        grown
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.quota.amounts().remove(&self.holder, self.amount);
    }
}

impl Amounts {
    fn add(
        &mut self,
        bounds: &QuotaBounds,
        holder: &QuotaHolder,
        more: usize,
    ) -> Result<(), QuotaExceeded> {
        let of_user = self.users.get(&holder.user).copied().unwrap_or(0);
        let of_network = holder.address.map(|it| self.networks.get(&it).copied().unwrap_or(0));
        let fits = |held: usize, bound| held.checked_add(more).is_some_and(|sum| sum <= bound);
        // Checks the caller's own limits first: they are more specific.
        if !fits(of_user, bounds.user) {
            return Err(QuotaExceeded::User);
        }
        if of_network.is_some_and(|held| !fits(held, bounds.network)) {
            return Err(QuotaExceeded::Network);
        }
        if !fits(self.all, bounds.all) {
            return Err(QuotaExceeded::All);
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

    fn remove(&mut self, holder: &QuotaHolder, amount: usize) {
        self.all -= amount;
        less(&mut self.users, &holder.user, amount);
        if let Some(address) = &holder.address {
            less(&mut self.networks, address, amount);
        }
    }
}

/// Subtracts `amount`, and removes the entry of a holder that holds nothing.
fn less<K: Eq + Hash>(amounts: &mut HashMap<K, usize>, key: &K, amount: usize) {
    if let Some(held) = amounts.get_mut(key) {
        *held -= amount;
        if *held == 0 {
            amounts.remove(key);
        }
    }
}

/// The network that counts as one address: an IPv4 address, or the /64 of an IPv6 address, because a
/// customer gets at least a /64.
pub fn network_of(address: IpAddr) -> IpAddr {
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

    const BOUNDS: QuotaBounds = QuotaBounds { all: 10, user: 4, network: 6 };

    fn holder(user: u8, network: u8) -> QuotaHolder {
        let name = (user > 0).then(|| UserName::parse(&format!("user{user}")).expect("a name"));
        QuotaHolder { user: name, address: Some(IpAddr::from([192, 0, 2, network])) }
    }

    #[test]
    fn an_error_names_the_limit() {
        let quota = Quota::new(BOUNDS);
        let mut first = quota.take(holder(1, 1), 3).expect("within the limits");
        assert_eq!(first.grow(2), Err(QuotaExceeded::User));
        assert_eq!(first.grow(1), Ok(()));
        assert_eq!(quota.take(holder(2, 1), 3).err(), Some(QuotaExceeded::Network));
        let second = quota.take(holder(2, 2), 4).expect("within the limits");
        assert_eq!(quota.take(holder(3, 3), 3).err(), Some(QuotaExceeded::All));
        assert_eq!((quota.held(), quota.refused()), (8, 3));
        drop((first, second));
        assert_eq!(quota.held(), 0);
        let amounts = quota.amounts();
        assert!(amounts.users.is_empty() && amounts.networks.is_empty());
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let quota = Quota::new(BOUNDS);
        let at = |address: &str| QuotaHolder {
            user: None,
            address: Some(address.parse().expect("an address")),
        };
        let _held = quota.take(at("2001:db8::1"), 4).expect("within the limits");
        let same_user = quota.take(at("2001:db8::2"), 1);
        assert_eq!(same_user.err(), Some(QuotaExceeded::User));
        assert_eq!(
            network_of("::ffff:192.0.2.1".parse().expect("it")),
            IpAddr::from([192, 0, 2, 1])
        );
    }

    proptest! {
        /// Another caller still gets its full quota, whatever one caller has taken.
        #[test]
        fn no_caller_can_exclude_another(
            user in 0_u8..3,
            network in 0_u8..3,
            pieces in prop::collection::vec((1_usize..8, any::<bool>()), 1..60),
        ) {
            let quota = Quota::new(BOUNDS);
            let mut held = Vec::new();
            for (amount, releases) in pieces {
                if releases {
                    held.pop();
                }
                held.extend(quota.take(holder(user, network), amount));
            }
            let other = quota.take(holder(user + 1, network + 1), BOUNDS.user);
            prop_assert!(other.is_ok(), "{:?}", other.err());
            drop((held, other));
            prop_assert_eq!(quota.held(), 0);
        }
    }
}
