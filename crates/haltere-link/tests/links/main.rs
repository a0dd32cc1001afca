//! Links against real brokers and against everything that can go wrong with one.
//!
//! Each test names a fault, provokes it for real, and asserts the row of the contract's table of codes,
//! that the message helps, that [`Supervisor::probe`](haltere_link::Supervisor::probe) reports the same,
//! and that a link to a healthy broker is not affected.
//!
//! One binary for all themes: linking one for each would take longer than running them.

#![expect(clippy::panic, clippy::unwrap_used, reason = "test helpers are test code")]

mod fleet;

mod commands;
mod faults;
mod openssl;
mod plain;
mod recovery;
mod roundtrip;
mod storm;
mod sys;
mod tls;
mod websocket;
