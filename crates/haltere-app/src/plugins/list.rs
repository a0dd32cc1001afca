//! `GET /api/plugins`

use haltere_core::PluginId;

use super::Plugins;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::Action;

/// The state of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginState {
    pub id: PluginId,
    pub enabled: bool,
    /// Whether the switch can be moved.
    pub switchable: bool,
    /// Who said so.
    pub source: PluginSource,
}

/// Who said that a plugin is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginSource {
    /// The default: it is on.
    Default,
    Configuration,
    /// An administrator, at run time. Goes before the configuration.
    Administrator,
}

impl PluginSource {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Configuration => "configuration",
            Self::Administrator => "administrator",
        }
    }
}

impl Plugins {
    /// All plugins, in the order of [`PluginId::ALL`].
    pub fn list(&self, ctx: &Ctx) -> Result<Vec<PluginState>, NotAllowed> {
        ctx.authorize(Action::ListPlugins)?;
        let state = |id| self.fleet.switches.state(id);
        Ok(PluginId::ALL.into_iter().map(state).collect())
    }

    /// Whether a plugin is on. Asked at the gate of every route that belongs to one.
    pub fn is_on(&self, id: PluginId) -> bool {
        self.fleet.switches.is_on(id)
    }
}
