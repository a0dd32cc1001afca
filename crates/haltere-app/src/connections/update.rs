//! Applying a change to a connection: what replacing and patching have in common.

use std::sync::Arc;

use haltere_core::{
    AuditAction, AuditChanges, AuditEntry, Connection, ConnectionId, ConnectionPatch,
    ConnectionSettings, FieldChange,
};
use haltere_store::{ConnectionRecord, StoreError};

use super::Connections;
use super::budget::has_gone_over;
use super::condition::{ChangeOptions, Condition, Outdated};
use super::destination::{Destination, RetainedSecrets};
use super::entry::Entry;
use super::error::UpdateError;
use super::mqtt_session_key::MqttSessionKey;
use super::view::{ConnectionView, secrets_were_read};
use super::{check, record};
use crate::app::SecretsPolicy;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid};
use crate::policy::{Action, Resource};
use crate::tasks::to_completion;
use crate::write_lock::PendingChange;

const OPERATION: &str = "change a connection";

impl Connections {
    /// Reads the stored connection, applies `edit` to it, and stores the result. All changes of a
    /// connection share these steps.
    pub(super) async fn update_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        options: ChangeOptions,
        edit: impl FnOnce(&Connections, ConnectionRecord) -> Result<Edit, UpdateError> + Send + 'static,
    ) -> Result<ConnectionView, UpdateError> {
        self.authorizer
            .authorize(ctx, Action::UpdateConnection, Resource::Connection(id.as_str()))
            .await?;
        let ChangeOptions { secrets, condition } = options;
        let shows_secrets = self.shows_secrets_of(ctx, secrets, id.as_str());
        let (connections, ctx, id) = (self.clone(), ctx.clone(), id.clone());
        let job = async move {
            connections.store_update(&ctx, &id, &condition, shows_secrets, edit).await
        };
        let entry = to_completion(&self.tasks, job).await?;
        Ok(self.view(entry, shows_secrets))
    }

    async fn store_update(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        condition: &Condition,
        shows_secrets: bool,
        edit: impl FnOnce(&Connections, ConnectionRecord) -> Result<Edit, UpdateError> + Send,
    ) -> Result<Arc<Entry>, UpdateError> {
        let mut change = self.write_lock.begin().await?;
        let row = change.tx.connections().find(id).await.context(OPERATION)?;
        // It may have got other labels meanwhile.
        let row = row.filter(|_| ctx.visibility().covers(id.as_str()));
        let row = row.ok_or(UpdateError::NotFound)?;
        if !condition.allows(&row) {
            let outdated = Outdated::find(change.tx.audit(), id.as_str()).await;
            return Err(outdated.context(OPERATION)?.into());
        }
        let instance = self.fleet.instance.as_str();
        let before = MqttSessionKey::of_row(&row, instance);
        let old_name = row.name.len();
        let Edit { mut connection, fields, changes } = edit(self, row)?;

        if !fields.is_empty() {
            ctx.visibility().check_stored(id.as_str(), &connection.settings.labels)?;
            self.audit.count_change(ctx)?;
            // Two that were stored before there was this rule can be edited otherwise.
            let key = MqttSessionKey::of(&connection, instance);
            if before.as_ref() != Some(&key)
                && let Some(taken) = key
                    .check_free(change.tx.connections(), ctx.visibility(), id, instance)
                    .await
                    .context(OPERATION)?
            {
                return Err(taken.into());
            }
            connection.revision = connection.revision.next();
            connection.updated_at = change.now;
            let row = record::seal(&self.fleet.vault, &connection);
            change.tx.connections().update(&row).await.map_err(|error| match error {
                StoreError::Taken(_) => UpdateError::NameTaken,
                error => Internal::new(OPERATION, error).into(),
            })?;
            let (store, max) = (&*self.store, self.limits.bytes);
            let renamed = row.name.len().saturating_sub(old_name) as u64;
            let is_over = has_gone_over(change.tx.connections(), store, max, renamed).await;
            if is_over.context(OPERATION)? {
                return Err(UpdateError::BudgetReached);
            }
            let detail = fields.join(", ");
            let action = AuditAction::ConnectionUpdate;
            let entry = audit::done(change.now, ctx, action, id.as_str(), detail);
            let entry = AuditEntry { changes, ..entry };
            change.tx.audit().append(&entry).await.context(OPERATION)?;
        }
        let connection = Arc::new(connection);
        let entry = Arc::new(match &*fields {
            // Nothing differs: the entry is only shown.
            [] | ["labels"] => self.fleet.entry_of_relabeled(connection),
            _ => self.fleet.entry_of(connection),
        });
        // Nothing to store: dropped at once, because the audit trail is written to as well.
        let change = (!fields.is_empty()).then_some(change);
        self.finish(ctx, id, &entry, change, shows_secrets).await?;
        Ok(entry)
    }

    /// Completes `change`, which is `None` if nothing differs. The response shows `entry`, with its secrets if `shows_secrets`.
    pub(super) async fn finish(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        entry: &Arc<Entry>,
        change: Option<PendingChange<'_>>,
        shows_secrets: bool,
    ) -> Result<(), Internal> {
        let Some(mut change) = change else {
            return self.audit_read(ctx, entry, shows_secrets).await;
        };
        if shows_secrets && entry.has_secrets() {
            let read = secrets_were_read(change.now, ctx, id.as_str());
            change.tx.audit().append(&read).await.context(OPERATION)?;
        }
        change.commit(OPERATION).await?.put(entry, id);
        Ok(())
    }
}

/// A changed connection, not yet stored.
pub(super) struct Edit {
    pub(super) connection: Connection,
    /// The names of the fields that differ; when there are none, nothing is stored.
    pub(super) fields: Vec<&'static str>,
    /// The same with their values, for the audit trail.
    pub(super) changes: AuditChanges,
}

/// Applies `patch` to `stored` and checks the result; `policy` says whether stored secrets may go elsewhere.
pub(super) fn apply(
    stored: Connection,
    patch: ConnectionPatch,
    policy: SecretsPolicy,
) -> Result<Edit, Invalid> {
    let old = stored.settings.clone();
    let patch = check::patch(patch, &old.tls)?;
    let kept = RetainedSecrets::by(&patch);
    let gives_password =
        matches!(&patch.password, FieldChange::Set(password) if !password.expose().is_empty());
    // An empty user name means none, as forms send it.
    let clears_username =
        matches!(&patch.username, FieldChange::Set(name) if name.as_str().is_empty());
    let settings = stored.settings.patched(patch);
    let has_user = settings.credentials.as_ref().is_some_and(|it| it.username.is_some());
    if gives_password && !has_user && !clears_username {
        return Err(Invalid::of("credentials.username", &FieldFault::UserNameMissing));
    }
    if settings.name != old.name {
        check::new_name(&settings.name)?;
    }
    if settings.url != old.url {
        check::new_url(&settings.url)?;
    }
    if settings.labels != old.labels {
        check::labels(&settings.labels)?;
    }
    if settings.tls != old.tls {
        check::together(&settings.tls)?;
    }
    kept.check(policy, Some(&Destination::new(&old.url, &old.tls)), &settings)?;
    let fields = old.differences(&settings);
    let changes = ConnectionSettings::audit_changes(Some(&old), Some(&settings));
    let connection = Connection { settings, ..stored };
    Ok(Edit { connection, fields, changes })
}

#[cfg(test)]
mod tests;
