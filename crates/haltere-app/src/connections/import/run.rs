//! Runs an import. In a server, memory follows the store and links are dialled.

use haltere_store::{ConnectionReads, StoreError, UserRecord, WriteTx};

use super::super::budget::over_budget;
use super::super::limits::ConnectionLimits;
use super::super::transfer::Transfer;
use super::file::{ImportFile, Incoming};
use super::plan::{ImportMode, ImportReport, Stored, plan};
use super::progress::Reporter;
use super::store::{self, OPERATION, Storing};
use super::validate::validate_blocking;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::groups::{AddToGroupsError, add_to_own_groups};
use crate::instance;
use crate::policy::{Action, Resource, Visibility};
use crate::tasks::to_completion;

/// Why there is no plan. A refused file is no error: see [`ImportReport::is_refused`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<AddToGroupsError> for ImportError {
    fn from(error: AddToGroupsError) -> Self {
        match error {
            AddToGroupsError::NotAllowed(refusal) => refusal.into(),
            AddToGroupsError::Internal(error) => error.into(),
        }
    }
}

impl Transfer {
    /// Stores the new connections of a file: all or, if an entry is refused, none (unless `mode` is
    /// [`ImportMode::StoreGood`]). Does not wait for links: [`Connections::link_state_counts`](crate::connections::Connections::link_state_counts)
    /// reports them. Storing runs to completion even if the future is dropped.
    pub async fn import(
        &self,
        ctx: &Ctx,
        file: ImportFile,
        mode: ImportMode,
        progress: Reporter,
    ) -> Result<ImportReport, ImportError> {
        self.authorizer.authorize(ctx, Action::ImportConnections, Resource::Instance).await?;
        let validated = validate_blocking(file, progress.clone()).await?;
        if mode == ImportMode::DryRun {
            return Ok(self.plan_only(ctx, validated).await?);
        }
        let (transfer, ctx) = (self.clone(), ctx.clone());
        let job = async move { transfer.plan_and_store(&ctx, validated, mode, &progress).await };
        to_completion(&self.tasks, job).await
    }

    async fn plan_only(&self, ctx: &Ctx, validated: ImportFile) -> Result<ImportReport, Internal> {
        const OPERATION: &str = "plan an import";
        let mut read = self.store.read().await.context(OPERATION)?;
        let instance = instance::known(read.meta()).await.context(OPERATION)?;
        let planned = self.plan(ctx.visibility(), read.connections(), instance, validated).await;
        Ok(planned.context(OPERATION)?.0)
    }

    async fn plan_and_store(
        &self,
        ctx: &Ctx,
        validated: ImportFile,
        mode: ImportMode,
        progress: &Reporter,
    ) -> Result<ImportReport, ImportError> {
        let mut change = self.write_lock.begin().await?;
        // Validating a large file takes a while; rights that were taken away meanwhile don't count.
        if !is_still_allowed(&mut *change.tx, ctx).await? {
            return Err(NotAllowed::InsufficientRole.into());
        }
        let instance = instance::known(change.tx.meta()).await.context(OPERATION)?;
        let planned =
            self.plan(ctx.visibility(), change.tx.connections(), instance, validated).await;
        let (mut report, new) = planned.context(OPERATION)?;
        if report.is_refused_by(mode) {
            return Ok(report);
        }
        report.done = true;
        if new.is_empty() {
            return Ok(report);
        }
        let storing = Storing { vault: &self.vault, ctx, now: change.now, progress };
        let stored = store::store(&mut *change.tx, &storing, new, &mut report).await?;
        let new: Vec<_> = stored.iter().map(|it| (it.id.as_str(), &it.settings.labels)).collect();
        let action = Action::ImportConnections;
        add_to_own_groups(&mut *change.tx, ctx, change.now, action, &new).await?;
        self.audit.count_change(ctx)?;
        change.commit(OPERATION).await?.append(stored);
        if let Some(fleet) = &self.fleet
            && ctx.visibility().is_by_groups()
        {
            fleet.reload_groups(&*self.store).await;
        }
        Ok(report)
    }

    /// The plan as of the transaction of `connections`, and the new connections with their positions in the file.
    async fn plan(
        &self,
        visibility: &Visibility,
        connections: &mut dyn ConnectionReads,
        instance: String,
        validated: ImportFile,
    ) -> Result<(ImportReport, Vec<(usize, Incoming)>), StoreError> {
        let ConnectionLimits { connections: max, bytes } = self.limits;
        let stored = Stored::read(connections, instance).await?;
        let (mut report, new) = plan(validated, &stored, visibility, max);
        let all = new.iter().map(|(_, incoming)| &incoming.connection);
        if report.exceeds.is_none() {
            report.exceeds = over_budget(connections, &self.vault, all, bytes).await?;
        }
        Ok((report, new))
    }
}

/// Whether the caller's session or token still exists, with the same roles.
async fn is_still_allowed(tx: &mut dyn WriteTx, ctx: &Ctx) -> Result<bool, Internal> {
    if let Some(token) = ctx.principal.token() {
        let exists = tx.tokens().find(&token.id).await.context(OPERATION)?.is_some();
        let owner = tx.users().find(&token.owner).await.context(OPERATION)?;
        let has_rights = |it: UserRecord| it.roles == token.owner_roles && !it.disabled;
        return Ok(exists && owner.is_some_and(has_rights));
    }
    let Some(session) = ctx.session() else { return Ok(true) };
    let exists = tx.sessions().find(session).await.context(OPERATION)?.is_some();
    let user = tx.users().find(ctx.user()).await.context(OPERATION)?;
    Ok(exists && user.is_some_and(|user| user.roles == ctx.roles()))
}
