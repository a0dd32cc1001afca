//! Doing it: within a server, where memory follows the store and links are dialled.

use std::sync::Arc;

use haltere_core::{Caller, Connection};
use haltere_store::{Store, WriteTx};

use super::super::budget::over_budget;
use super::file::ImportFile;
use super::judge_elsewhere;
use super::plan::{ImportReport, Stored, plan};
use super::progress::Reporter;
use super::store::{self, DOING, Storing};
use crate::app::{App, AppSettings};
use crate::ctx::Ctx;
use crate::error::{Doing, Internal, NotAllowed};
use crate::policy::Action;
use crate::vault::Vault;

/// Whether to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// Only say what would be done.
    DryRun,
    /// Do it, if nothing is refused.
    Store,
    /// Do it with what is good, and leave out what is refused.
    StoreGood,
}

/// Why there is not even a plan. That a file can't be taken is no error: see
/// [`ImportReport::is_refused`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Stores the connections of a file, all of them or, when an entry is refused, none (unless only the
    /// good ones are asked for); skips those that
    /// are there already. Does not wait for links: [`App::standing`] tells how they do. Once it has begun to
    /// store, it runs to its end even when the returned future is dropped.
    pub async fn import_connections(
        &self,
        ctx: &Ctx,
        file: ImportFile,
        mode: ImportMode,
        progress: Reporter,
    ) -> Result<ImportReport, ImportError> {
        self.authorize(ctx, Action::ImportConnections, "").await?;
        let judged = judge_elsewhere(file, progress.clone()).await?;
        if mode == ImportMode::DryRun {
            return Ok(dry_run(&*self.0.store, &self.0.vault, judged, self.room()).await?);
        }
        let (app, ctx) = (self.clone(), ctx.clone());
        let job = async move { app.store_import(&ctx, judged, mode, &progress).await };
        self.to_completion(job).await
    }

    fn room(&self) -> Room {
        let AppSettings { connections_max, material_budget, .. } = self.0.settings;
        Room { connections: connections_max, bytes: material_budget }
    }

    async fn store_import(
        &self,
        ctx: &Ctx,
        judged: ImportFile,
        mode: ImportMode,
        progress: &Reporter,
    ) -> Result<ImportReport, ImportError> {
        let mut change = self.begin_change().await?;
        // Judging a large file takes a while; rights that were taken away meanwhile don't count.
        if !still_in(&mut *change.tx, &ctx.caller).await? {
            return Err(NotAllowed::RoleTooLow.into());
        }
        let storing = Storing { vault: &self.0.vault, ctx, now: change.now, mode, progress };
        let (report, stored) = write(&mut *change.tx, &storing, judged, self.room()).await?;
        if !stored.is_empty() {
            self.0.audit.count_change(ctx)?;
            let entries = stored.into_iter().map(|connection| Arc::new(self.readable(connection)));
            let entries: Vec<_> = entries.collect();
            change.commit(DOING).await?.append(&entries);
        }
        Ok(report)
    }
}

/// Whether the caller's session goes on, with the roles it began with.
async fn still_in(tx: &mut dyn WriteTx, caller: &Caller) -> Result<bool, Internal> {
    let Some(session) = &caller.session else { return Ok(true) };
    let goes_on = tx.find_session(session).await.doing(DOING)?.is_some();
    let user = tx.find_user(&caller.user).await.doing(DOING)?;
    Ok(goes_on && user.is_some_and(|user| user.roles == caller.roles))
}

/// How much there may be altogether.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Room {
    /// Connections.
    pub(in super::super) connections: u64,
    /// Bytes that they hold.
    pub(in super::super) bytes: u64,
}

/// What would be done.
pub(in super::super) async fn dry_run(
    store: &dyn Store,
    vault: &Vault,
    judged: ImportFile,
    room: Room,
) -> Result<ImportReport, Internal> {
    const DOING: &str = "plan an import";
    let mut read = store.read().await.doing(DOING)?;
    let stored = Stored::read(&mut *read).await.doing(DOING)?;
    let (mut report, new) = plan(judged, &stored, room.connections);
    let new = new.iter().map(|(_, incoming)| &incoming.connection);
    let over_budget = over_budget(&mut *read, vault, new, room.bytes);
    report.over_budget = over_budget.await.doing(DOING)?;
    Ok(report)
}

/// Does it, short of the commit. Nothing comes back when there is nothing to commit.
pub(in super::super) async fn write(
    tx: &mut dyn WriteTx,
    storing: &Storing<'_>,
    judged: ImportFile,
    room: Room,
) -> Result<(ImportReport, Vec<Arc<Connection>>), Internal> {
    let stored = Stored::read(tx).await.doing(DOING)?;
    let (mut report, new) = plan(judged, &stored, room.connections);
    let all = new.iter().map(|(_, incoming)| &incoming.connection);
    let over_budget = over_budget(tx, storing.vault, all, room.bytes);
    report.over_budget = over_budget.await.doing(DOING)?;
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
