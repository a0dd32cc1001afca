//! The slots: which are free, which connections hold the others, and which of these can be evicted.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use haltere_core::quota::network_of;
use haltere_core::{LogLimit, Network};
use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::handover::{Admission, Successor};
use super::limits::SlotLimits;
use super::slot::{ConnectionSlot, SlotHolder};
use crate::http::write_timeout::WriteState;

/// All slots. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SlotPool(Arc<Inner>);

struct Inner {
    limits: SlotLimits,
    /// Proxies carry the connections of many people, so they have no quota.
    trusted: Vec<Network>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) taken: SlotCounts,
    /// The slots that each network has or waits for.
    pub(super) networks: HashMap<IpAddr, SlotCounts>,
    /// Connections that wait for a handover, by the number of the evicted holder.
    pub(super) successors: HashMap<u64, Successor>,
    /// Connections on general slots that do nothing, the one idle for longest first.
    pub(super) idle: BTreeMap<u64, Arc<SlotHolder>>,
    /// Connections on reserved slots without a session and without a request in progress, the oldest first.
    pub(super) unauthenticated: BTreeMap<u64, Arc<SlotHolder>>,
    last_number: u64,
    closed: u64,
    rejected: LogLimit<Instant>,
    evicted: LogLimit<Instant>,
    write_timeouts: LogLimit<Instant>,
}

#[derive(Default, Clone, Copy)]
pub(super) struct SlotCounts {
    pub(super) general: usize,
    pub(super) reserved: usize,
    pub(super) waiting: usize,
}

/// What the log says about slots, counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotStats {
    /// Connections open now.
    pub open: usize,
    pub closed: u64,
    /// Connections that got no slot.
    pub rejected: u64,
    /// Idle connections that were closed for new ones.
    pub evicted: u64,
    /// Connections that were closed because their client read nothing.
    pub write_timeouts: u64,
}

/// No slot is free, and no connection can be evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// Whether the reason is the address's quota.
    pub(in crate::http) is_over_quota: bool,
}

/// What the pool finds for a new connection.
enum Found {
    Free(Arc<SlotHolder>),
    /// The slot of a connection that is being evicted.
    Evicting(Arc<SlotHolder>),
    Nothing(Rejected),
}

impl SlotPool {
    pub(crate) fn new(limits: SlotLimits, trusted: Vec<Network>) -> Self {
        let state = Mutex::default();
        Self(Arc::new(Inner { limits, trusted, state }))
    }

    /// Assigns a slot to a connection from `peer`, and evicts an idle one if need be. Doesn't wait for the
    /// evicted connection to end: the caller does.
    pub(in crate::http) fn admit(
        &self,
        peer: IpAddr,
        writes: &Arc<WriteState>,
    ) -> Result<Admission, Rejected> {
        let peer = peer.to_canonical();
        let is_proxy = self.0.trusted.iter().any(|network| network.contains(peer));
        let network = (!is_proxy).then(|| network_of(peer));
        let mut state = self.state();
        match state.find(&self.0.limits, network, writes) {
            Found::Free(holder) => {
                drop(state);
                Ok(Admission::Granted(self.slot(holder)))
            }
            Found::Evicting(holder) => {
                Ok(Admission::Pending(state.queue(self, &holder, network, writes)))
            }
            Found::Nothing(rejected) => {
                state.count_rejection();
                Err(rejected)
            }
        }
    }

    /// What has happened so far.
    pub(crate) fn stats(&self) -> SlotStats {
        let state = self.state();
        SlotStats {
            open: state.taken.general + state.taken.reserved,
            closed: state.closed,
            rejected: state.rejected.total(),
            evicted: state.evicted.total(),
            write_timeouts: state.write_timeouts.total(),
        }
    }

    pub(super) fn slot(&self, holder: Arc<SlotHolder>) -> ConnectionSlot {
        ConnectionSlot::new(self.clone(), holder)
    }

    /// Frees the slot of a connection that has ended, or hands it over.
    pub(super) fn release(&self, holder: &SlotHolder) {
        let SlotHolder { number, network, is_reserved, .. } = *holder;
        let mut state = self.state();
        state.closed += 1;
        state.change_network(network, |counts| *counts.of_mut(is_reserved) -= 1);
        let Some(successor) = state.successors.remove(&number) else {
            *state.taken.of_mut(is_reserved) -= 1;
            return;
        };
        let (sender, holder) = state.hand_over(successor, is_reserved);
        drop(state);
        // If the receiver is gone, the slot is dropped here, which locks the state.
        let _ = sender.send(self.slot(holder));
    }

    pub(super) fn limits(&self) -> &SlotLimits {
        &self.0.limits
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock()
    }
}

impl State {
    fn find(
        &mut self,
        limits: &SlotLimits,
        network: Option<IpAddr>,
        writes: &Arc<WriteState>,
    ) -> Found {
        if let Some(holder) = self.take(limits, network, false, writes) {
            return Found::Free(holder);
        }
        let counts = self.of_network(network);
        let is_over_quota = network.is_some() && counts.general >= limits.per_address;
        let is_over_reserved = network.is_some() && counts.reserved >= limits.reserved_per_address;
        let may_wait = self.successors.len() < limits.waiting
            && (network.is_none() || counts.waiting < limits.waiting_per_address);
        // An address over its quota can evict only its own connections.
        if may_wait && let Some(holder) = self.evict_idle(network.filter(|_| is_over_quota)) {
            return Found::Evicting(holder);
        }
        if let Some(holder) = self.take(limits, network, true, writes) {
            return Found::Free(holder);
        }
        if may_wait
            && let Some(holder) = self.evict_unauthenticated(network.filter(|_| is_over_reserved))
        {
            return Found::Evicting(holder);
        }
        Found::Nothing(self.rejection(limits, network))
    }

    /// Takes a free slot.
    pub(super) fn take(
        &mut self,
        limits: &SlotLimits,
        network: Option<IpAddr>,
        is_reserved: bool,
        writes: &Arc<WriteState>,
    ) -> Option<Arc<SlotHolder>> {
        let (quota, all) = if is_reserved {
            (limits.reserved_per_address, limits.reserved)
        } else {
            (limits.per_address, limits.general)
        };
        let has_quota = network.is_none() || self.of_network(network).of(is_reserved) < quota;
        if !has_quota || self.taken.of(is_reserved) >= all {
            return None;
        }
        *self.taken.of_mut(is_reserved) += 1;
        self.change_network(network, |counts| *counts.of_mut(is_reserved) += 1);
        Some(self.holder(network, is_reserved, writes))
    }

    pub(super) fn rejection(&self, limits: &SlotLimits, network: Option<IpAddr>) -> Rejected {
        let counts = self.of_network(network);
        let has_quota =
            counts.general >= limits.per_address && counts.reserved >= limits.reserved_per_address;
        let is_full =
            self.taken.general >= limits.general && self.taken.reserved >= limits.reserved;
        Rejected { is_over_quota: network.is_some() && has_quota && !is_full }
    }

    fn of_network(&self, network: Option<IpAddr>) -> SlotCounts {
        network.and_then(|it| self.networks.get(&it).copied()).unwrap_or_default()
    }

    pub(super) fn change_network(
        &mut self,
        network: Option<IpAddr>,
        change: impl FnOnce(&mut SlotCounts),
    ) {
        let Some(network) = network else { return };
        let counts = self.networks.entry(network).or_default();
        change(counts);
        if counts.general + counts.reserved == 0 {
            self.networks.remove(&network);
        }
    }

    pub(super) fn holder(
        &mut self,
        network: Option<IpAddr>,
        is_reserved: bool,
        writes: &Arc<WriteState>,
    ) -> Arc<SlotHolder> {
        let (number, evict) = (self.next_number(), CancellationToken::new());
        Arc::new(SlotHolder { number, network, is_reserved, writes: Arc::clone(writes), evict })
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Evicts the connection that has been idle for longest, `within` a network if one is given.
    fn evict_idle(&mut self, within: Option<IpAddr>) -> Option<Arc<SlotHolder>> {
        let fits = |holder: &SlotHolder| within.is_none() || holder.network == within;
        let mut idle = self.idle.iter();
        let found = idle.find(|(_, holder)| fits(holder) && !holder.writes.is_blocked());
        let number = found.map(|(number, _)| *number)?;
        let holder = self.idle.remove(&number)?;
        Some(self.evict(holder))
    }

    fn evict_unauthenticated(&mut self, within: Option<IpAddr>) -> Option<Arc<SlotHolder>> {
        let mut unauthenticated = self.unauthenticated.iter();
        let found =
            unauthenticated.find(|(_, holder)| within.is_none() || holder.network == within);
        let number = found.map(|(number, _)| *number)?;
        let holder = self.unauthenticated.remove(&number)?;
        Some(self.evict(holder))
    }

    fn evict(&mut self, holder: Arc<SlotHolder>) -> Arc<SlotHolder> {
        holder.evict.cancel();
        if let Some(count) = self.evicted.count(Instant::now()) {
            tracing::warn!(count, "idle HTTP connections were closed: their slots were needed");
        }
        holder
    }

    pub(super) fn count_rejection(&mut self) {
        if let Some(count) = self.rejected.count(Instant::now()) {
            tracing::warn!(count, "HTTP connections were rejected: all slots are taken");
        }
    }

    pub(super) fn count_write_timeout(&mut self) {
        if let Some(count) = self.write_timeouts.count(Instant::now()) {
            tracing::warn!(count, "HTTP connections were closed: their clients read nothing");
        }
    }
}

impl SlotCounts {
    pub(super) fn of_mut(&mut self, is_reserved: bool) -> &mut usize {
        if is_reserved { &mut self.reserved } else { &mut self.general }
    }

    fn of(self, is_reserved: bool) -> usize {
        if is_reserved { self.reserved } else { self.general }
    }
}
