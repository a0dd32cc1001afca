//! `PUT /api/plugins/{id}`

use haltere_core::{AuditAction, PluginId};

use super::list::PluginState;
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Doing, Internal, NotAllowed};
use crate::events::Event;
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
        turn.commit(DOING).await?.switch(|app| {
            app.0.switches.set(id, enabled);
            if id == PluginId::Tls {
                app.renew_connections();
            }
            app.0.hub.publish(Event::PluginsChanged);
            if id == PluginId::ConnectionsRestApi {
                app.tell_connections();
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{ConnectionId, ConnectionName, MmcFields, Role};
    use haltere_testkit::builders::{trusting, url};
    use haltere_testkit::wait::{PATIENCE, until, within};
    use haltere_testkit::{Ca, Listener, Mosquitto};

    use super::*;
    use crate::connections::{NewConnection, Outcome, Secrets};
    use crate::plugins::PluginSource;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_switch_is_moved_by_administrators_kept_and_told() {
        let app = TestApp::start().await;
        let admin = app.ctx(Role::Admin);
        let plugin = PluginId::ConnectionsRestApi;
        let mut events = app.app.subscribe(&admin, None).unwrap();
        let state = app.app.switch_plugin(&admin, plugin, false).await.unwrap();
        assert_eq!((state.enabled, state.source), (false, PluginSource::Administrator));
        let batch = within("an event", PATIENCE, events.next()).await.unwrap();
        assert_eq!(batch.events[0].1, Event::PluginsChanged);

        let refused = app.app.switch_plugin(&app.ctx(Role::Editor), plugin, true).await;
        assert!(matches!(refused, Err(SwitchPluginError::NotAllowed(_))));
        let fixed = app.app.switch_plugin(&admin, PluginId::MultipleConnections, false).await;
        assert!(matches!(fixed, Err(SwitchPluginError::NotSwitchable(_))));
        let app = app.restart().await;
        assert!(!app.app.plugin_enabled(plugin));
        assert_eq!(
            app.audit().await[..2],
            [
                "editor plugin.switch connections-rest-api denied",
                "admin plugin.switch connections-rest-api success",
            ]
        );
    }

    #[tokio::test]
    async fn another_process_can_move_a_switch() {
        let app = TestApp::start().await;
        let store = app.another_store().await;
        let mut tx = store.write().await.unwrap();
        tx.set_plugin(PluginId::AuditTrail, false).await.unwrap();
        tx.commit().await.unwrap();
        until("the switch to be noticed", PATIENCE, async || {
            (!app.app.plugin_enabled(PluginId::AuditTrail)).then_some(())
        })
        .await;
    }

    #[tokio::test]
    async fn without_the_plugin_tls_a_private_ca_does_not_count() {
        let ca = Ca::new("factory");
        let broker =
            Mosquitto::builder().listener(Listener::tls(&ca.server(&["127.0.0.1"]))).start().await;
        let app = TestApp::start().await;
        let ctx = app.ctx(Role::Admin);
        let id = ConnectionId::parse("a").unwrap();
        let created = app.app.create_connection(
            &ctx,
            NewConnection {
                id: Some(id.clone()),
                name: ConnectionName::parse("a").unwrap(),
                url: url(&broker.url()),
                credentials: None,
                tls: trusting(&ca.pem()),
                mmc: MmcFields::default(),
            },
            Secrets::Omit,
        );
        assert_eq!(created.await.unwrap().outcome, Outcome::Connected);
        let connected = async |wanted: bool| {
            until("the link to be dialled again", PATIENCE, async || {
                let view = app.app.get_connection(&ctx, &id, Secrets::Omit).await.unwrap();
                let status = view.status.unwrap();
                let settled = status.connected() || status.failure().is_some();
                (settled && status.connected() == wanted).then_some(())
            })
            .await;
        };
        app.app.switch_plugin(&ctx, PluginId::Tls, false).await.unwrap();
        connected(false).await;
        app.app.switch_plugin(&ctx, PluginId::Tls, true).await.unwrap();
        connected(true).await;
    }
}
