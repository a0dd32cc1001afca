//! `POST /api/connections`

use std::sync::Arc;

use haltere_core::{
    AuditAction, AuditEntry, Connection, ConnectionId, ConnectionSettings, LinkState,
};
use haltere_store::{Conflicts, ConnectionRecord, ConnectionWrites, Inserted};

use super::Connections;
use super::budget::{certainly_fits, has_gone_over};
use super::entry::UnreadableField;
use super::fleet::Fleet;
use super::input::{NewConnection, assemble};
use super::list::Listing;
use super::mqtt_session_key::MqttSessionKey;
use super::query::ListQuery;
use super::view::{ConnectionView, Secrets, secrets_were_read};
use super::{check, record};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, Invalid, NotAllowed};
use crate::groups::{AddToGroupsError, add_to_own_groups};
use crate::policy::{Action, OutsideScope, Resource, Visibility};
use crate::tasks::to_completion;

/// The result of a create.
#[derive(Debug, Clone)]
pub struct Created {
    pub connection: ConnectionView,
    pub outcome: CreateOutcome,
    /// Whether it overwrote an existing connection that had failed.
    pub overwritten: bool,
    pub all: Listing,
}

/// How the first attempt to connect ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateOutcome {
    Connected,
    /// It is not; the message says why. haltere keeps dialling.
    Failed(String),
}

/// Why nothing was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Id and name belong to one stored connection that has not failed.
    #[error("Connection with the same name/id already exists")]
    AlreadyExists,
    /// Only the id or only the name is taken, or they belong to two different connections.
    #[error("Connection with either the same name or id already exists")]
    NameOrIdTaken,
    /// The caller could not see it: the token is limited to other connections.
    #[error(transparent)]
    OutsideScope(#[from] OutsideScope),
    #[error("Maximum number of connections reached")]
    LimitReached,
    #[error("Maximum size of all connections reached")]
    BudgetReached,
    /// Id and name belong to a stored connection that can't be read.
    #[error(
        "Connection already exists but status of the connection not found. Config file might be malformed"
    )]
    Unreadable {
        /// Why it can't be read; for the log.
        reason: UnreadableField,
    },
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<AddToGroupsError> for CreateError {
    fn from(error: AddToGroupsError) -> Self {
        match error {
            AddToGroupsError::NotAllowed(refusal) => refusal.into(),
            AddToGroupsError::Internal(error) => error.into(),
        }
    }
}

impl Connections {
    /// Stores a connection, dials it, and waits for the first outcome, at most the connect time-out and
    /// a margin.
    ///
    /// When id and name belong to one stored connection whose last attempt failed, that one is
    /// overwritten: this corrects a misconfigured connection. What is stored stays stored
    /// when the returned future is dropped.
    ///
    /// A member of groups creates it in those groups whose role allows that. To overwrite one is to update it, which a token for
    /// some actions may not be for.
    ///
    /// `secrets` applies to the response; returning all connections with their secrets is audited
    /// together with the change.
    pub async fn create(
        &self,
        ctx: &Ctx,
        new: NewConnection,
        secrets: Secrets,
    ) -> Result<Created, CreateError> {
        let named = new.id.as_ref().map_or("", |id| id.as_str());
        self.authorizer
            .authorize(ctx, Action::CreateConnection, Resource::NewConnection(named))
            .await?;
        let NewConnection { id, mut settings } = new;
        settings.tls = check::tls_settings(&settings.tls)?;
        let new = NewConnection { id, settings };

        let shows_secrets = self.shows_secrets(ctx, secrets);
        let job = {
            let (connections, ctx) = (self.clone(), ctx.clone());
            async move { connections.store_new(&ctx, new, shows_secrets).await }
        };
        let Stored { connection, overwritten, secrets_audited } =
            to_completion(&self.tasks, job).await?;

        let outcome = self.first_outcome(&connection).await;
        // The new one may be in groups of the caller.
        let mut ctx = ctx.clone();
        self.fleet.follow_groups(&mut ctx.principal);
        let (ctx, all) = (&ctx, self.all(&ctx, shows_secrets, &connection.id));
        // Others may have stored secrets while we waited.
        if !secrets_audited {
            self.audit_listing(ctx, &ListQuery::default(), &all).await?;
        }
        // It may have been changed meanwhile; the response shows what this request stored.
        let connection = self.view(Arc::new(self.fleet.entry_of(connection)), shows_secrets);
        Ok(Created { connection, outcome, overwritten, all })
    }

    async fn store_new(
        &self,
        ctx: &Ctx,
        new: NewConnection,
        shows_secrets: bool,
    ) -> Result<Stored, CreateError> {
        const OPERATION: &str = "store a new connection";
        let mut change = self.write_lock.begin().await?;
        let id = new.id.clone();
        let fresh = assemble(new, change.now);
        let row = record::seal(&self.fleet.vault, &fresh);
        let allowed = check::new_id_and_name(&fresh.id, &fresh.settings.name)
            .and_then(|()| check::new_url(&fresh.settings.url));
        let session = MqttSessionKey::of(&fresh, &self.fleet.instance);
        let inserted = change.tx.connections().insert(&row, session.client_id()).await;
        let inserted = inserted.context(OPERATION)?;
        let (connection, former) = match inserted {
            Some(Inserted { connections, .. }) if connections > self.limits.connections => {
                return Err(CreateError::LimitReached);
            }
            Some(_) => {
                allowed?;
                (fresh, None)
            }
            // A connection that is overwritten may keep a name and a URL that a new one may not have.
            None => {
                let overwrite = self.overwrite(change.tx.connections(), ctx, id.as_ref(), fresh);
                let (connection, former) = overwrite.await?;
                (connection, Some(former))
            }
        };
        ctx.visibility().check_stored(connection.id.as_str(), &connection.settings.labels)?;
        let overwritten = former.is_some();
        self.check_limits(change.tx.connections(), ctx.visibility(), &connection, &row, inserted)
            .await?;
        if !overwritten {
            let new = [(connection.id.as_str(), &connection.settings.labels)];
            let action = Action::CreateConnection;
            add_to_own_groups(&mut *change.tx, ctx, change.now, action, &new).await?;
        }
        self.audit.count_change(ctx)?;
        let action = if overwritten {
            AuditAction::ConnectionOverwrite
        } else {
            AuditAction::ConnectionCreate
        };
        let detail = connection.settings.given().join(", ");
        let changes =
            ConnectionSettings::audit_changes(former.as_ref(), Some(&connection.settings));
        let entry = audit::done(change.now, ctx, action, connection.id.as_str(), detail);
        let mut audited = vec![AuditEntry { changes, ..entry }];
        let entry = Arc::new(self.fleet.entry_of(Arc::new(connection)));
        let secrets_audited = shows_secrets
            && (entry.has_secrets()
                || self.fleet.registry.snapshot().has_secrets(ctx.visibility()));
        if secrets_audited {
            audited.push(secrets_were_read(change.now, ctx, ""));
        }
        change.tx.audit().append_many(&audited).await.context(OPERATION)?;

        let connection = Arc::clone(entry.connection().expect("just made of a connection"));
        change.commit(OPERATION).await?.put(&entry, &connection.id);
        if !overwritten && ctx.visibility().is_by_groups() {
            self.fleet.reload_groups(&*self.store).await;
        }
        Ok(Stored { connection, overwritten, secrets_audited })
    }

    /// Checks that no other connection has its MQTT session and that all connections stay within their budget.
    /// Uses the results of the insert instead of asking again: each query costs the caller two changes of thread.
    async fn check_limits(
        &self,
        connections: &mut dyn ConnectionWrites,
        visibility: &Visibility,
        connection: &Connection,
        row: &ConnectionRecord,
        inserted: Option<Inserted>,
    ) -> Result<(), CreateError> {
        const OPERATION: &str = "check a new connection";
        let instance = &self.fleet.instance;
        let session = MqttSessionKey::of(connection, instance);
        let certainly_free = inserted.is_some_and(|it| !it.client_id_in_use)
            && !session.may_equal_generated(&connection.id, instance);
        if !certainly_free {
            let taken = session.check_free(connections, visibility, &connection.id, instance).await;
            if let Some(taken) = taken.context(OPERATION)? {
                return Err(taken.into());
            }
        }
        let max = self.limits.bytes;
        let fits = inserted.is_some_and(|it| certainly_fits(it.held_before, row, max));
        if !fits && has_gone_over(connections, &*self.store, max, 0).await.context(OPERATION)? {
            return Err(CreateError::BudgetReached);
        }
        Ok(())
    }

    /// Overwrites the stored connection that has this id and the name of `fresh`; what is stored now, and the settings that
    /// were stored before.
    async fn overwrite(
        &self,
        connections: &mut dyn ConnectionWrites,
        ctx: &Ctx,
        id: Option<&ConnectionId>,
        fresh: Connection,
    ) -> Result<(Connection, ConnectionSettings), CreateError> {
        const OPERATION: &str = "overwrite a connection that failed";
        let Conflicts { by_id, by_name } = connections
            .find_conflicts(id, fresh.settings.name.as_str())
            .await
            .context(OPERATION)?;
        let broken = match (by_id, by_name) {
            // Not even the status of a hidden connection may be revealed. One that the caller may not change stays.
            (Some(a), Some(b))
                if a.id == b.id
                    && !(ctx.visibility().allows(Action::CreateConnection, &a.id)
                        && ctx.may_on(Action::UpdateConnection, &a.id)) =>
            {
                return Err(CreateError::AlreadyExists);
            }
            (Some(a), Some(b)) if a.id == b.id => self.broken(&a)?,
            _ => return Err(CreateError::NameOrIdTaken),
        };
        if fresh.settings.url != broken.settings.url {
            check::new_url(&fresh.settings.url)?;
        }
        let Connection { id, revision, created_at, settings: former, .. } = broken;
        let overwritten = Connection { id, revision: revision.next(), created_at, ..fresh };
        let row = record::seal(&self.fleet.vault, &overwritten);
        connections.update(&row).await.context(OPERATION)?;
        Ok((overwritten, former))
    }

    /// The stored connection, when it may be overwritten: its last attempt to connect failed.
    fn broken(&self, row: &ConnectionRecord) -> Result<Connection, CreateError> {
        let stored = record::open(&self.fleet.vault, &self.fleet.pem_cache, row)
            .map_err(|reason| CreateError::Unreadable { reason })?;
        match self.fleet.status(&stored).failure() {
            Some(_) => Ok(stored),
            None => Err(CreateError::AlreadyExists),
        }
    }

    async fn first_outcome(&self, connection: &Connection) -> CreateOutcome {
        let Fleet { registry, supervisor, .. } = &*self.fleet;
        let deadline = self.first_outcome_within;
        let outcome = supervisor.first_outcome(&connection.id, connection.revision, deadline);
        let status = tokio::select! {
            status = outcome => status,
            () = self.stopping.cancelled() => None,
        };
        match status.as_ref().map(|status| (&status.state, status.failure())) {
            Some((LinkState::Online { .. }, _)) => CreateOutcome::Connected,
            Some((_, Some(failure))) => CreateOutcome::Failed(failure.message.to_string()),
            Some((LinkState::Idle, None)) => {
                CreateOutcome::Failed("it was disconnected before it came up".to_owned())
            }
            None if registry.get(connection.id.as_str()).is_none() => {
                CreateOutcome::Failed("it was deleted before it came up".to_owned())
            }
            Some((_, None)) | None => CreateOutcome::Failed(format!(
                "{}: no answer within {} s, still trying",
                connection.settings.url,
                deadline.as_secs()
            )),
        }
    }
}

struct Stored {
    connection: Arc<Connection>,
    overwritten: bool,
    /// The audit trail records that the response contains secrets.
    secrets_audited: bool,
}

#[cfg(test)]
mod tests;
