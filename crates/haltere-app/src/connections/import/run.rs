//! Runs an import in a server, where memory follows the store and links are dialled.

use std::sync::Arc;

use haltere_core::{Caller, Connection};
use haltere_store::{Transactions, WriteTx};

use super::super::budget::over_budget;
use super::file::ImportFile;
use super::plan::{ImportReport, Stored, plan};
use super::progress::Reporter;
use super::store::{self, OPERATION, Storing};
use super::validate_blocking;
use crate::app::{App, AppSettings};
use crate::ctx::Ctx;
use crate::error::{Context, Internal, NotAllowed};
use crate::instance;
use crate::policy::Action;
use crate::vault::Vault;

/// What an import does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// Only report the plan.
    DryRun,
    /// Store everything, unless an entry is refused.
    Store,
    /// Store the valid entries, and leave out refused ones.
    StoreGood,
}

/// Why there is no plan. A refused file is no error: see [`ImportReport::is_refused`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Insufficient roles.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// An internal failure.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Stores the new connections of a file: all or, if an entry is refused, none (unless `mode` is
    /// [`ImportMode::StoreGood`]). Does not wait for links: [`App::link_state_counts`] reports them. Storing runs to
    /// completion even if the future is dropped.
    pub async fn import_connections(
        &self,
        ctx: &Ctx,
        file: ImportFile,
        mode: ImportMode,
        progress: Reporter,
    ) -> Result<ImportReport, ImportError> {
        self.authorize(ctx, Action::ImportConnections, "").await?;
        let validated = validate_blocking(file, progress.clone()).await?;
        if mode == ImportMode::DryRun {
            return Ok(
                dry_run(&*self.0.store, &self.0.vault, validated, self.import_limits()).await?
            );
        }
        let (app, ctx) = (self.clone(), ctx.clone());
        let job = async move { app.store_import(&ctx, validated, mode, &progress).await };
        self.to_completion(job).await
    }

    fn import_limits(&self) -> ImportLimits {
        let AppSettings { connections_max, material_budget, .. } = self.0.settings;
        ImportLimits { connections: connections_max, bytes: material_budget }
    }

    async fn store_import(
        &self,
        ctx: &Ctx,
        validated: ImportFile,
        mode: ImportMode,
        progress: &Reporter,
    ) -> Result<ImportReport, ImportError> {
        let mut change = self.begin_change().await?;
        // Validating a large file takes a while; rights that were taken away meanwhile don't count.
        if !is_still_allowed(&mut *change.tx, &ctx.caller).await? {
            return Err(NotAllowed::InsufficientRole.into());
        }
        let storing = Storing { vault: &self.0.vault, ctx, now: change.now, mode, progress };
        let (report, stored) =
            write(&mut *change.tx, &storing, validated, self.import_limits()).await?;
        if !stored.is_empty() {
            self.0.audit.count_change(ctx)?;
            let entries =
                stored.into_iter().map(|connection| Arc::new(self.0.fleet.readable(connection)));
            let entries: Vec<_> = entries.collect();
            change.commit(OPERATION).await?.append(&entries);
        }
        Ok(report)
    }
}

/// Whether the caller's session still exists, with the same roles.
async fn is_still_allowed(tx: &mut dyn WriteTx, caller: &Caller) -> Result<bool, Internal> {
    let Some(session) = &caller.session else { return Ok(true) };
    let exists = tx.sessions().find(session).await.context(OPERATION)?.is_some();
    let user = tx.users().find(&caller.user).await.context(OPERATION)?;
    Ok(exists && user.is_some_and(|user| user.roles == caller.roles))
}

/// The limits on all connections.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct ImportLimits {
    /// The number of connections.
    pub(in super::super) connections: u64,
    /// Their bytes.
    pub(in super::super) bytes: u64,
}

/// Plans an import without storing it.
pub(in super::super) async fn dry_run(
    store: &dyn Transactions,
    vault: &Vault,
    validated: ImportFile,
    import_limits: ImportLimits,
) -> Result<ImportReport, Internal> {
    const OPERATION: &str = "plan an import";
    let mut read = store.read().await.context(OPERATION)?;
    let instance = instance::known(read.meta()).await.context(OPERATION)?;
    let stored = Stored::read(read.connections(), instance).await.context(OPERATION)?;
    let (mut report, new) = plan(validated, &stored, import_limits.connections);
    let new = new.iter().map(|(_, incoming)| &incoming.connection);
    let over_budget = over_budget(read.connections(), vault, new, import_limits.bytes);
    report.over_budget = over_budget.await.context(OPERATION)?;
    Ok(report)
}

/// Plans and stores an import, without committing. Returns no connections if there is nothing to commit.
pub(in super::super) async fn write(
    tx: &mut dyn WriteTx,
    storing: &Storing<'_>,
    validated: ImportFile,
    import_limits: ImportLimits,
) -> Result<(ImportReport, Vec<Arc<Connection>>), Internal> {
    let instance = instance::known(tx.meta()).await.context(OPERATION)?;
    let stored = Stored::read(tx.connections(), instance).await.context(OPERATION)?;
    let (mut report, new) = plan(validated, &stored, import_limits.connections);
    let all = new.iter().map(|(_, incoming)| &incoming.connection);
    let over_budget = over_budget(tx.connections(), storing.vault, all, import_limits.bytes);
    report.over_budget = over_budget.await.context(OPERATION)?;
    if report.is_refused_by(storing.mode) {
        return Ok((report, Vec::new()));
    }
    report.done = true;
    if new.is_empty() {
        return Ok((report, Vec::new()));
    }
    let stored = store::store(tx, storing, new, &mut report).await?;
    Ok((report, stored))
}
