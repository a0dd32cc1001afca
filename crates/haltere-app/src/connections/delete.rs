//! `DELETE /api/connections/{id}`

use haltere_core::{AuditAction, AuditEntry, ConnectionId, ConnectionSettings};

use super::Connections;
use super::condition::{ChangeOptions, Condition, Outdated};
use super::entry::Entry;
use super::error::ConnectionError;
use super::list::Listing;
use super::view::secrets_were_read;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::groups::audit_removed_connection;
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;

impl Connections {
    /// Deletes a connection, also from groups, and ends its link; the remaining ones.
    pub async fn delete(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        options: impl Into<ChangeOptions>,
    ) -> Result<Listing, ConnectionError> {
        self.authorizer
            .authorize(ctx, Action::DeleteConnection, Resource::Connection(id.as_str()))
            .await?;
        let ChangeOptions { secrets, condition } = options.into();
        let shows_secrets = self.shows_secrets(ctx, secrets);
        let (connections, ctx, id) = (self.clone(), ctx.clone(), id.clone());
        let job =
            async move { connections.remove_stored(&ctx, &id, &condition, shows_secrets).await };
        to_completion(&self.tasks, job).await
    }

    async fn remove_stored(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        condition: &Condition,
        shows_secrets: bool,
    ) -> Result<Listing, ConnectionError> {
        const OPERATION: &str = "delete a connection";
        let mut change = self.write_lock.begin().await?;
        // It may have got other labels meanwhile.
        if !ctx.visibility().covers(id.as_str()) {
            return Err(ConnectionError::NotFound);
        }
        if condition.is_bound() {
            let row = change.tx.connections().find(id).await.context(OPERATION)?;
            if !condition.allows(&row.ok_or(ConnectionError::NotFound)?) {
                let outdated = Outdated::find(change.tx.audit(), id.as_str()).await;
                return Err(outdated.context(OPERATION)?.into());
            }
        }
        let removed = audit_removed_connection(&mut *change.tx, ctx, change.now, id.as_str());
        let was_in_groups = removed.await.context(OPERATION)?;
        if !change.tx.connections().delete(id).await.context(OPERATION)? {
            return Err(ConnectionError::NotFound);
        }
        self.audit.count_change(ctx)?;
        let entry = audit::done(change.now, ctx, AuditAction::ConnectionDelete, id.as_str(), "");
        let known = self.fleet.registry.get(id.as_str());
        let former = known.as_ref().and_then(|entry| entry.connection().ok());
        let changes = ConnectionSettings::audit_changes(former.map(|it| &it.settings), None);
        let entry = AuditEntry { changes, ..entry };
        change.tx.audit().append(&entry).await.context(OPERATION)?;
        let snapshot = self.fleet.registry.snapshot();
        let others = snapshot.entries().iter().filter(|entry| entry.id() != id.as_str());
        let is_shown =
            |entry: &Entry| ctx.visibility().allows(Action::ReadConnectionSecrets, entry.id());
        let mut shown = others.filter(|entry| is_shown(entry));
        if shows_secrets && shown.any(|entry| entry.has_secrets()) {
            let read = secrets_were_read(change.now, ctx, "");
            change.tx.audit().append(&read).await.context(OPERATION)?;
        }
        change.commit(OPERATION).await?.remove(id);
        if was_in_groups {
            self.fleet.reload_groups(&*self.store).await;
        }
        Ok(self.all(ctx, shows_secrets, id))
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;

    use super::super::Secrets;
    use super::super::fixture::{broken, id, new};
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_deleted_connection_is_gone() {
        let (app, port) = (TestApp::start().await, broken());
        let ctx = app.ctx(Role::ConnectionManager);
        for id in ["a", "b"] {
            app.app.connections().create(&ctx, new(id, port.url()), Secrets::Omit).await.unwrap();
        }
        assert!(!app.app.connections().history(&ctx, &id("a")).unwrap().is_empty());
        let rest = app.app.connections().delete(&ctx, &id("a"), Secrets::Omit).await.unwrap();
        assert_eq!(rest.entries.iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(app.app.0.shared.fleet.supervisor.link_count(), 1);
        let again = app.app.connections().delete(&ctx, &id("a"), Secrets::Omit).await;
        assert!(matches!(again, Err(ConnectionError::NotFound)));
        assert!(matches!(
            app.app.connections().history(&ctx, &id("a")),
            Err(ConnectionError::NotFound)
        ));
        let viewer = app.ctx(Role::Viewer);
        let refused = app.app.connections().delete(&viewer, &id("b"), Secrets::Omit).await;
        assert!(matches!(refused, Err(ConnectionError::NotAllowed(_))));
        let app = app.restart().await;
        let rest = app.app.connections().get(&viewer, &id("a"), Secrets::Omit).await;
        assert!(matches!(rest, Err(ConnectionError::NotFound)));
        app.app
            .connections()
            .create(&ctx, new("a", port.url()), Secrets::Omit)
            .await
            .expect("free");
    }
}
