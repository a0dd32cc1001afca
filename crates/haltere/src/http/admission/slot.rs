//! One connection's slot, from admission to the end of the connection.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::pool::{SlotPool, State};
use crate::http::write_timeout::WriteState;

/// A connection as the pool sees it.
pub(super) struct SlotHolder {
    pub(super) number: u64,
    /// The network that the slot counts for; a trusted proxy has none.
    pub(super) network: Option<IpAddr>,
    pub(super) is_reserved: bool,
    pub(super) writes: Arc<WriteState>,
    pub(super) evict: CancellationToken,
}

/// The right of one connection to be open. Dropping it frees the slot.
pub(crate) struct ConnectionSlot {
    pool: SlotPool,
    pub(super) holder: Arc<SlotHolder>,
    /// The key in the pool's list of idle or unauthenticated connections, while it is in one.
    eviction_key: Mutex<Option<u64>>,
    has_session: AtomicBool,
}

impl ConnectionSlot {
    /// A new connection is idle until its first request.
    pub(super) fn new(pool: SlotPool, holder: Arc<SlotHolder>) -> Self {
        let slot = Self {
            pool,
            holder,
            eviction_key: Mutex::default(),
            has_session: AtomicBool::new(false),
        };
        slot.make_evictable();
        slot
    }

    /// Whether it is reserved for health checks, callers with a session or a token, and logins.
    pub(in crate::http) fn is_reserved(&self) -> bool {
        self.holder.is_reserved
    }

    /// Whether the connection was used with a session.
    pub(in crate::http) fn has_session(&self) -> bool {
        self.has_session.load(Ordering::Relaxed)
    }

    /// Whether a request is in progress, or the connection belongs to a session.
    pub(in crate::http) fn is_in_use(&self) -> bool {
        self.eviction_key().is_none()
    }

    /// Waits until the slot is needed for another connection.
    pub(in crate::http) async fn evicted(&self) {
        self.holder.evict.cancelled().await;
    }

    /// A request has begun; the connection can't be evicted until it is answered.
    pub(in crate::http) fn request_started(&self) {
        if !self.has_session() {
            self.make_unevictable();
        }
    }

    /// A request was answered, to a caller with a session or without. A connection with a session is never
    /// evicted.
    pub(in crate::http) fn request_finished(&self, has_session: bool) {
        if has_session {
            self.has_session.store(true, Ordering::Relaxed);
        }
        if !self.has_session() {
            self.make_evictable();
        }
    }

    /// The connection was closed because its client read nothing.
    pub(in crate::http) fn write_timed_out(&self) {
        self.pool.state().count_write_timeout();
    }

    fn make_evictable(&self) {
        let mut key = self.eviction_key();
        if key.is_some() {
            return;
        }
        let mut state = self.pool.state();
        let number = state.next_number();
        // A connection is evicted once.
        if !self.holder.evict.is_cancelled() {
            self.evictable(&mut state).insert(number, Arc::clone(&self.holder));
        }
        *key = Some(number);
    }

    fn make_unevictable(&self) {
        let Some(number) = self.eviction_key().take() else { return };
        self.evictable(&mut self.pool.state()).remove(&number);
    }

    /// Without a session, a connection on a reserved slot is closed after its answer, and may have to go earlier.
    fn evictable<'a>(&self, state: &'a mut State) -> &'a mut BTreeMap<u64, Arc<SlotHolder>> {
        if self.is_reserved() { &mut state.unauthenticated } else { &mut state.idle }
    }

    fn eviction_key(&self) -> MutexGuard<'_, Option<u64>> {
        self.eviction_key.lock()
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.make_unevictable();
        self.pool.release(&self.holder);
    }
}
