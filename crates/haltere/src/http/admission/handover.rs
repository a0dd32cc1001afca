//! Connections that wait for the slot of an evicted one.
//!
//! Each waits for one eviction, and gets that slot: connections that come later can't take it first. The slot
//! counts for the new connection's address from the eviction on.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pool::{Rejected, SlotPool, State};
use super::slot::{ConnectionSlot, SlotHolder};
use crate::http::write_timeout::WriteState;

/// How long a connection waits for the evicted one to end: longer than that may take.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that was not rejected.
pub(in crate::http) enum Admission {
    Granted(ConnectionSlot),
    /// The slot comes when the evicted connection has ended.
    Pending(PendingSlot),
}

impl Admission {
    /// Waits for the slot.
    pub(in crate::http) async fn slot(self) -> Result<ConnectionSlot, Rejected> {
        match self {
            Self::Granted(slot) => Ok(slot),
            Self::Pending(pending) => pending.slot().await,
        }
    }
}

/// The connection that gets a slot next.
pub(super) struct Successor {
    network: Option<IpAddr>,
    writes: Arc<WriteState>,
    sender: oneshot::Sender<ConnectionSlot>,
}

/// A slot that an evicted connection still holds. Dropping it cancels the handover.
pub(in crate::http) struct PendingSlot {
    pool: SlotPool,
    /// The number of the evicted holder.
    evicted: u64,
    is_reserved: bool,
    network: Option<IpAddr>,
    writes: Arc<WriteState>,
    receiver: oneshot::Receiver<ConnectionSlot>,
}

impl PendingSlot {
    async fn slot(mut self) -> Result<ConnectionSlot, Rejected> {
        if let Ok(Ok(slot)) = timeout(HANDOVER_TIMEOUT, &mut self.receiver).await {
            return Ok(slot);
        }
        let was_waiting = self.pool.state().cancel_handover(self.evicted, self.is_reserved);
        if !was_waiting && let Ok(slot) = (&mut self.receiver).await {
            // The slot was handed over just after the time-out.
            return Ok(slot);
        }
        // Other slots may be free by now.
        let limits = self.pool.limits();
        let mut state = self.pool.state();
        for is_reserved in [false, true] {
            if let Some(holder) = state.take(limits, self.network, is_reserved, &self.writes) {
                drop(state);
                return Ok(self.pool.slot(holder));
            }
        }
        state.count_rejection();
        Err(state.rejection(limits, self.network))
    }
}

impl Drop for PendingSlot {
    fn drop(&mut self) {
        self.pool.state().cancel_handover(self.evicted, self.is_reserved);
    }
}

impl State {
    /// Queues a connection for the slot of `evicted`.
    pub(super) fn queue(
        &mut self,
        pool: &SlotPool,
        evicted: &SlotHolder,
        network: Option<IpAddr>,
        writes: &Arc<WriteState>,
    ) -> PendingSlot {
        let (sender, receiver) = oneshot::channel();
        let (number, is_reserved) = (evicted.number, evicted.is_reserved);
        let successor = Successor { network, writes: Arc::clone(writes), sender };
        self.successors.insert(number, successor);
        self.change_network(network, |counts| {
            *counts.of_mut(is_reserved) += 1;
            counts.waiting += 1;
        });
        let (pool, writes) = (pool.clone(), Arc::clone(writes));
        PendingSlot { pool, evicted: number, is_reserved, network, writes, receiver }
    }

    /// The successor as a holder. It already counts for its network, and the slot stays taken.
    pub(super) fn hand_over(
        &mut self,
        successor: Successor,
        is_reserved: bool,
    ) -> (oneshot::Sender<ConnectionSlot>, Arc<SlotHolder>) {
        let Successor { network, writes, sender } = successor;
        self.change_network(network, |counts| counts.waiting -= 1);
        (sender, self.holder(network, is_reserved, &writes))
    }

    /// Returns whether a connection was still waiting for the slot of `evicted`.
    fn cancel_handover(&mut self, evicted: u64, is_reserved: bool) -> bool {
        let Some(successor) = self.successors.remove(&evicted) else { return false };
        self.change_network(successor.network, |counts| {
            *counts.of_mut(is_reserved) -= 1;
            counts.waiting -= 1;
        });
        true
    }
}
