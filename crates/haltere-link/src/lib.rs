//! Keeping brokers connected.
//!
//! Floor 1. The rest of haltere says what *should* be, a list of [`LinkSpec`]s, and reads what *is*,
//! a [`haltere_core::ConnectionStatus`] per link; in between stands the [`Supervisor`].

mod config;
mod probe;
mod spec;
mod supervisor;
pub mod tls;

pub use config::{Backoff, LinkConfig, ResolverSource};
pub use probe::{ProbeReport, ProbeStage};
pub use spec::LinkSpec;
pub use supervisor::{StatusChange, StatusChanges, Supervisor};
