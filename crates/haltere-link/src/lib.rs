//! Keeping brokers connected.
//!
//! Floor 1. The rest of haltere says what *should* be, a list of [`LinkSpec`]s, and reads what *is*,
//! a [`haltere_core::ConnectionStatus`] per link; in between stands the [`Supervisor`].
//!
//! # How it is built
//!
//! ```text
//! Supervisor   compares wanted with running, starts and ends links
//!   └ link     a task per connection: one piece of work at a time, always also hearing orders
//!       ├ work       what it is doing: dialling, backing off, being online
//!       ├ sys_habit  whether it asks the broker how it is
//!       ├ state      one pure function `step(state, input) -> (state, effects)`
//!       └ attempt    from name to CONNACK, within one time limit; probes go the same way
//!           ├ pacer      the dial rate of the whole fleet
//!           ├ resolve    names to addresses
//!           ├ dial       the one place in the program that opens an outgoing connection
//!           │  └ egress  where it may
//!           ├ tls        trust, client certificates, failures in the words of OpenSSL
//!           └ transport  WebSocket, framing, MQTT, keep-alive
//! board        the status of all links, its history, and who waits for a change
//! past         what is known of them from before haltere started
//! presented    the certificates brokers last showed, shared between links
//! failure      every code of the contract's table, made in one place
//! advice       what to try, for each of these codes
//! ```
//!
//! - **Retrying is a state.** No code sleeps between attempts: back-off is `Waiting`, a state like the
//!   others, which hears an edit or the end at once. Attempts go on for ever.
//! - **A failure is classified once**, where it happens, into a [`haltere_core::LinkFailure`]; nothing
//!   above looks at an `io::Error`.
//! - **An idle link is small.** Dialling is a boxed future that is gone once the link is up; reading
//!   uses a buffer on the stack; there is one timer per link; configuration, TLS settings and specs
//!   are shared.
//! - **Brokers are hostile input.** A message over the limit is skipped as it comes in and counted;
//!   anything else that breaks the rules ends that one link; so does a panic in the MQTT library.
//! - **Nobody waits for a reader.** The board keeps the newest status per link and a set of changed
//!   ids, both bounded by the number of links.

mod advice;
mod attempt;
mod board;
mod client_id;
mod config;
mod dial;
mod egress;
mod facts;
mod failure;
mod fleet;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod link;
mod pacer;
mod past;
mod presented;
mod probe;
mod resolve;
mod spec;
mod state;
mod supervisor;
mod sys_habit;
pub mod tls;
mod trail;
mod transport;
mod versions;
mod work;

pub use advice::{Audience, Circumstances, Findings};
pub use board::Unrecorded;
pub use client_id::{is_made_up_client_id, made_up_client_id};
pub use config::{Backoff, LinkConfig, ResolverSource};
pub use egress::{EgressAction, EgressPolicy, EgressRule, RuleError};
pub use past::Past;
pub use presented::PresentedChain;
pub use probe::{ProbeEvent, ProbeReport, ProbeStage};
pub use spec::LinkSpec;
pub use supervisor::{StatusChanges, Supervisor};
