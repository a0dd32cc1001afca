//! Live events: what has changed, so that open consoles can read how it is now.
//!
//! One `ChangeFeed` takes all changes: of stored connections from the operations, of statuses from the links,
//! of plugins. A change names what has changed and nothing else. Each reader reads at its own pace, and looks up
//! how things are at that moment, so it never shows a state older than the change.

mod feed;
mod log;
mod position;
mod subscribe;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::connections::Fleet;

pub use feed::{Batch, Gap};
pub use log::{Change, ChangeKind};
pub use position::{NoPosition, Position};
pub use subscribe::Subscriber;

pub(crate) use feed::ChangeFeed;
pub(crate) use position::LogId;

/// Live events, for those who may see them.
#[derive(Clone)]
pub struct Events {
    pub(crate) fleet: Arc<Fleet>,
    /// Cancelled when haltere shuts down.
    pub(crate) stopping: CancellationToken,
}
