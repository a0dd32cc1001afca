//! Links against real brokers and against everything that can go wrong with one.
//!
//! Each test names a fault, provokes it for real, and asserts the row of the contract's table of
//! codes, that the message helps, that [`Supervisor::probe`](haltere_link::Supervisor::probe) says
//! the same, and that a link to a healthy broker beside it has not felt anything.
//!
//! One binary for all themes: linking five would take longer than running them.

#![expect(clippy::panic, clippy::unwrap_used, reason = "the helpers of tests are tests as well")]

mod fleet;

mod faults;
mod openssl;
mod plain;
mod recovery;
mod storm;
mod sys;
mod tls;
mod websocket;
