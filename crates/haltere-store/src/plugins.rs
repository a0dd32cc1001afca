//! Plugin switches that were changed at run time.

use async_trait::async_trait;
use haltere_core::PluginId;

use crate::StoreError;

/// Looking up switches.
#[async_trait]
pub trait PluginReads: Send {
    /// The switches that were moved; every other plugin is as the configuration says.
    async fn list(&mut self) -> Result<Vec<(PluginId, bool)>, StoreError>;
}

/// Moving switches. Moves [`crate::ChangeCounters::plugins`].
#[async_trait]
pub trait PluginWrites: PluginReads {
    /// Switches a plugin on or off.
    async fn set(&mut self, plugin: PluginId, enabled: bool) -> Result<(), StoreError>;
}
