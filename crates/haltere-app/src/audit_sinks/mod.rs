//! Copies of the audit trail outside the database: a file, a syslog receiver.
//!
//! A sink gets each entry after it is committed, in the order of the trail. The store keeps the position of the last entry
//! that was delivered, so nothing is queued in memory, and nothing is lost when haltere or the sink ends. After a crash,
//! the last entries may come again; their places in the hash chain show it.

mod delivery;
mod state;
mod strict;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use delivery::Delivery;
pub use state::SinkState;
pub(crate) use strict::StrictAudit;

use crate::audit_trail::NumberedEntry;

/// Why a sink could not take entries.
pub type SinkError = Box<dyn Error + Send + Sync>;

/// An attempt of a sink.
pub type SinkAttempt<'a> = Pin<Box<dyn Future<Output = Result<(), SinkError>> + Send + 'a>>;

/// Where entries of the audit trail are copied to.
pub trait AuditSink: fmt::Debug + Send + Sync {
    /// Its name: that of its section in the configuration, and of its position in the store.
    fn name(&self) -> &'static str;

    /// The name of its background task.
    fn task(&self) -> &'static str;

    /// Where it copies to: the file, the receiver. Another target gets all entries.
    fn target(&self) -> String;

    /// How long an attempt may take. One that takes longer has failed, and its future is dropped.
    fn deadline(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// Finds out whether it would take entries, while there are none.
    fn open(&self) -> SinkAttempt<'_>;

    /// Takes all of `entries`, in this order. Once this returns `Ok`, they are as safe as the sink can make them. After
    /// an error, or past the deadline, all of them come again.
    fn deliver<'a>(&'a self, entries: &'a [NumberedEntry]) -> SinkAttempt<'a>;
}

/// The sequence number up to which all required sinks have the entries.
pub(crate) fn taken_by_required(deliveries: &[Arc<Delivery>]) -> i64 {
    let required = deliveries.iter().filter(|delivery| delivery.is_required);
    required.map(|delivery| delivery.taken()).min().unwrap_or(i64::MAX)
}

/// A sink, and what depends on it.
#[derive(Debug, Clone)]
pub struct SinkSettings {
    pub sink: Arc<dyn AuditSink>,
    /// Whether changes are refused while it takes no entries, if the audit trail is strict.
    pub is_required: bool,
}
