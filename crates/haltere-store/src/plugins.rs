//! Plugin switches that somebody moved at run time.

use async_trait::async_trait;
use haltere_core::PluginId;

use crate::StoreError;

/// Looking up switches.
#[async_trait]
pub trait PluginReads {
    /// The switches that were moved; every other plugin is as the configuration says.
    async fn list_plugin_switches(&mut self) -> Result<Vec<(PluginId, bool)>, StoreError>;
}

/// Moving switches. Moves [`crate::Revisions::plugins`].
#[async_trait]
pub trait PluginWrites {
    /// Switches a plugin on or off.
    async fn set_plugin(&mut self, plugin: PluginId, enabled: bool) -> Result<(), StoreError>;
}
