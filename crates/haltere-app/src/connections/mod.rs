//! Connections: what can be done with them.

mod advice;
mod budget;
mod certificates;
mod change_intent;
mod change_labels;
mod check;
mod cleaned;
mod condition;
mod create;
mod cursor;
mod delete;
mod destination;
mod entries;
mod entry;
mod error;
mod export;
mod fleet;
mod get;
mod history;
mod import;
mod input;
mod limits;
mod list;
mod mqtt_session_key;
mod patch;
mod pem_cache;
mod query;
mod record;
mod registry;
mod repair;
mod replace;
mod test;
mod transfer;
mod update;
mod view;
mod view_text;

use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, Quota, Timestamp};
use haltere_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::SecretsPolicy;
use crate::audit::AuditWriter;
use crate::authorizer::Authorizer;
use crate::now::now;
use crate::write_lock::WriteLock;

pub use advice::ConnectionAdvice;
pub use certificates::ConnectionCertificates;
pub use change_labels::LabelsChanged;
pub use condition::{ChangeOptions, Condition, LastChange, Outdated, VersionTag};
pub use create::{CreateError, CreateOutcome, Created};
pub use cursor::Cursor;
pub use entry::{Entry, Unreadable, UnreadableField};
pub use error::{ConnectionError, TestError, UpdateError};
pub use export::{Export, ExportError, LeftOut};
pub use haltere_core::{ConnectionPatch, FieldChange, StatusChange};
pub use haltere_link::tls::{FileContent, MaterialFault};
pub use haltere_link::{Advice, PresentedChain, ProbeEvent, ProbeReport, ProbeStage, Roundtrip};
pub use import::{
    AlreadyThere, EntryOutcome, EntryPosition, ImportEntry, ImportError, ImportExceeds,
    ImportFault, ImportFile, ImportMode, ImportNote, ImportProgress, ImportReport, ImportStage,
    Incoming, LISTED_REFUSALS, LinkStateCounts, Planned, Reporter, Source,
};
pub use input::{ConnectionReplacement, NewConnection};
pub use list::{ListError, Listing, Version};
pub use query::{ListQuery, StateFilter};
pub use test::{PreparedTest, TestReport};
pub use transfer::Transfer;
pub use view::{ConnectionView, Secrets, shows_certificates_of};
pub use view_text::{Fields, ViewText};

pub(crate) use entry::make_a_difference;
pub(crate) use fleet::{Fleet, change_of};
pub(crate) use limits::ConnectionLimits;
pub(crate) use pem_cache::PemCache;
pub use record::SecretFault;
pub(crate) use record::{reseal, try_secrets};
pub(crate) use registry::{Registry, Snapshot};
pub(crate) use view_text::TextMemory;

/// Connections and what can be done with them.
#[derive(Clone)]
pub struct Connections {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) write_lock: Arc<WriteLock>,
    pub(crate) fleet: Arc<Fleet>,
    /// Bounds the texts that are kept with connections.
    pub(crate) text_memory: Arc<TextMemory>,
    pub(crate) authorizer: Authorizer,
    pub(crate) audit: Arc<AuditWriter>,
    pub(crate) tasks: TaskTracker,
    /// Tests of connections that are running.
    pub(crate) tests: Quota,
    /// Cancelled when haltere shuts down.
    pub(crate) stopping: CancellationToken,
    pub(crate) limits: ConnectionLimits,
    pub(crate) secrets: SecretsPolicy,
    /// How long a create waits for the first outcome.
    pub(crate) first_outcome_within: Duration,
}

impl Connections {
    fn now(&self) -> Timestamp {
        now(&*self.clock)
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod visibility_tests;
