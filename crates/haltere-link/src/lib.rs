//! Keeps links to brokers up.
//!
//! Layer 1. The rest of haltere passes a list of [`LinkSpec`]s to the [`Supervisor`], and reads a
//! [`haltere_core::ConnectionStatus`] per link.
//!
//! # Structure
//!
//! ```text
//! supervisor   compares the wanted with the running links, starts and ends links
//!   └ link     a task per connection: does one thing at a time, interrupted by edits and the end
//!       ├ work              what it is doing: dialling, backing off, being online
//!       ├ state             one pure function `step(state, input) -> (state, effects)`
//!       ├ interest          the topics it subscribes to, and message_sink, where their messages go
//!       ├ sys_policy        whether it subscribes at all
//!       ├ version_fallback  which version of MQTT it tries
//!       └ attempt           from name resolution to CONNACK, within a time limit; also for probes
//!           ├ dial_rate_limiter  the dial rate of the whole fleet
//!           ├ resolve            names to addresses
//!           ├ dial               the only place in the program that opens an outgoing connection
//!           │  └ egress          which addresses are allowed
//!           ├ tls                trust, client certificates, failures with the names of OpenSSL
//!           ├ transport          WebSocket, framing, MQTT, keep-alive
//!           └ attempt_trace      the stages it has passed
//! outbound          connections to other programs than brokers, under the same policy
//! command           what can be sent to a broker through a link, and the queue of it
//! http_client       requests to a server that the operator named, dialled in the same way
//! shared            what all links share
//! status_table      the status and the history of all links, and notification of changes
//! recorded_history  the history that an earlier run has recorded
//! roundtrip         a probe's last stage: a message that comes back
//! chain_store       the certificates that brokers presented last
//! failure           the failure codes, and what each means
//! advice            what to try about each of these codes
//! ```
//!
//! - **Retrying is a state.** No code sleeps between attempts: back-off is `Waiting`, a state like the
//!   others, which an edit or the end interrupts at once. Attempts never stop.
//! - **A failure is classified once**, where it happens, into a [`haltere_core::LinkFailure`]; no code
//!   above looks at an `io::Error`.
//! - **An idle link is small.** An attempt is a boxed future that is dropped once the link is up; reading
//!   uses a buffer on the stack; there is one timer per link; configuration, TLS settings and specs
//!   are shared.
//! - **Brokers are hostile input.** A message over the limit is skipped as it comes in and counted; any
//!   other violation of the protocol ends that one link, and so does a panic in the MQTT library.
//! - **Links never wait for readers.** The status table keeps the newest status per link and a set of
//!   changed ids, both bounded by the number of links.

mod advice;
mod attempt;
mod attempt_trace;
mod chain_store;
mod client_id;
mod command;
mod config;
mod dial;
mod dial_rate_limiter;
mod egress;
mod facts;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod http_client;
mod interest;
mod link;
mod message_sink;
mod outbound;
mod probe;
mod recorded_history;
mod resolve;
mod roundtrip;
mod shared;
mod spec;
mod state;
mod status_table;
mod supervisor;
mod sys_policy;
pub mod tls;
mod transport;
mod version_fallback;
mod work;

pub use advice::{Advice, Audience, Circumstances, Findings, TryUrl};
pub use attempt_trace::{ProbeEvent, ProbeStage};
pub use chain_store::PresentedChain;
pub use client_id::{generated_client_id, is_generated_client_id};
pub use command::{CommandError, LinkHandle, PublishRequest, Published, Qos};
pub use config::{Backoff, LinkConfig, ResolverSource};
pub use egress::{EgressAction, EgressPolicy, EgressRule, RuleError};
pub use http::Method as HttpMethod;
pub use http_client::{HttpAnswer, HttpBody, HttpClient, HttpFailure, HttpLimits, HttpRequest};
pub use interest::Interest;
pub use outbound::{Outbound, OutboundTls};
pub use probe::ProbeReport;
pub use recorded_history::RecordedHistory;
pub use roundtrip::Roundtrip;
pub use spec::LinkSpec;
pub use status_table::{
    ChangePosition, LatestChanges, StatusObserver, StatusVersion, UnrecordedChanges,
};
pub use supervisor::Supervisor;
