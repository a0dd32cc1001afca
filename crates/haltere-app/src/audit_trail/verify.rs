//! `haltere audit verify`, and reading the whole trail in its order.

use haltere_store::{AuditFilter, AuditRecord, ChainReport, ChainVerifier, WriterState};

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
        verifier.expect_number(read.audit().appended().await.context(OPERATION)?);
        let newest: Vec<_> = writers.into_iter().map(|writer| writer.newest).collect();
        Ok(verifier.finish(Some(&newest)))
    }

    /// Passes the newest `limit` entries to `visit`, or all of them, oldest first. Those that are appended meanwhile are not
    /// among them. No transaction is open while `visit` runs: it may wait for somebody who reads slowly.
    pub async fn visit<E: From<ListError>>(
        &self,
        ctx: &Ctx,
        limit: Option<u32>,
        visit: impl FnMut(&NumberedEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let newest = self.newest(ctx).await?;
        let mut after = i64::MIN;
        if let Some(limit) = limit {
            let filter = AuditFilter { limit, ..AuditFilter::default() };
            let Some(first) = self.page(&filter).await?.pop() else { return Ok(()) };
            after = first.sequence - 1;
        }
        self.visit_between(after, newest, visit).await
    }

    /// Passes the entries after the one with this number to `visit`, oldest first, as [`Self::visit`] does.
    pub async fn visit_after<E: From<ListError>>(
        &self,
        ctx: &Ctx,
        after: i64,
        visit: impl FnMut(&NumberedEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let newest = self.newest(ctx).await?;
        self.visit_between(after, newest, visit).await
    }

    async fn visit_between<E: From<ListError>>(
        &self,
        after: i64,
        newest: i64,
        mut visit: impl FnMut(&NumberedEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut filter = AuditFilter {
            limit: SHOWN_AT_ONCE,
            is_oldest_first: true,
            after: Some(after),
            before: Some(newest.saturating_add(1)),
            ..AuditFilter::default()
        };
        loop {
            let page = self.page(&filter).await?;
            let Some(last) = page.last() else { return Ok(()) };
            filter.after = Some(last.sequence);
            for AuditRecord { sequence, entry, link } in page {
                visit(&NumberedEntry { sequence, entry, link })?;
            }
        }
    }

    /// In a transaction of its own.
    async fn page(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, ListError> {
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(read.audit().list(filter).await.context(OPERATION)?)
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
