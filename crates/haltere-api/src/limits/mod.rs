//! Limits on what one user, one address and all callers together may hold.

pub(crate) mod body_memory;
pub(crate) mod counters;
pub(crate) mod exceeded;
pub(crate) mod holder;
pub(crate) mod login_slots;
pub(crate) mod names;
