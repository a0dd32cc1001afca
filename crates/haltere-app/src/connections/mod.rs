//! Connections: what can be done with them.

mod advice;
mod budget;
mod certificates;
mod change_intent;
mod check;
mod condition;
mod create;
mod cursor;
mod delete;
mod destination;
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
mod patch;
mod pem_cache;
mod record;
mod registry;
mod repair;
mod replace;
mod session_key;
mod test;
mod transfer;
mod update;
mod view;
mod view_text;

pub use advice::ConnectionAdvice;
pub use budget::OverBudget;
pub use certificates::ConnectionCertificates;
pub use condition::{Condition, Outdated, Terms, VersionTag};
pub use create::{CreateError, Created, Outcome};
pub use cursor::Cursor;
pub use entry::{Entry, Unreadable};
pub use error::{ConnectionError, UpdateError};
pub use export::{Export, ExportError, LeftOut};
pub use haltere_core::{ConnectionPatch, FieldChange, StatusChange};
pub use haltere_link::{PresentedChain, ProbeEvent, ProbeReport, ProbeStage};
pub use import::{
    AlreadyThere, EntryOutcome, ImportEntry, ImportError, ImportFile, ImportMode, ImportProgress,
    ImportReport, ImportStage, Incoming, LISTED_REFUSALS, LinkStateCounts, OverLimit, Planned,
    Reporter, Source,
};
pub use input::{ConnectionReplacement, NewConnection};
pub use list::{ListError, ListQuery, Listing, StateFilter, Version};
pub use test::{PreparedTest, TestError, TestReport};
pub use transfer::Transfer;
pub use view::{ConnectionView, Secrets};
pub use view_text::{Fields, ViewText};

pub(crate) use entry::make_a_difference;
pub(crate) use fleet::{Fleet, change_of};
pub(crate) use limits::Limits;
pub(crate) use pem_cache::PemCache;
pub(crate) use record::{reseal, try_secrets};
pub(crate) use registry::{Registry, Snapshot};
pub(crate) use view_text::TextMemory;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod visibility_tests;
