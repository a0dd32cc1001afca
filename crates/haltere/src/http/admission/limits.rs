//! How many slots of each kind there are.

use std::num::NonZeroUsize;

/// One slot in so many is reserved for health checks, callers with a session or a token, and logins.
const RESERVED: usize = 8;

/// One address gets one slot in so many.
const PER_ADDRESS: usize = 4;

/// What one browser opens: the smallest quota of an address.
const BROWSER: usize = 8;

/// One connection may wait for a handover for so many slots.
const WAITING: usize = 16;

/// How many slots there are, in all and for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotLimits {
    pub(super) general: usize,
    pub(super) reserved: usize,
    pub(super) per_address: usize,
    pub(super) reserved_per_address: usize,
    pub(super) waiting: usize,
    pub(super) waiting_per_address: usize,
}

impl SlotLimits {
    /// Divides `all` slots. `per_address` is the quota of one address in the general slots; the default is a
    /// quarter of all.
    pub(crate) fn new(all: NonZeroUsize, per_address: Option<NonZeroUsize>) -> Self {
        let all = all.get();
        let reserved = all / RESERVED;
        let quota = (all / PER_ADDRESS).max(BROWSER);
        let waiting = (all / WAITING).max(1);
        Self {
            general: all - reserved,
            reserved,
            per_address: per_address.map_or(quota, NonZeroUsize::get).min(all),
            reserved_per_address: reserved.div_ceil(PER_ADDRESS),
            waiting,
            waiting_per_address: waiting.div_ceil(PER_ADDRESS),
        }
    }

    /// How many reserved slots logins may use at once: half of them, so that health checks and callers with a
    /// session find one.
    pub(crate) fn logins(self) -> usize {
        self.reserved / 2
    }
}
