//! Admission control: how many connections there may be, and which are accepted.
//!
//! A connection gets one of the general slots or, if those are taken, a reserved one. On a reserved slot the
//! server reads only the head of a request, and serves only health checks, callers with a session or a token, and
//! logins ([`haltere_api::ReservedSlot`]), the last for one request each and few at a time. One address has a quota of both
//! kinds, so it can't take all slots.
//!
//! If no slot is free, the pool evicts a connection that does nothing, and hands its slot over to the new one
//! ([`handover`]). Few connections wait for a handover at a time, and each in its own task.

mod handover;
mod limits;
mod pool;
mod slot;

pub(super) use handover::Admission;
pub(crate) use limits::SlotLimits;
pub(super) use pool::Rejected;
pub(crate) use pool::{SlotPool, SlotStats};
pub(super) use slot::ConnectionSlot;

#[cfg(test)]
mod tests;
