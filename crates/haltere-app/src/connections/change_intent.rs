//! `POST /api/connections/{id}/connect` and `…/disconnect`

use std::sync::Arc;

use haltere_core::{AuditAction, AuditChanges, AuditEntry, ConnectionId, Intent};

use super::Connections;
use super::condition::{ChangeOptions, Condition, Outdated};
use super::entry::Entry;
use super::error::ConnectionError;
use super::view::ConnectionView;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;

impl Connections {
    /// Asks for a connection to be up. One that waits to dial again dials at once.
    pub async fn connect(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        options: impl Into<ChangeOptions>,
    ) -> Result<ConnectionView, ConnectionError> {
        self.change_intent(ctx, id, Intent::Connected, options.into()).await
    }

    /// Disconnects a connection on purpose: it stays down, also after a restart, until it is connected again.
    pub async fn disconnect(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        options: impl Into<ChangeOptions>,
    ) -> Result<ConnectionView, ConnectionError> {
        self.change_intent(ctx, id, Intent::Disconnected, options.into()).await
    }

    async fn change_intent(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        intent: Intent,
        options: ChangeOptions,
    ) -> Result<ConnectionView, ConnectionError> {
        let action = match intent {
            Intent::Connected => Action::ConnectConnection,
            Intent::Disconnected => Action::DisconnectConnection,
        };
        self.authorizer.authorize(ctx, action, Resource::Connection(id.as_str())).await?;
        let ChangeOptions { secrets, condition } = options;
        let shows_secrets = self.shows_secrets_of(ctx, secrets, id.as_str());
        let (connections, ctx, id) = (self.clone(), ctx.clone(), id.clone());
        let job = async move {
            connections.store_intent(&ctx, &id, intent, &condition, shows_secrets).await
        };
        let entry = to_completion(&self.tasks, job).await?;
        Ok(self.view(entry, shows_secrets))
    }

    /// Works on the stored row, so that it also applies to a connection that can't be read.
    async fn store_intent(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        intent: Intent,
        condition: &Condition,
        shows_secrets: bool,
    ) -> Result<Arc<Entry>, ConnectionError> {
        const OPERATION: &str = "connect or disconnect a connection";
        let mut change = self.write_lock.begin().await?;
        let row = change.tx.connections().find(id).await.context(OPERATION)?;
        let row = row.filter(|_| ctx.visibility().covers(id.as_str()));
        let mut row = row.ok_or(ConnectionError::NotFound)?;
        if !condition.allows(&row) {
            let outdated = Outdated::find(change.tx.audit(), id.as_str()).await;
            return Err(outdated.context(OPERATION)?.into());
        }

        // A new revision is what makes a waiting link dial at once.
        let changes = row.intent != intent || (intent == Intent::Connected && self.is_failing(id));
        if changes {
            self.audit.count_change(ctx)?;
            let [before, after] = [row.intent, intent].map(is_disconnected);
            let mut audit_changes = AuditChanges::none();
            audit_changes.add("disconnected", Some(before), Some(after));
            row.intent = intent;
            row.revision = row.revision.next();
            row.updated_at = change.now;
            change.tx.connections().update(&row).await.context(OPERATION)?;
            let action = match intent {
                Intent::Connected => AuditAction::ConnectionConnect,
                Intent::Disconnected => AuditAction::ConnectionDisconnect,
            };
            let entry = audit::done(change.now, ctx, action, id.as_str(), "");
            let entry = AuditEntry { changes: audit_changes, ..entry };
            change.tx.audit().append(&entry).await.context(OPERATION)?;
        }
        let entry = Arc::new(self.fleet.entry(row));
        self.finish(ctx, id, &entry, changes.then_some(change), shows_secrets).await?;
        Ok(entry)
    }

    fn is_failing(&self, id: &ConnectionId) -> bool {
        self.fleet.supervisor.status(id).is_some_and(|status| status.failure().is_some())
    }
}

/// The field `disconnected`, as on the wire.
fn is_disconnected(intent: Intent) -> &'static str {
    match intent {
        Intent::Connected => "false",
        Intent::Disconnected => "true",
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{LinkState, Role};
    use haltere_testkit::Mosquitto;
    use haltere_testkit::wait::{DEADLINE, until};

    use super::super::Secrets;
    use super::super::fixture::{id, new};
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_disconnected_connection_stays_so_over_a_restart() {
        let broker = Mosquitto::plain().await;
        let app = TestApp::start().await;
        let ctx = app.ctx(Role::ConnectionManager);
        app.app.connections().create(&ctx, new("a", &broker.url()), Secrets::Omit).await.unwrap();
        let idle = async |app: &TestApp| {
            until("the link to go down", DEADLINE, async || {
                let view = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.unwrap();
                (view.status?.state == LinkState::Idle).then_some(())
            })
            .await;
        };
        let down = app.app.connections().disconnect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
        assert_eq!(down.entry.intent(), Intent::Disconnected);
        idle(&app).await;
        let app = app.restart().await;
        idle(&app).await;

        app.app.connections().connect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
        until("the link to come up", DEADLINE, async || {
            let view = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.unwrap();
            view.status?.connected().then_some(())
        })
        .await;
        let again = app.app.connections().connect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
        assert!(again.status.unwrap().connected(), "a link that is up is left alone");
        assert_eq!(
            app.audit().await[..3],
            [
                "connectionManager connection.connect a success",
                "connectionManager connection.disconnect a success",
                "connectionManager connection.create a success",
            ]
        );
        let unknown = app.app.connections().connect(&ctx, &id("b"), Secrets::Omit).await;
        assert!(matches!(unknown, Err(ConnectionError::NotFound)));
    }
}
