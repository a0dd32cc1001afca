//! The real binary, driven from outside: a harness for tests that start `haltere` as a person
//! would, talk to it over HTTP, and look at what it leaves behind.
//!
//! Three rules hold for every test without being asked for:
//!
//! - Each answer is checked against the committed `openapi/haltere.json` ([`contract`]).
//! - The log may hold no warning the test did not announce, and no secret ([`log`]).
//! - When a test fails, what the process printed is shown.
//!
//! Nothing here sleeps to wait for something: [`wait`] polls for a condition until a deadline.

#![expect(clippy::panic, reason = "a harness reports what is wrong by failing the test")]

mod binary;
pub mod client;
pub mod contract;
pub mod curl;
pub mod event_stream;
pub mod haltere;
pub mod log;
pub mod nginx;
pub mod secrets;
pub mod wait;

pub use binary::{path as binary, static_path as static_binary};
pub use client::{Answer, Client};
pub use contract::{Contract, Operation};
pub use curl::Curl;
pub use event_stream::{Event, EventStream};
pub use haltere::{CliOutput, Haltere, Options, admin_password};
pub use nginx::Nginx;
pub use secrets::secret;
pub use wait::{DEADLINE, eventually};
