//! `POST /api/connection-import` and `haltere import`: many connections out of a file, all or none.
//!
//! The walk: each entry is *judged* by itself and against the others of its file ([`judge`]), then
//! compared with what is stored ([`plan`]); what comes out is the plan. Nothing refused: what is new is
//! stored, with its audit entries, in the one transaction the plan was made in ([`store`]). So what
//! a dry run says is what an import does, as long as nobody changes anything in between.

mod file;
mod judge;
mod plan;
mod progress;
mod run;
mod standing;
mod store;

pub use file::{ImportEntry, ImportFile, Incoming, Source};
pub use plan::{AlreadyThere, ImportReport, LISTED_REFUSALS, OverLimit, Planned, Verdict};
pub use progress::{ImportProgress, ImportStage, Reporter};
pub use run::{ImportError, ImportMode};
pub use standing::Standing;

pub(super) use judge::judge_elsewhere;
pub(super) use run::{Room, dry_run, write};
pub(super) use store::Storing;

#[cfg(test)]
mod tests;
