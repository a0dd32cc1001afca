//! A bounded queue that is fair between addresses: which entry is next, and which one is evicted when it is full.
//!
//! A [`Quota`](crate::Quota) refuses a newcomer when everything is taken. If a wait is short and a refusal costs
//! a login, that is not enough: many addresses with a few entries each would fill the queue for good. Here a
//! newcomer evicts an entry of the client that has the most entries, if that is more than the newcomer would have.
//! If each address has one entry, the newcomer evicts the address that had an entry more recently. So an address
//! that was absent for a while is never kept out by addresses that return again and again.
//!
//! A queue is small (tens of entries), so it is searched, not indexed.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::quota::{QuotaExceeded, network_of};

/// How many recent addresses a queue remembers. A flood from more addresses than this, each used once, can
/// still keep newcomers out.
pub const REMEMBERED: usize = 10_000;

/// The largest numbers of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueBounds {
    /// In all.
    pub all: usize,
    /// Of one account, from all addresses.
    pub account: usize,
    /// From one address (IPv6: one /64), of all accounts.
    pub network: usize,
    /// Of one account from one address.
    pub both: usize,
}

/// The client of an entry, for fairness.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientKey {
    account: String,
    network: Option<IpAddr>,
}

impl ClientKey {
    /// The client that names `account`, at `address`. Clients without an address count as one.
    pub fn new(account: impl Into<String>, address: Option<IpAddr>) -> Self {
        Self { account: account.into(), network: address.map(network_of) }
    }
}

/// Entries, each with a value.
#[derive(Debug)]
pub struct FairQueue<T> {
    bounds: QueueBounds,
    items: Vec<Item<T>>,
    /// The number of the next entry.
    next: u64,
    /// The round of the entry that was popped last.
    round: u64,
    /// The number of the last entry from each recent address.
    recent: HashMap<Option<IpAddr>, u64>,
}

#[derive(Debug)]
struct Item<T> {
    number: u64,
    client: ClientKey,
    /// The number of the previous entry from the same address.
    previous: Option<u64>,
    /// The round in which it is popped. Each address has one entry per round.
    round: u64,
    value: T,
}

/// The result of a push.
#[derive(Debug)]
pub struct Pushed<T> {
    /// Identifies the new entry.
    pub number: u64,
    /// The values of the evicted entries.
    pub evicted: Vec<T>,
}

impl<T> FairQueue<T> {
    /// An empty queue.
    pub fn new(bounds: QueueBounds) -> Self {
        Self { bounds, items: Vec::new(), next: 0, round: 0, recent: HashMap::new() }
    }

    /// Adds an entry. If it is full, evicts entries of clients that have more.
    ///
    /// # Errors
    ///
    /// With the limit that is reached; then nothing is evicted.
    pub fn push(&mut self, client: ClientKey, value: T) -> Result<Pushed<T>, QuotaExceeded> {
        let mut evicting = Vec::new();
        while let Some((reached, victim)) = self.blocking(&client, &evicting) {
            evicting.push(victim.ok_or(reached)?);
        }
        let evicted = evicting.into_iter().filter_map(|number| self.remove(number)).collect();
        let of_network = self.items.iter().filter(|item| item.client.network == client.network);
        let last = of_network.map(|item| item.round).max();
        let round = last.unwrap_or(self.round).max(self.round) + 1;
        let number = self.next;
        self.next += 1;
        let previous = self.record(client.network, number);
        self.items.push(Item { number, client, previous, round, value });
        Ok(Pushed { number, evicted })
    }

    /// Removes an entry; `None` if it has left already.
    pub fn remove(&mut self, number: u64) -> Option<T> {
        let at = self.items.iter().position(|item| item.number == number)?;
        Some(self.items.remove(at).value)
    }

    /// Removes the next entry. Addresses take turns, so a newcomer does not wait for all earlier entries
    /// of another address.
    pub fn pop(&mut self) -> Option<T> {
        let item = self.items.iter().min_by_key(|item| (item.round, item.number))?;
        let (number, round) = (item.number, item.round);
        self.round = round;
        self.remove(number)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Records the latest entry of `network`; returns the previous one.
    fn record(&mut self, network: Option<IpAddr>, number: u64) -> Option<u64> {
        if self.recent.len() >= REMEMBERED && !self.recent.contains_key(&network) {
            let longest_ago = self.recent.iter().min_by_key(|(_, number)| **number);
            if let Some(network) = longest_ago.map(|(network, _)| *network) {
                self.recent.remove(&network);
            }
        }
        self.recent.insert(network, number)
    }

    /// A limit that `client` would exceed once `evicting` are removed, and the entry to evict for it.
    fn blocking(
        &self,
        client: &ClientKey,
        evicting: &[u64],
    ) -> Option<(QuotaExceeded, Option<u64>)> {
        let staying = || self.items.iter().filter(|item| !evicting.contains(&item.number));
        let same_account = || staying().filter(|item| item.client.account == client.account);
        let same_network = || staying().filter(|item| item.client.network == client.network);
        let own = same_network().filter(|item| item.client == *client).count();
        let bounds = &self.bounds;
        if own >= bounds.both {
            Some((QuotaExceeded::User, None))
        } else if same_network().count() >= bounds.network {
            let victim = newest_of_largest(same_network(), |client| &client.account, own);
            Some((QuotaExceeded::Network, victim))
        } else if same_account().count() >= bounds.account {
            let victim = newest_of_largest(same_account(), |client| &client.network, own);
            Some((
                QuotaExceeded::User,
                victim.or_else(|| self.latest_returner(client, same_account())),
            ))
        } else if staying().count() >= bounds.all {
            let own = same_network().count();
            let victim = newest_of_largest(staying(), |client| &client.network, own);
            Some((QuotaExceeded::All, victim.or_else(|| self.latest_returner(client, staying()))))
        } else {
            None
        }
    }

    /// The entry of the address that had a previous entry most recently, if that is more recent than that of `client`.
    fn latest_returner<'a>(
        &self,
        client: &ClientKey,
        items: impl Iterator<Item = &'a Item<T>>,
    ) -> Option<u64>
    where
        T: 'a,
    {
        let record = self.recent.get(&client.network).copied();
        let latest = items.max_by_key(|item| (item.previous, item.number))?;
        (latest.previous > record).then_some(latest.number)
    }
}

/// The newest entry of the group that has most, if that is more than a newcomer with `own` entries will have.
fn newest_of_largest<'a, T: 'a, K: Eq + Hash + 'a>(
    items: impl Iterator<Item = &'a Item<T>>,
    key: impl Fn(&'a ClientKey) -> K,
    own: usize,
) -> Option<u64> {
    let mut groups: HashMap<K, (usize, u64)> = HashMap::new();
    for item in items {
        let (count, newest) = groups.entry(key(&item.client)).or_default();
        *count += 1;
        *newest = item.number.max(*newest);
    }
    let (count, newest) = groups.into_values().max()?;
    (count > own + 1).then_some(newest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: QueueBounds = QueueBounds { all: 8, account: 5, network: 4, both: 3 };

    fn client(account: &str, network: u8) -> ClientKey {
        ClientKey::new(account, Some(IpAddr::from([192, 0, 2, network])))
    }

    fn queue_of(items: &[(&str, u8)]) -> FairQueue<String> {
        let mut queue = FairQueue::new(BOUNDS);
        for (number, (account, network)) in items.iter().enumerate() {
            queue.push(client(account, *network), format!("{account}{number}")).expect("not full");
        }
        queue
    }

    #[test]
    fn an_error_names_the_limit() {
        let push = |items: &[(&str, u8)], account, network| {
            queue_of(items).push(client(account, network), String::new()).map(|it| it.evicted)
        };
        let one = [("a", 1), ("a", 1), ("a", 1)];
        assert_eq!(push(&one, "a", 1), Err(QuotaExceeded::User));
        let address = [("a", 1), ("b", 1), ("c", 1), ("d", 1)];
        assert_eq!(push(&address, "e", 1), Err(QuotaExceeded::Network));
        let account = [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5)];
        assert_eq!(push(&account, "a", 6), Err(QuotaExceeded::User));
        let accounts = ["a", "b", "c", "d"].into_iter().cycle();
        let all: Vec<_> = accounts.zip(1..=8).collect();
        assert_eq!(push(&all, "e", 9), Err(QuotaExceeded::All));
    }

    #[test]
    fn the_client_that_has_most_is_evicted() {
        // Within an address, between addresses of an account, and between all addresses.
        for (items, newcomer, evicted) in [
            (&[("a", 1), ("a", 1), ("a", 1), ("b", 1)][..], ("c", 1), "a2"),
            (&[("a", 1), ("a", 1), ("a", 2), ("a", 3), ("a", 4)], ("a", 5), "a1"),
            (
                &[("a", 1), ("b", 1), ("c", 1), ("d", 2), ("e", 2), ("f", 3), ("g", 4), ("h", 5)],
                ("i", 6),
                "c2",
            ),
        ] {
            let mut queue = queue_of(items);
            let pushed = queue.push(client(newcomer.0, newcomer.1), "new".to_owned());
            assert_eq!(pushed.expect("not full").evicted, [evicted]);
            assert_eq!(queue.len(), items.len());
        }
    }

    #[test]
    fn addresses_take_turns() {
        let mut queue = queue_of(&[("a", 1), ("a", 1), ("a", 1), ("b", 2), ("c", 3)]);
        let first = queue.pop();
        assert_eq!(first.as_deref(), Some("a0"));
        queue.push(client("d", 4), "d5".to_owned()).expect("not full");
        let mut rest = std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>();
        assert_eq!(rest.pop().as_deref(), Some("a2"));
        assert_eq!(rest[..2], ["b3", "c4"]);
        assert!(queue.is_empty());
    }

    #[test]
    fn an_absent_address_evicts_a_recent_one() {
        let mut queue = FairQueue::new(BOUNDS);
        let push = |queue: &mut FairQueue<u8>, network| {
            queue.push(client(&format!("user{network}"), network), network).map(|it| it.evicted)
        };
        for network in 1..=8 {
            assert_eq!(push(&mut queue, network), Ok(vec![]));
        }
        assert_eq!(push(&mut queue, 9), Err(QuotaExceeded::All), "no address had an entry before");
        // Each popped address returns at once.
        for network in 1..=8 {
            assert_eq!(queue.pop(), Some(network));
            assert_eq!(push(&mut queue, network), Ok(vec![]));
        }
        assert_eq!(push(&mut queue, 9), Ok(vec![8]), "the most recent address is evicted");
        assert_eq!(
            push(&mut queue, 8),
            Err(QuotaExceeded::All),
            "and the evicted address has to wait"
        );
        assert_eq!(push(&mut queue, 10), Ok(vec![7]));
        assert_eq!(queue.len(), 8);
    }

    #[test]
    fn the_remembered_addresses_are_bounded() {
        let mut queue = FairQueue::new(BOUNDS);
        for n in 0..u32::try_from(REMEMBERED).expect("few") + 5 {
            let address = std::net::Ipv4Addr::from_bits(n);
            queue.push(ClientKey::new("", Some(address.into())), ()).expect("not full");
            queue.pop();
        }
        assert_eq!(queue.recent.len(), REMEMBERED);
    }

    proptest! {
        /// An absent address is admitted however many addresses return, and is popped after at most as many
        /// entries as fit.
        #[test]
        fn no_number_of_addresses_excludes_an_absent_one(
            steps in prop::collection::vec((1_u8..90, 0_u8..3), 0..500),
        ) {
            let bounds = QueueBounds { all: 16, account: 8, network: 4, both: 2 };
            let mut queue = FairQueue::new(bounds);
            for network in 1..90 {
                queue.push(client("guest", network), network).expect("not full");
                queue.pop();
            }
            for (network, step) in steps {
                if step == 0 {
                    queue.pop();
                } else {
                    // Half of them try the owner's name.
                    let account = if network % 2 == 0 { "owner" } else { "guest" };
                    let _ = queue.push(client(account, network), network);
                }
            }
            queue.push(client("owner", 99), 99).expect("not full");
            let before = std::iter::from_fn(|| queue.pop()).take_while(|it| *it != 99);
            prop_assert!(before.count() < bounds.all);
        }

        /// If fewer addresses than fit have entries, another address is admitted, and is popped after at most
        /// two entries of each.
        #[test]
        fn no_address_excludes_another(
            steps in prop::collection::vec((1_u8..8, 0_u8..30, 0_u8..4), 0..300),
        ) {
            let bounds = QueueBounds { all: 40, account: 20, network: 10, both: 10 };
            let mut queue = FairQueue::new(bounds);
            for (network, account, step) in steps {
                if step == 0 {
                    queue.pop();
                } else {
                    let _ = queue.push(client(&format!("user{account}"), network), network);
                }
            }
            queue.push(client("owner", 99), 99).expect("not full");
            prop_assert!(queue.len() <= bounds.all);
            let before = std::iter::from_fn(|| queue.pop()).take_while(|it| *it != 99);
            prop_assert!(before.count() <= 2 * 7);
        }

        /// The same for two accounts at one address.
        #[test]
        fn no_account_excludes_another_at_the_same_address(
            steps in prop::collection::vec((0_u8..3, 0_u8..4), 0..100),
        ) {
            let mut queue = FairQueue::new(BOUNDS);
            for (account, step) in steps {
                if step == 0 {
                    queue.pop();
                } else {
                    let _ = queue.push(client(&format!("user{account}"), 1), ());
                }
            }
            queue.push(client("owner", 1), ()).expect("not full");
        }
    }
}
