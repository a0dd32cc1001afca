//! Room for a few callers at a time: who gets in, who gives way, and whose turn is next.
//!
//! [`Shares`](crate::Shares) refuse a newcomer when everything is taken. Where a wait is short and a refusal
//! costs a login, that is not enough: many addresses with a few members each would fill the room for good.
//! Here a newcomer takes the room of a caller who has more than they would have with it. Where each address has
//! one, the newcomer takes the room of one that was in more recently: addresses take turns at getting in as well,
//! and one that was not in lately is never kept out by those who come again and again.
//!
//! A crowd is small (tens of members), so it is searched, not indexed.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::shares::{Reached, neighbourhood};

/// How many addresses a crowd remembers. With more of them than that, at which nobody comes twice, newcomers can
/// still be kept out.
pub const REMEMBERED: usize = 10_000;

/// How many members a crowd has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdBounds {
    /// In all.
    pub all: usize,
    /// Of one account, from wherever.
    pub account: usize,
    /// From one address (IPv6: one /64), of whatever account.
    pub network: usize,
    /// Of one account from one address.
    pub both: usize,
}

/// Who a member is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Who {
    account: String,
    network: Option<IpAddr>,
}

impl Who {
    /// Somebody who calls themselves `account`, at `address`. Those without an address count as one.
    pub fn new(account: impl Into<String>, address: Option<IpAddr>) -> Self {
        Self { account: account.into(), network: address.map(neighbourhood) }
    }
}

/// Members, each with something of theirs.
#[derive(Debug)]
pub struct Crowd<T> {
    bounds: CrowdBounds,
    members: Vec<Member<T>>,
    /// The number of the next member.
    next: u64,
    /// The round of the member whose turn came last.
    round: u64,
    /// The number of the last member from each address that was in lately.
    visits: HashMap<Option<IpAddr>, u64>,
}

#[derive(Debug)]
struct Member<T> {
    number: u64,
    who: Who,
    /// The number of the last member from the same address before this one.
    visit_before: Option<u64>,
    /// When their turn is, by rounds in which each address has one turn.
    round: u64,
    theirs: T,
}

/// Somebody got in.
#[derive(Debug)]
pub struct Entered<T> {
    /// Names the new member.
    pub number: u64,
    /// What belonged to those who gave way.
    pub gave_way: Vec<T>,
}

impl<T> Crowd<T> {
    /// Nobody is in.
    pub fn new(bounds: CrowdBounds) -> Self {
        Self { bounds, members: Vec::new(), next: 0, round: 0, visits: HashMap::new() }
    }

    /// Lets somebody in, at the cost of those who have more.
    ///
    /// # Errors
    ///
    /// With the bound that is reached; then nobody has given way.
    pub fn enter(&mut self, who: Who, theirs: T) -> Result<Entered<T>, Reached> {
        let mut leaving = Vec::new();
        while let Some((reached, victim)) = self.in_the_way(&who, &leaving) {
            leaving.push(victim.ok_or(reached)?);
        }
        let gave_way = leaving.into_iter().filter_map(|number| self.leave(number)).collect();
        let of_network = self.members.iter().filter(|member| member.who.network == who.network);
        let last = of_network.map(|member| member.round).max();
        let round = last.unwrap_or(self.round).max(self.round) + 1;
        let number = self.next;
        self.next += 1;
        let visit_before = self.visit(who.network, number);
        self.members.push(Member { number, who, visit_before, round, theirs });
        Ok(Entered { number, gave_way })
    }

    /// Takes a member out; `None` when it has gone already.
    pub fn leave(&mut self, number: u64) -> Option<T> {
        let at = self.members.iter().position(|member| member.number == number)?;
        Some(self.members.remove(at).theirs)
    }

    /// Takes out the member whose turn is next. Addresses take turns, so that a newcomer does not wait
    /// for everything that another one has asked for before.
    pub fn next_turn(&mut self) -> Option<T> {
        let member = self.members.iter().min_by_key(|member| (member.round, member.number))?;
        let (number, round) = (member.number, member.round);
        self.round = round;
        self.leave(number)
    }

    /// How many are in.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is in.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Remembers a visit; the one before.
    fn visit(&mut self, network: Option<IpAddr>, number: u64) -> Option<u64> {
        if self.visits.len() >= REMEMBERED && !self.visits.contains_key(&network) {
            let longest_ago = self.visits.iter().min_by_key(|(_, number)| **number);
            if let Some(network) = longest_ago.map(|(network, _)| *network) {
                self.visits.remove(&network);
            }
        }
        self.visits.insert(network, number)
    }

    /// A bound that `who` would exceed once `leaving` are out, and the member that should go.
    fn in_the_way(&self, who: &Who, leaving: &[u64]) -> Option<(Reached, Option<u64>)> {
        let staying = || self.members.iter().filter(|member| !leaving.contains(&member.number));
        let same_account = || staying().filter(|member| member.who.account == who.account);
        let same_network = || staying().filter(|member| member.who.network == who.network);
        let own = same_network().filter(|member| member.who == *who).count();
        let bounds = &self.bounds;
        if own >= bounds.both {
            Some((Reached::User, None))
        } else if same_network().count() >= bounds.network {
            let victim = last_of_most(same_network(), |who| &who.account, own);
            Some((Reached::Network, victim))
        } else if same_account().count() >= bounds.account {
            let victim = last_of_most(same_account(), |who| &who.network, own);
            Some((Reached::User, victim.or_else(|| self.latest_guest(who, same_account()))))
        } else if staying().count() >= bounds.all {
            let own = same_network().count();
            let victim = last_of_most(staying(), |who| &who.network, own);
            Some((Reached::All, victim.or_else(|| self.latest_guest(who, staying()))))
        } else {
            None
        }
    }

    /// The member from the address that was in most recently before, if that is more recently than `who` was.
    fn latest_guest<'a>(
        &self,
        who: &Who,
        members: impl Iterator<Item = &'a Member<T>>,
    ) -> Option<u64>
    where
        T: 'a,
    {
        let visit = self.visits.get(&who.network).copied();
        let latest = members.max_by_key(|member| (member.visit_before, member.number))?;
        (latest.visit_before > visit).then_some(latest.number)
    }
}

/// The newest of those who have most, if that is more than a newcomer with `own` will have.
fn last_of_most<'a, T: 'a, K: Eq + Hash + 'a>(
    members: impl Iterator<Item = &'a Member<T>>,
    key: impl Fn(&'a Who) -> K,
    own: usize,
) -> Option<u64> {
    let mut groups: HashMap<K, (usize, u64)> = HashMap::new();
    for member in members {
        let (count, newest) = groups.entry(key(&member.who)).or_default();
        *count += 1;
        *newest = member.number.max(*newest);
    }
    let (count, newest) = groups.into_values().max()?;
    (count > own + 1).then_some(newest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: CrowdBounds = CrowdBounds { all: 8, account: 5, network: 4, both: 3 };

    fn who(account: &str, network: u8) -> Who {
        Who::new(account, Some(IpAddr::from([192, 0, 2, network])))
    }

    fn crowd(members: &[(&str, u8)]) -> Crowd<String> {
        let mut crowd = Crowd::new(BOUNDS);
        for (number, (account, network)) in members.iter().enumerate() {
            crowd.enter(who(account, *network), format!("{account}{number}")).expect("room");
        }
        crowd
    }

    #[test]
    fn each_bound_is_said_by_its_name() {
        let enter = |members: &[(&str, u8)], account, network| {
            crowd(members).enter(who(account, network), String::new()).map(|it| it.gave_way)
        };
        let one = [("a", 1), ("a", 1), ("a", 1)];
        assert_eq!(enter(&one, "a", 1), Err(Reached::User));
        let address = [("a", 1), ("b", 1), ("c", 1), ("d", 1)];
        assert_eq!(enter(&address, "e", 1), Err(Reached::Network));
        let account = [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5)];
        assert_eq!(enter(&account, "a", 6), Err(Reached::User));
        let accounts = ["a", "b", "c", "d"].into_iter().cycle();
        let everybody: Vec<_> = accounts.zip(1..=8).collect();
        assert_eq!(enter(&everybody, "e", 9), Err(Reached::All));
    }

    #[test]
    fn who_has_more_gives_way() {
        // Within an address, between addresses of an account, and between all addresses.
        for (members, newcomer, gives_way) in [
            (&[("a", 1), ("a", 1), ("a", 1), ("b", 1)][..], ("c", 1), "a2"),
            (&[("a", 1), ("a", 1), ("a", 2), ("a", 3), ("a", 4)], ("a", 5), "a1"),
            (
                &[("a", 1), ("b", 1), ("c", 1), ("d", 2), ("e", 2), ("f", 3), ("g", 4), ("h", 5)],
                ("i", 6),
                "c2",
            ),
        ] {
            let mut crowd = crowd(members);
            let entered = crowd.enter(who(newcomer.0, newcomer.1), "new".to_owned());
            assert_eq!(entered.expect("room").gave_way, [gives_way]);
            assert_eq!(crowd.len(), members.len());
        }
    }

    #[test]
    fn addresses_take_turns() {
        let mut crowd = crowd(&[("a", 1), ("a", 1), ("a", 1), ("b", 2), ("c", 3)]);
        let first = crowd.next_turn();
        assert_eq!(first.as_deref(), Some("a0"));
        crowd.enter(who("d", 4), "d5".to_owned()).expect("room");
        let mut rest = std::iter::from_fn(|| crowd.next_turn()).collect::<Vec<_>>();
        assert_eq!(rest.pop().as_deref(), Some("a2"));
        assert_eq!(rest[..2], ["b3", "c4"]);
        assert!(crowd.is_empty());
    }

    #[test]
    fn an_address_that_was_not_in_lately_takes_the_room_of_one_that_was() {
        let mut crowd = Crowd::new(BOUNDS);
        let enter = |crowd: &mut Crowd<u8>, network| {
            crowd.enter(who(&format!("user{network}"), network), network).map(|it| it.gave_way)
        };
        for network in 1..=8 {
            assert_eq!(enter(&mut crowd, network), Ok(vec![]));
        }
        assert_eq!(enter(&mut crowd, 9), Err(Reached::All), "none was in before");
        // Whose turn it was comes again at once, each time.
        for network in 1..=8 {
            assert_eq!(crowd.next_turn(), Some(network));
            assert_eq!(enter(&mut crowd, network), Ok(vec![]));
        }
        assert_eq!(enter(&mut crowd, 9), Ok(vec![8]), "who was in last gives way");
        assert_eq!(
            enter(&mut crowd, 8),
            Err(Reached::All),
            "and has to wait for longer than others"
        );
        assert_eq!(enter(&mut crowd, 10), Ok(vec![7]));
        assert_eq!(crowd.len(), 8);
    }

    #[test]
    fn it_remembers_so_many_addresses() {
        let mut crowd = Crowd::new(BOUNDS);
        for n in 0..u32::try_from(REMEMBERED).expect("few") + 5 {
            let address = std::net::Ipv4Addr::from_bits(n);
            crowd.enter(Who::new("", Some(address.into())), ()).expect("room");
            crowd.next_turn();
        }
        assert_eq!(crowd.visits.len(), REMEMBERED);
    }

    proptest! {
        /// However many addresses come again and again, one that was not in lately gets in, and is served after at
        /// most as many as there is room for.
        #[test]
        fn no_number_of_addresses_denies_room_to_one_that_was_not_in_lately(
            steps in prop::collection::vec((1_u8..90, 0_u8..3), 0..500),
        ) {
            let bounds = CrowdBounds { all: 16, account: 8, network: 4, both: 2 };
            let mut crowd = Crowd::new(bounds);
            for network in 1..90 {
                crowd.enter(who("stranger", network), network).expect("room");
                crowd.next_turn();
            }
            for (network, step) in steps {
                if step == 0 {
                    crowd.next_turn();
                } else {
                    // Half of them try the owner's name.
                    let account = if network % 2 == 0 { "owner" } else { "stranger" };
                    let _ = crowd.enter(who(account, network), network);
                }
            }
            crowd.enter(who("owner", 99), 99).expect("room");
            let before = std::iter::from_fn(|| crowd.next_turn()).take_while(|it| *it != 99);
            prop_assert!(before.count() < bounds.all);
        }

        /// Whatever fewer addresses than there is room for have done, somebody from another address gets
        /// in, and is served after at most two of each.
        #[test]
        fn no_address_denies_room_to_another(
            steps in prop::collection::vec((1_u8..8, 0_u8..30, 0_u8..4), 0..300),
        ) {
            let bounds = CrowdBounds { all: 40, account: 20, network: 10, both: 10 };
            let mut crowd = Crowd::new(bounds);
            for (network, account, step) in steps {
                if step == 0 {
                    crowd.next_turn();
                } else {
                    let _ = crowd.enter(who(&format!("user{account}"), network), network);
                }
            }
            crowd.enter(who("owner", 99), 99).expect("room");
            prop_assert!(crowd.len() <= bounds.all);
            let before = std::iter::from_fn(|| crowd.next_turn()).take_while(|it| *it != 99);
            prop_assert!(before.count() <= 2 * 7);
        }

        /// The same for those who share an address but not an account.
        #[test]
        fn no_account_denies_room_to_another_at_the_same_address(
            steps in prop::collection::vec((0_u8..3, 0_u8..4), 0..100),
        ) {
            let mut crowd = Crowd::new(BOUNDS);
            for (account, step) in steps {
                if step == 0 {
                    crowd.next_turn();
                } else {
                    let _ = crowd.enter(who(&format!("user{account}"), 1), ());
                }
            }
            crowd.enter(who("owner", 1), ()).expect("room");
        }
    }
}
