//! Where haltere may dial.
//!
//! Whoever may create connections tells haltere to dial, and what comes back tells them about the
//! network haltere is in. [`Egress::clear`] stands in between: rules in the operator's order, the first
//! that matches wins, then what no broker lives at. It is asked about the very address that is dialled,
//! after names are resolved, so it does not matter how an address was written or what a name server
//! said a moment ago.
//!
//! Only [`Egress::clear`] makes a [`Cleared`], and only that can be dialled: a way around does not compile.

mod defaults;
mod forms;
mod own;
mod rule;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use haltere_core::LinkFailure;

pub use rule::{EgressAction, EgressRule, RuleError};

use crate::failure;

/// Where haltere may dial.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    /// In order; the first that matches wins. What none matches is allowed, unless it is a place no
    /// broker lives at: metadata of a cloud, link-local, multicast, broadcast, unspecified, reserved.
    pub rules: Vec<EgressRule>,
    /// Where haltere itself listens. Never dialled, whatever the rules say; a listener on 0.0.0.0 or ::
    /// counts on every address of this machine.
    pub own_listeners: Vec<SocketAddr>,
}

/// Why an address may not be dialled.
#[derive(Debug, PartialEq, Eq)]
enum Denial<'a> {
    /// haltere listens there.
    Own,
    /// By this rule, the how-manyth it is, and the address it matched.
    Rule(usize, &'a EgressRule, IpAddr),
    /// No rule speaks of it, and no broker lives at this address.
    Default(&'static str, IpAddr),
}

impl EgressPolicy {
    /// An address inside an address is judged as well, and either is enough for a denial.
    fn judge(&self, peer: SocketAddr) -> Result<(), Denial<'_>> {
        for ip in forms::forms(peer.ip()) {
            let address = SocketAddr::new(ip, peer.port());
            if self.own_listeners.iter().any(|listener| own::ends_at(*listener, address)) {
                return Err(Denial::Own);
            }
            self.judge_plain(ip, peer.port())?;
        }
        Ok(())
    }

    fn judge_plain(&self, ip: IpAddr, port: u16) -> Result<(), Denial<'_>> {
        let mut rules = self.rules.iter().enumerate();
        match rules.find(|(_, rule)| rule.matches(ip, port)) {
            Some((_, rule)) if rule.action == EgressAction::Allow => Ok(()),
            Some((index, rule)) => Err(Denial::Rule(index, rule, ip)),
            None => defaults::denied(ip).map_or(Ok(()), |why| Err(Denial::Default(why, ip))),
        }
    }
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("haltere itself listens there, and no rule can open that"),
            Self::Rule(index, rule, ip) => {
                write!(f, "the egress policy denies {ip} (egress.rules[{index}], \"{rule}\")")
            }
            Self::Default(why, ip) => {
                write!(
                    f,
                    "the egress policy denies {ip} ({why}) unless a rule in egress.rules allows it"
                )
            }
        }
    }
}

/// An address that may be dialled, once.
pub(crate) struct Cleared(SocketAddr);

impl Cleared {
    /// The address, to dial it.
    pub(crate) fn into_address(self) -> SocketAddr {
        self.0
    }
}

/// The policy at work.
pub(crate) struct Egress {
    policy: EgressPolicy,
    denied: AtomicU64,
}

impl Egress {
    /// Counting from zero.
    pub(crate) fn new(policy: EgressPolicy) -> Self {
        Self { policy, denied: AtomicU64::new(0) }
    }

    /// Whether `peer` may be dialled. A refusal is counted. Nothing is sent in either case, so an answer
    /// of no tells nobody whether something is there.
    pub(crate) fn clear(&self, peer: SocketAddr) -> Result<Cleared, LinkFailure> {
        self.policy.judge(peer).map(|()| Cleared(peer)).map_err(|denial| {
            self.denied.fetch_add(1, Ordering::Relaxed);
            failure::egress_denied(&denial.to_string(), peer)
        })
    }

    /// How often an address was refused.
    pub(crate) fn denied_count(&self) -> u64 {
        self.denied.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
