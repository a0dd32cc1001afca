//! `POST /api/connection-import` and `haltere import`: many connections from a file, all or none.
//!
//! Each entry is validated and compared with the others of its file ([`validate`]), then compared with the store
//! ([`plan`]). If nothing is refused, the new connections are stored with their audit entries in the same transaction
//! that the plan was made in ([`store`]). So an import does what a dry run says, unless the store changes in between.

mod file;
mod link_state_counts;
mod plan;
mod progress;
mod run;
mod sentences;
mod store;
mod validate;

pub use file::{ImportEntry, ImportFile, Incoming, Source};
pub use link_state_counts::LinkStateCounts;
pub use plan::{EntryOutcome, ImportMode, ImportReport, LISTED_REFUSALS, Planned};
pub use progress::{ImportProgress, ImportStage, Reporter};
pub use run::ImportError;
pub use sentences::{AlreadyThere, EntryPosition, ImportExceeds, ImportFault, ImportNote};

#[cfg(test)]
mod tests;
