//! Slows down programs that come with wrong tokens. A right one is never delayed.
//!
//! 256 random bits can't be guessed, so this protects the log and the processor, not the tokens.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use haltere_core::gcra::whole_seconds;
use haltere_core::quota::network_of;
use haltere_core::{Gcra, LogLimit};
use parking_lot::Mutex;

use super::TokenSettings;
use crate::policy::TokenPrincipal;

/// The most addresses remembered.
const MAX: usize = 10_000;

/// Counts wrong tokens by the network that they come from.
pub(super) struct WrongTokens {
    gcra: Gcra,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    /// The theoretical arrival times of [`Gcra`].
    arrivals: HashMap<Option<IpAddr>, Duration>,
    log_limit: LogLimit<Duration>,
}

impl WrongTokens {
    pub(super) fn new(settings: &TokenSettings) -> Self {
        let TokenSettings { wrong_burst, wrong_interval, .. } = *settings;
        Self { gcra: Gcra::new(wrong_interval, wrong_burst), counts: Mutex::default() }
    }

    /// Logs that a token from `address` was refused. `elsewhere` is a valid token that may not be used from there. `now`
    /// is the steady time.
    pub(super) fn log(
        &self,
        address: Option<IpAddr>,
        elsewhere: Option<&TokenPrincipal>,
        now: Duration,
    ) {
        if let Some(count) = self.counts.lock().log_limit.count(now) {
            log(address, elsewhere, count);
        }
    }

    /// Counts a wrong token from `address`; how long to wait if there were too many. `now` is the steady time.
    pub(super) fn count(&self, address: Option<IpAddr>, now: Duration) -> Option<Duration> {
        let mut counts = self.counts.lock();
        let network = address.map(network_of);
        if counts.arrivals.len() >= MAX && !counts.arrivals.contains_key(&network) {
            counts.arrivals.retain(|_, arrival| *arrival > now);
            if counts.arrivals.len() >= MAX {
                // Under attack from everywhere: all begin again, which costs the attackers as much as us.
                counts.arrivals.clear();
            }
        }
        let arrival = counts.arrivals.entry(network).or_insert(now);
        self.gcra.take(arrival, now).err().map(whole_seconds)
    }
}

fn log(address: Option<IpAddr>, elsewhere: Option<&TokenPrincipal>, count: u64) {
    let address = address.map(tracing::field::display);
    if let Some(TokenPrincipal { name, owner, .. }) = elsewhere {
        tracing::info!(%name, %owner, address, count, "a token may not be used from this address");
    } else {
        tracing::info!(address, count, "a token is not valid");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_tokens_from_one_network_are_slowed_down() {
        let settings = TokenSettings { wrong_burst: 3, ..TokenSettings::default() };
        let wrong = WrongTokens::new(&settings);
        let count = |address: &str, second| {
            wrong.count(Some(address.parse().unwrap()), Duration::from_secs(second))
        };
        for n in 0..3 {
            assert_eq!(count(&format!("2001:db8::{n}"), 0), None);
        }
        assert_eq!(count("2001:db8::9", 0), Some(Duration::from_secs(10)));
        assert_eq!(count("2001:db8:0:1::9", 0), None, "another network");
        assert_eq!(count("2001:db8::9", 10), None);
        assert_eq!(count("2001:db8::9", 11), Some(Duration::from_secs(9)));
    }

    #[test]
    fn the_addresses_remembered_are_limited() {
        let wrong = WrongTokens::new(&TokenSettings::default());
        for n in 0..25_000_u32 {
            wrong.count(Some(IpAddr::V4(n.into())), Duration::ZERO);
        }
        assert!(wrong.counts.lock().arrivals.len() <= MAX);
    }
}
