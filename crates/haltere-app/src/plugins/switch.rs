//! `PUT /api/plugins/{id}`

use haltere_core::{AuditAction, AuditChanges, AuditEntry, PluginId};

use super::Plugins;
use super::effect::{PluginEffect, Switched};
use super::list::{PluginSource, PluginState};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::events::Change;
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;

/// Why the switch was not moved.
#[derive(Debug, thiserror::Error)]
pub enum SwitchPluginError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// This plugin is always on.
    #[error("the plugin {0} can't be switched")]
    NotSwitchable(PluginId),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Plugins {
    /// Switches a plugin on or off, kept over restarts. Links concerned are dialled again.
    pub async fn switch(
        &self,
        ctx: &Ctx,
        id: PluginId,
        enabled: bool,
    ) -> Result<Switched, SwitchPluginError> {
        self.may_switch(ctx, id).await?;
        let (plugins, ctx) = (self.clone(), ctx.clone());
        let job = async move { plugins.store_switch(&ctx, id, enabled).await };
        let effect = to_completion(&self.tasks, job).await?;
        Ok(Switched { plugin: self.fleet.switches.state(id), effect })
    }

    /// What [`Plugins::switch`] would do, without doing it.
    pub async fn plan_switch(
        &self,
        ctx: &Ctx,
        id: PluginId,
        enabled: bool,
    ) -> Result<Switched, SwitchPluginError> {
        const OPERATION: &str = "plan a switch of a plugin";
        self.may_switch(ctx, id).await?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let tokens = read.tokens().list().await.context(OPERATION)?.len();
        let effect =
            self.effect_of_switch(read.users(), tokens, ctx.visibility(), id, enabled).await?;
        let source = PluginSource::Administrator;
        let plugin = PluginState { enabled, source, ..self.fleet.switches.state(id) };
        Ok(Switched { plugin, effect })
    }

    async fn may_switch(&self, ctx: &Ctx, id: PluginId) -> Result<(), SwitchPluginError> {
        self.authorizer.authorize(ctx, Action::SwitchPlugin, Resource::Plugin(id.as_str())).await?;
        if id.is_switchable() { Ok(()) } else { Err(SwitchPluginError::NotSwitchable(id)) }
    }

    async fn store_switch(
        &self,
        ctx: &Ctx,
        id: PluginId,
        enabled: bool,
    ) -> Result<PluginEffect, SwitchPluginError> {
        const OPERATION: &str = "switch a plugin";
        let mut change = self.write_lock.begin().await?;
        self.audit.count_change(ctx)?;
        let tokens = change.tx.tokens().list().await.context(OPERATION)?.len();
        let effect =
            self.effect_of_switch(change.tx.users(), tokens, ctx.visibility(), id, enabled).await?;
        let mut changes = AuditChanges::none();
        let [before, after] = [self.fleet.switches.is_on(id), enabled]
            .map(|is_on| if is_on { "true" } else { "false" });
        changes.add("enabled", Some(before), Some(after));
        change.tx.plugins().set(id, enabled).await.context(OPERATION)?;
        let detail = if enabled { "on" } else { "off" };
        let entry = audit::done(change.now, ctx, AuditAction::PluginSwitch, id.as_str(), detail);
        let entry = AuditEntry { changes, ..entry };
        change.tx.audit().append(&entry).await.context(OPERATION)?;
        change.commit(OPERATION).await?.switch(|fleet| {
            fleet.switches.set(id, enabled);
            if id == PluginId::Tls {
                fleet.renew();
            }
            fleet.feed.push(Change::Plugins);
            if id == PluginId::ConnectionsRestApi {
                fleet.publish_connections();
            }
        });
        Ok(effect)
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{ConnectionId, ConnectionName, ConnectionSettings, Role, TlsSettings};
    use haltere_testkit::builders::{trusting, url};
    use haltere_testkit::wait::{DEADLINE, until, within};
    use haltere_testkit::{Ca, Listener, Mosquitto};

    use super::*;
    use crate::connections::{Advice, ConnectionPatch, CreateOutcome, NewConnection, Secrets};
    use crate::plugins::TlsEffect;
    use crate::testing::TestApp;

    fn new(id: &ConnectionId, at: &str, tls: TlsSettings) -> NewConnection {
        let name = ConnectionName::parse(id.as_str()).unwrap();
        let settings = ConnectionSettings { tls, ..ConnectionSettings::new(name, url(at)) };
        NewConnection { id: Some(id.clone()), settings }
    }

    #[tokio::test]
    async fn a_switch_by_an_administrator_is_stored_and_announced() {
        let app = TestApp::start().await;
        let admin = app.ctx(Role::Admin);
        let plugin = PluginId::ConnectionsRestApi;
        let mut events = app.app.events().subscribe(&admin, None).unwrap();
        let state = app.app.plugins().switch(&admin, plugin, false).await.unwrap().plugin;
        assert_eq!((state.enabled, state.source), (false, PluginSource::Administrator));
        let batch = within("an event", DEADLINE, events.next()).await.unwrap();
        assert_eq!(batch.changes[0], Change::Plugins);

        let refused = app.app.plugins().switch(&app.ctx(Role::Editor), plugin, true).await;
        assert!(matches!(refused, Err(SwitchPluginError::NotAllowed(_))));
        let fixed = app.app.plugins().switch(&admin, PluginId::MultipleConnections, false).await;
        assert!(matches!(fixed, Err(SwitchPluginError::NotSwitchable(_))));
        let app = app.restart().await;
        assert!(!app.app.plugins().is_on(plugin));
        assert_eq!(
            app.audit().await[..2],
            [
                "editor plugin.switch connections-rest-api denied",
                "admin plugin.switch connections-rest-api success",
            ]
        );
    }

    /// After that, reads and changes share one connection to the database.
    #[tokio::test]
    async fn a_switch_is_moved_after_the_database_was_away() {
        let app = TestApp::start().await;
        let away = app.database().with_extension("away");
        std::fs::rename(app.database(), &away).unwrap();
        drop(app.store.read().await.unwrap());
        assert!(app.store.trouble().is_some());
        std::fs::rename(&away, app.database()).unwrap();
        app.store.probe().await.unwrap();
        let admin = app.ctx(Role::Admin);
        let switched = app.app.plugins().switch(&admin, PluginId::UserProfileEdit, false).await;
        assert_eq!(switched.unwrap().effect, PluginEffect::Users { users: Role::ALL.len() });
    }

    #[tokio::test]
    async fn another_process_can_move_a_switch() {
        let app = TestApp::start().await;
        let store = app.another_store().await;
        let mut tx = store.write().await.unwrap();
        tx.plugins().set(PluginId::UserProfileEdit, false).await.unwrap();
        tx.commit().await.unwrap();
        until("the switch to be noticed", DEADLINE, async || {
            (!app.app.plugins().is_on(PluginId::UserProfileEdit)).then_some(())
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
        let created = app.app.connections().create(
            &ctx,
            new(&id, &broker.url(), trusting(&ca.pem())),
            Secrets::Omit,
        );
        assert_eq!(created.await.unwrap().outcome, CreateOutcome::Connected);
        let connected = async |wanted: bool| {
            until("the link to be dialled again", DEADLINE, async || {
                let view = app.app.connections().get(&ctx, &id, Secrets::Omit).await.unwrap();
                let status = view.status.unwrap();
                let settled = status.connected() || status.failure().is_some();
                (settled && status.connected() == wanted).then_some(())
            })
            .await;
        };
        let plan = app.app.plugins().plan_switch(&ctx, PluginId::Tls, false).await.unwrap();
        let concerned = TlsEffect { connections: 1, up: 1, ca: 1, ..TlsEffect::default() };
        assert_eq!(plan.effect, PluginEffect::Tls(concerned));
        assert!(app.app.plugins().is_on(PluginId::Tls) && !plan.plugin.enabled);
        let off = app.app.plugins().switch(&ctx, PluginId::Tls, false).await.unwrap();
        assert_eq!(off, plan);
        connected(false).await;
        let view = app.app.connections().get(&ctx, &id, Secrets::Omit).await.unwrap();
        let message = view.status.unwrap().failure().unwrap().message.to_string();
        assert!(message.contains("the plugin tls is off"), "{message}");
        let advice = app.app.connections().advice(&ctx, &id).unwrap().advice;
        assert_eq!(advice, [Advice::TlsPluginOff]);
        let again = app.app.plugins().switch(&ctx, PluginId::Tls, false).await.unwrap();
        assert_eq!(again.effect, PluginEffect::None);
        app.app.plugins().switch(&ctx, PluginId::Tls, true).await.unwrap();
        connected(true).await;
    }

    #[tokio::test]
    async fn a_link_without_tls_stays_up_whatever_its_settings() {
        let broker = Mosquitto::plain().await;
        let app = TestApp::start().await;
        let ctx = app.ctx(Role::Admin);
        let id = ConnectionId::parse("a").unwrap();
        let new = new(&id, &broker.url(), trusting(&Ca::new("factory").pem()));
        let created = app.app.connections().create(&ctx, new, Secrets::Omit).await.unwrap();
        assert_eq!(created.outcome, CreateOutcome::Connected);
        let off = app.app.plugins().switch(&ctx, PluginId::Tls, false).await.unwrap();
        assert_eq!(off.effect, PluginEffect::Tls(TlsEffect::default()));
        // It takes another order after that one, so the first was followed.
        let renamed = ConnectionPatch {
            name: Some(ConnectionName::parse("b").unwrap()),
            ..ConnectionPatch::default()
        };
        let revision =
            app.app.connections().patch(&ctx, &id, renamed, Secrets::Omit).await.unwrap().entry;
        let revision = revision.connection().unwrap().revision;
        let status = until("the link to follow", DEADLINE, async || {
            let view = app.app.connections().get(&ctx, &id, Secrets::Omit).await.unwrap();
            view.status.filter(|it| it.revision >= revision && it.connected())
        })
        .await;
        let history = app.app.connections().history(&ctx, &id).unwrap();
        assert!(status.connected() && history.len() == 2, "never dialled again: {history:?}");
    }
}
