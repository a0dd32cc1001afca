//! Plugins: features that can be switched off.

mod effect;
mod list;
mod switch;
mod switches;

use std::sync::Arc;

use haltere_store::Transactions;
use tokio_util::task::TaskTracker;

use crate::audit::AuditWriter;
use crate::authorizer::Authorizer;
use crate::connections::Fleet;
use crate::write_lock::WriteLock;

pub use effect::{PluginEffect, Switched, TlsEffect};
pub use list::{PluginSource, PluginState};
pub use switch::SwitchPluginError;

pub(crate) use switches::Switches;

/// Plugins and what can be done with them.
#[derive(Clone)]
pub struct Plugins {
    pub(crate) store: Arc<dyn Transactions>,
    pub(crate) write_lock: Arc<WriteLock>,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) authorizer: Authorizer,
    pub(crate) audit: Arc<AuditWriter>,
    pub(crate) tasks: TaskTracker,
}
