//! Imports and exports connections without an [`App`](crate::App): for the command line.

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::{ConnectionRecord, Transactions};

use super::export::{self, Export, ExportError, LeftOut};
use super::import::{
    self, ImportError, ImportFile, ImportLimits, ImportMode, ImportReport, Reporter, Storing,
    validate_blocking,
};
use super::pem_cache::PemCache;
use super::record;
use super::view::Secrets;
use crate::app::SecretsPolicy;
use crate::ctx::Ctx;
use crate::error::Context;
use crate::policy::Action;
use crate::vault::Vault;

/// Imports and exports connections directly on a store. A server on the same store notices changes within a second
/// and dials new connections.
pub struct Transfer {
    /// The store of the connections.
    pub store: Arc<dyn Transactions>,
    /// The vault that seals their secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The limit on connections.
    pub connections_max: u64,
    /// The limit on the bytes of all connections.
    pub material_budget: u64,
    /// Whether exports may include secrets.
    pub secrets: SecretsPolicy,
}

impl Transfer {
    /// As [`crate::App::import_connections`].
    pub async fn import(
        &self,
        ctx: &Ctx,
        file: ImportFile,
        mode: ImportMode,
        progress: Reporter,
    ) -> Result<ImportReport, ImportError> {
        const OPERATION: &str = "import connections";
        ctx.authorize(Action::ImportConnections)?;
        let validated = validate_blocking(file, progress.clone()).await?;
        let limits =
            ImportLimits { connections: self.connections_max, bytes: self.material_budget };
        if mode == ImportMode::DryRun {
            return Ok(import::dry_run(&*self.store, &self.vault, validated, limits).await?);
        }
        let mut tx = self.store.write().await.context(OPERATION)?;
        let now = self.clock.now();
        let storing = Storing { vault: &self.vault, ctx, now, mode, progress: &progress };
        let (report, stored) = import::write(&mut *tx, &storing, validated, limits).await?;
        if !stored.is_empty() {
            tx.commit().await.context(OPERATION)?;
        }
        Ok(report)
    }

    /// As [`crate::App::export_connections`].
    pub async fn export(&self, ctx: &Ctx, secrets: Secrets) -> Result<Export, ExportError> {
        const OPERATION: &str = "export connections";
        ctx.authorize(Action::ExportConnections)?;
        if secrets == Secrets::Include {
            ctx.authorize(Action::ExportConnectionSecrets)?;
        }
        let secrets = export::may_include(self.secrets, secrets)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let rows = tx.connections().list().await.context(OPERATION)?;
        let pem_cache = PemCache::default();
        let open = |row: ConnectionRecord| match record::open(&self.vault, &pem_cache, &row) {
            Ok(connection) => Ok(Arc::new(connection)),
            Err(reason) => Err(LeftOut { id: row.id, name: row.name, reason }),
        };
        let export = export::export(self.clock.now(), secrets, rows.into_iter().map(open));
        tx.audit().append(&export::audited(ctx, &export)).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(export)
    }
}
