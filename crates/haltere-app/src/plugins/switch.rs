//! `PUT /api/plugins/{id}`

use haltere_core::PluginId;

use super::list::PluginState;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Internal, NotAllowed};

/// Why the switch was not moved.
#[derive(Debug, thiserror::Error)]
pub enum SwitchPluginError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// This plugin is always on.
    #[error("the plugin {0} can't be switched")]
    NotSwitchable(PluginId),
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Switches a plugin on or off, kept over restarts. Links concerned are dialled again.
    pub async fn switch_plugin(
        &self,
        ctx: &Ctx,
        id: PluginId,
        enabled: bool,
    ) -> Result<PluginState, SwitchPluginError> {
        todo!()
    }
}
