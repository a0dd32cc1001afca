//! Connections: what can be done with them.

mod change_intent;
mod create;
mod cursor;
mod delete;
mod error;
mod get;
mod history;
mod input;
mod list;
mod patch;
mod registry;
mod replace;
mod sealing;
mod test;
mod view;

pub use create::{CreateError, Created, Outcome};
pub use cursor::Cursor;
pub use error::{ConnectionError, UpdateError};
pub use haltere_link::{ProbeReport, ProbeStage, StatusChange};
pub use input::{Change, ConnectionPatch, ConnectionReplacement, NewConnection};
pub use list::{ListError, ListQuery, Listing, StateFilter, Version};
pub use registry::{Entry, Unreadable};
pub use test::TestError;
pub use view::{ConnectionView, Secrets};
