//! Connections: what can be done with them.

mod change_intent;
mod check;
mod client_id;
mod create;
mod cursor;
mod delete;
mod entry;
mod error;
mod get;
mod history;
mod input;
mod list;
mod patch;
mod record;
mod registry;
mod replace;
mod test;
mod update;
mod view;

pub use create::{CreateError, Created, Outcome};
pub use cursor::Cursor;
pub use entry::{Entry, Unreadable};
pub use error::{ConnectionError, UpdateError};
pub use haltere_link::{ProbeReport, ProbeStage, StatusChange};
pub use input::{Change, ConnectionPatch, ConnectionReplacement, NewConnection};
pub use list::{ListError, ListQuery, Listing, StateFilter, Version};
pub use test::TestError;
pub use view::{ConnectionView, Secrets};

pub(crate) use registry::Registry;

#[cfg(test)]
mod fixture;
