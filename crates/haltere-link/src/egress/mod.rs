//! Which addresses haltere may dial.
//!
//! A user who may create connections makes haltere dial, and learns from the result about the network
//! that haltere is in. [`Egress::check`] limits that: the operator's rules in their order, the first match
//! wins, then the addresses that no broker has. It checks the address that is dialled, after name
//! resolution, so neither the notation of an address nor a name server can circumvent it.
//!
//! Only [`Egress::check`] creates an [`AllowedAddress`], and only that can be dialled. The compiler rules
//! out any other way.

mod defaults;
mod forms;
mod own;
mod rule;

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use haltere_core::{LinkFailure, Reason, SpecialNetwork};

pub use rule::{EgressAction, EgressRule, RuleError};

use crate::failure;

/// Which addresses haltere may dial.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    /// In order; the first match wins. Without a match an address is allowed, unless no broker has it:
    /// metadata of a cloud, link-local, multicast, broadcast, unspecified, reserved.
    pub rules: Vec<EgressRule>,
    /// Where haltere itself listens. Never dialled, regardless of the rules; a listener on 0.0.0.0 or ::
    /// includes every address of this machine.
    pub own_listeners: Vec<SocketAddr>,
}

/// Why an address may not be dialled.
#[derive(Debug, PartialEq, Eq)]
enum Denial<'a> {
    /// haltere listens there.
    Own,
    /// The rule with this index denies it; with the address it matched.
    Rule(usize, &'a EgressRule, IpAddr),
    /// No rule matches, and no broker has this address.
    Default(SpecialNetwork, IpAddr),
}

impl EgressPolicy {
    /// Checks the address and the addresses embedded in it. Each of them has to be allowed.
    fn check(&self, peer: SocketAddr) -> Result<(), Denial<'_>> {
        for ip in forms::forms(peer.ip()) {
            let address = SocketAddr::new(ip, peer.port());
            if self.own_listeners.iter().any(|listener| own::reaches(*listener, address)) {
                return Err(Denial::Own);
            }
            self.check_rules(ip, peer.port())?;
        }
        Ok(())
    }

    fn check_rules(&self, ip: IpAddr, port: u16) -> Result<(), Denial<'_>> {
        let mut rules = self.rules.iter().enumerate();
        match rules.find(|(_, rule)| rule.matches(ip, port)) {
            Some((_, rule)) if rule.action == EgressAction::Allow => Ok(()),
            Some((index, rule)) => Err(Denial::Rule(index, rule, ip)),
            None => defaults::denied(ip).map_or(Ok(()), |why| Err(Denial::Default(why, ip))),
        }
    }
}

impl Denial<'_> {
    fn reason(&self, peer: SocketAddr) -> Reason {
        match self {
            Self::Own => Reason::EgressOwn { peer },
            Self::Rule(index, rule, ip) => Reason::EgressRule {
                peer,
                ip: *ip,
                index: u64::try_from(*index).unwrap_or(u64::MAX),
                rule: rule.to_string(),
            },
            Self::Default(network, ip) => {
                Reason::EgressDefault { peer, ip: *ip, network: *network }
            }
        }
    }
}

/// An address that may be dialled once.
pub(crate) struct AllowedAddress(SocketAddr);

impl AllowedAddress {
    /// Returns the address, to dial it.
    pub(crate) fn into_address(self) -> SocketAddr {
        self.0
    }
}

/// The policy, with a count of its denials.
pub(crate) struct Egress {
    policy: EgressPolicy,
    denied: AtomicU64,
}

impl Egress {
    /// Creates a checker that counts from zero.
    pub(crate) fn new(policy: EgressPolicy) -> Self {
        Self { policy, denied: AtomicU64::new(0) }
    }

    /// Checks whether `peer` may be dialled, and counts a denial. Sends nothing, so a denial does not reveal
    /// whether anything is there.
    pub(crate) fn check(&self, peer: SocketAddr) -> Result<AllowedAddress, LinkFailure> {
        self.policy.check(peer).map(|()| AllowedAddress(peer)).map_err(|denial| {
            self.denied.fetch_add(1, Ordering::Relaxed);
            failure::egress_denied(denial.reason(peer), peer)
        })
    }

    /// How often an address was denied.
    pub(crate) fn denied_count(&self) -> u64 {
        self.denied.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
