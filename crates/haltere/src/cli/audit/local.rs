//! The audit trail in the data folder.

use haltere_api::audit_files;
use haltere_app::Ctx;
use haltere_app::audit_trail::{AuditTrail, NumberedEntry};

use super::entries::{AuditEntries, Visit};

/// The audit trail in the data folder, with or without a running server.
pub(super) struct LocalTrail {
    pub(super) trail: AuditTrail,
    pub(super) ctx: Ctx,
}

impl AuditEntries for LocalTrail {
    async fn newest(&self) -> anyhow::Result<i64> {
        Ok(self.trail.newest(&self.ctx).await?)
    }

    async fn visit(&self, limit: Option<u32>, visit: Visit<'_>) -> anyhow::Result<()> {
        let visit = |entry: &NumberedEntry| visit(&audit_files::line_of(entry));
        self.trail.visit(&self.ctx, limit, visit).await
    }

    async fn visit_after(&self, sequence: i64, visit: Visit<'_>) -> anyhow::Result<()> {
        let visit = |entry: &NumberedEntry| visit(&audit_files::line_of(entry));
        self.trail.visit_after(&self.ctx, sequence, visit).await
    }
}
