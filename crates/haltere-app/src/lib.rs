//! What can be done with haltere, and by whom.
//!
//! [`App`] is the handle everything goes through. Each operation is a method on it, in a file of its
//! own under the noun it works on (`connections/create.rs`, `sessions/log_in.rs`); it takes a [`Ctx`],
//! which names the caller and the request, and begins by asking the [`policy`].
//!
//! Every operation that changes something is the same walk: *change what is stored* (with its audit
//! entry, in one transaction), *wake the supervisor*, *report what is*. Lists and status are answered
//! from memory, so that no request waits for a broker it didn't ask about.

mod app;
mod audit;
mod background;
pub mod backups;
pub mod connections;
mod ctx;
pub mod error;
pub mod events;
mod history_writer;
mod instance;
mod now;
pub mod plugins;
pub mod policy;
pub mod profile;
mod reconciler;
pub mod sessions;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod users;
pub mod vault;
mod write_lock;

pub use app::{
    App, AppParts, AppSettings, AuditSettings, Readiness, SecretsPolicy, ShutdownPlan, StartError,
    Vitals,
};
pub use background::BackgroundTask;
pub use ctx::Ctx;
pub use error::{Internal, Invalid, NotAllowed};
pub use policy::Action;
