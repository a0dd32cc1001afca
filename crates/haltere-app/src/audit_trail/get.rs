//! `GET /api/audit/{sequence}`

use haltere_store::{AuditFilter, AuditRecord};

use super::list::is_visible;
use super::{AuditTrail, NumberedEntry};
use crate::connections::ListError;
use crate::ctx::Ctx;
use crate::error::ErrorContext as _;
use crate::policy::Action;

impl AuditTrail {
    /// The entry with this number; `None` if there is none, or it is about a connection that the caller may not see.
    pub async fn get(&self, ctx: &Ctx, sequence: i64) -> Result<Option<NumberedEntry>, ListError> {
        const OPERATION: &str = "read an entry of the audit trail";
        ctx.authorize(Action::ListAuditEntries)?;
        let filter = AuditFilter {
            after: Some(sequence.saturating_sub(1)),
            before: Some(sequence.saturating_add(1)),
            limit: 1,
            ..AuditFilter::default()
        };
        let mut read = self.store.read().await.context(OPERATION)?;
        let found = read.audit().list(&filter).await.context(OPERATION)?;
        let visible = found.into_iter().find(|record| is_visible(ctx, record));
        Ok(visible.map(|AuditRecord { sequence, entry, link }| NumberedEntry {
            sequence,
            entry,
            link,
        }))
    }
}
