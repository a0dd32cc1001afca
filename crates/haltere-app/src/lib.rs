//! What can be done with haltere, and by whom.
//!
//! What can be done with a resource is a service, a struct whose fields are the parts it uses: [`connections::Connections`],
//! [`sessions::Sessions`], [`backups::Backups`]. [`App`] owns the services of a server and wires them; the command line
//! makes the ones it needs.
//!
//! Each operation has a file of its own under its resource (`connections/create.rs`, `plugins/switch.rs`). It takes a
//! [`Ctx`], which names the caller and the request, and begins by asking the [`policy`].
//!
//! Every operation that changes something takes the same steps: it *changes what is stored* (with its audit entry, in
//! one transaction), *reconciles the links*, and *reports the status*. Lists and statuses are read from memory, so no
//! request waits for a broker it didn't ask about.

pub mod activity;
mod app;
mod audit;
pub mod audit_sinks;
pub mod audit_trail;
mod authorizer;
mod background;
pub mod backups;
pub mod connections;
mod credential;
mod ctx;
pub mod error;
pub mod events;
pub mod groups;
mod history_writer;
mod instance;
mod now;
pub mod plugins;
pub mod policy;
pub mod profile;
mod reconciler;
mod second_factor;
pub mod sessions;
pub mod sign_on;
mod tasks;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tokens;
pub mod users;
pub mod vault;
mod write_lock;

pub use app::{App, AppSettings, AuditSettings, Metrics, Readiness, SecretsPolicy, ShutdownPlan};
pub use background::{Background, BackgroundTask, Schedule, TaskRun, TaskState};
pub use credential::Credential;
pub use ctx::Ctx;
pub use error::{AuditGap, Due, FieldFault, Internal, Invalid, NotAllowed, TokenRule};
pub use policy::{Action, Principal};
pub use tokens::TokenRefusal;
