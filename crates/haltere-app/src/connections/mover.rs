//! Moving connections in and out beside a running server, or without one.

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::{ConnectionRecord, Store};

use super::export::{self, Export, ExportError, LeftOut};
use super::import::{
    self, ImportError, ImportFile, ImportMode, ImportReport, Reporter, Room, Storing,
    judge_elsewhere,
};
use super::materials::Materials;
use super::record;
use super::view::Secrets;
use crate::app::SecretsPolicy;
use crate::ctx::Ctx;
use crate::error::Doing;
use crate::policy::Action;
use crate::vault::Vault;

/// Moves connections into and out of a store. Needs no running [`crate::App`]: a server that works on the
/// same store notices within a second and dials what is new.
pub struct Mover {
    /// Where connections are kept.
    pub store: Arc<dyn Store>,
    /// What seals their secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The most connections there may be.
    pub connections_max: u64,
    /// How many bytes all connections may hold.
    pub material_budget: u64,
    /// Whether secrets are ever given out.
    pub secrets: SecretsPolicy,
}

impl Mover {
    /// As [`crate::App::import_connections`].
    pub async fn import(
        &self,
        ctx: &Ctx,
        file: ImportFile,
        mode: ImportMode,
        progress: Reporter,
    ) -> Result<ImportReport, ImportError> {
        const DOING: &str = "import connections";
        ctx.authorize(Action::ImportConnections)?;
        let judged = judge_elsewhere(file, progress.clone()).await?;
        let room = Room { connections: self.connections_max, bytes: self.material_budget };
        if mode == ImportMode::DryRun {
            return Ok(import::dry_run(&*self.store, &self.vault, judged, room).await?);
        }
        let mut tx = self.store.write().await.doing(DOING)?;
        let now = self.clock.now();
        let storing = Storing { vault: &self.vault, ctx, now, mode, progress: &progress };
        let (report, stored) = import::write(&mut *tx, &storing, judged, room).await?;
        if !stored.is_empty() {
            tx.commit().await.doing(DOING)?;
        }
        Ok(report)
    }

    /// As [`crate::App::export_connections`].
    pub async fn export(&self, ctx: &Ctx, secrets: Secrets) -> Result<Export, ExportError> {
        const DOING: &str = "export connections";
        ctx.authorize(Action::ExportConnections)?;
        if secrets == Secrets::Include {
            ctx.authorize(Action::ExportConnectionSecrets)?;
        }
        let secrets = export::may_include(self.secrets, secrets)?;
        let mut tx = self.store.write().await.doing(DOING)?;
        let rows = tx.list_connections().await.doing(DOING)?;
        let materials = Materials::default();
        let open = |row: ConnectionRecord| match record::open(&self.vault, &materials, &row) {
            Ok(connection) => Ok(Arc::new(connection)),
            Err(reason) => Err(LeftOut { id: row.id, name: row.name, reason }),
        };
        let export = export::export(self.clock.now(), secrets, rows.into_iter().map(open));
        tx.append_audit(&export::audited(ctx, &export)).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(export)
    }
}
