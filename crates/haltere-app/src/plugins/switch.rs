//! `PUT /api/plugins/{id}`

use haltere_core::{AuditAction, PluginId};

use super::list::PluginState;
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Doing, Internal, NotAllowed};
use crate::policy::Action;

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
        self.authorize(ctx, Action::SwitchPlugin, id.as_str()).await?;
        if !id.is_switchable() {
            return Err(SwitchPluginError::NotSwitchable(id));
        }
        let (app, ctx) = (self.clone(), ctx.clone());
        self.to_completion(async move { app.store_switch(&ctx, id, enabled).await }).await?;
        Ok(self.0.switches.state(id))
    }

    async fn store_switch(&self, ctx: &Ctx, id: PluginId, enabled: bool) -> Result<(), Internal> {
        const DOING: &str = "switch a plugin";
        let mut turn = self.turn().await?;
        turn.tx.set_plugin(id, enabled).await.doing(DOING)?;
        let detail = if enabled { "on" } else { "off" };
        let entry = audit::done(turn.now, ctx, AuditAction::PluginSwitch, id.as_str(), detail);
        turn.tx.append_audit(&entry).await.doing(DOING)?;
        let committed = turn.commit(DOING).await?;
        self.0.switches.set(id, enabled);
        if id == PluginId::Tls {
            self.renew_connections();
        }
        committed.plugins_changed();
        Ok(())
    }
}
