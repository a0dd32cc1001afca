//! `haltere audit verify`, and reading the whole trail in its order.

use haltere_store::{AuditFilter, AuditRecord, ChainReport, ChainVerifier, ReadTx, WriterState};

use super::{AuditTrail, Checkpoint, NumberedEntry};
use crate::connections::ListError;
use crate::ctx::Ctx;
use crate::error::ErrorContext as _;
use crate::policy::Action;

/// How many entries are read at a time.
const AT_ONCE: u32 = 5_000;

const OPERATION: &str = "read the audit trail";

/// The same, where entries are shown.
const SHOWN_AT_ONCE: u32 = 500;

impl AuditTrail {
    /// Verifies the hash chain as it is at this moment, and that it has the entries which the checkpoint names. The
    /// signature of the checkpoint is not verified here.
    pub async fn verify(
        &self,
        ctx: &Ctx,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<ChainReport, ListError> {
        const OPERATION: &str = "verify the audit trail";
        ctx.authorize(Action::ListAuditEntries)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let mut verifier = ChainVerifier::new();
        if let Some(checkpoint) = checkpoint {
            checkpoint.expect_in(&mut verifier);
        }
        let writers = read.audit().writers().await.context(OPERATION)?;
        for WriterState { removed, .. } in &writers {
            verifier.removed(removed.clone());
        }
        let mut after = i64::MIN;
        loop {
            let last = read.audit().walk(after, AT_ONCE, &mut |entry| verifier.entry(entry)).await;
            let Some(last) = last.context(OPERATION)? else { break };
            after = last;
        }
        let newest: Vec<_> = writers.into_iter().map(|writer| writer.newest).collect();
        Ok(verifier.finish(Some(&newest)))
    }

    /// Passes the newest `limit` entries to `visit`, or all of them, oldest first and as they are at this moment.
    pub async fn visit<E: From<ListError>>(
        &self,
        ctx: &Ctx,
        limit: Option<u32>,
        mut visit: impl FnMut(&NumberedEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let failed = |error: crate::error::Internal| E::from(ListError::from(error));
        ctx.authorize(Action::ListAuditEntries).map_err(ListError::from)?;
        let mut read = self.store.read().await.context(OPERATION).map_err(failed)?;
        let mut after = None;
        if let Some(limit) = limit {
            let newest = AuditFilter { limit, ..AuditFilter::default() };
            let newest = read.audit().list(&newest).await.context(OPERATION).map_err(failed)?;
            let Some(first) = newest.last() else { return Ok(()) };
            after = Some(first.sequence - 1);
        }
        visit_after(&mut *read, after, &mut visit).await
    }

    /// Passes the entries after the one with this number to `visit`, oldest first and as they are at this moment.
    pub async fn visit_after<E: From<ListError>>(
        &self,
        ctx: &Ctx,
        after: i64,
        mut visit: impl FnMut(&NumberedEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        ctx.authorize(Action::ListAuditEntries).map_err(ListError::from)?;
        let read = self.store.read().await.context(OPERATION);
        let mut read = read.map_err(ListError::from)?;
        visit_after(&mut *read, Some(after), &mut visit).await
    }

    /// The number of the newest entry; 0 if there is none.
    pub async fn newest(&self, ctx: &Ctx) -> Result<i64, ListError> {
        ctx.authorize(Action::ListAuditEntries)?;
        let newest = AuditFilter { limit: 1, ..AuditFilter::default() };
        let mut read = self.store.read().await.context(OPERATION)?;
        let newest = read.audit().list(&newest).await.context(OPERATION)?;
        Ok(newest.first().map_or(0, |record| record.sequence))
    }
}

async fn visit_after<E: From<ListError>>(
    read: &mut dyn ReadTx,
    after: Option<i64>,
    visit: &mut (impl FnMut(&NumberedEntry) -> Result<(), E> + Send),
) -> Result<(), E> {
    let mut filter = AuditFilter {
        limit: SHOWN_AT_ONCE,
        is_oldest_first: true,
        after,
        ..AuditFilter::default()
    };
    loop {
        let page = read.audit().list(&filter).await.context(OPERATION);
        let page = page.map_err(ListError::from)?;
        let Some(last) = page.last() else { return Ok(()) };
        filter.after = Some(last.sequence);
        for AuditRecord { sequence, entry, link } in page {
            visit(&NumberedEntry { sequence, entry, link })?;
        }
    }
}
