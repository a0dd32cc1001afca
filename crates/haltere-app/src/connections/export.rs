//! `GET /api/connection-export` and `haltere export`

use std::fmt::Write as _;
use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, Connection, LabelSelector, Timestamp};
use haltere_store::ConnectionRecord;

use super::entry::{Entry, Unreadable};
use super::pem_cache::PemCache;
use super::query::ListQuery;
use super::record;
use super::transfer::Transfer;
use super::view::Secrets;
use crate::app::SecretsPolicy;
use crate::audit;
use crate::audit::Content;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::now::now;
use crate::policy::{Action, Resource};

/// All connections at one moment, to be written to a file.
#[derive(Debug, Clone)]
pub struct Export {
    pub at: Timestamp,
    /// Whether passwords and private keys may go into the file. When this is false they must not.
    pub secrets: bool,
    /// Those that can be read, in the order they were created.
    pub connections: Vec<Arc<Connection>>,
    /// Those that can't.
    pub left_out: Vec<LeftOut>,
}

/// A stored connection that can't be read, and so can't be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// As stored.
    pub id: String,
    /// As stored.
    pub name: String,
    /// Why it can't be read; names the field.
    pub reason: String,
}

/// A stored connection, or why it can't be read.
type Stored = Result<Arc<Connection>, LeftOut>;

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The configuration forbids exporting secrets.
    #[error("secrets: connections.secrets is \"write-only\", so no export contains them")]
    WriteOnly,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Transfer {
    /// All connections that `labels` selects, audited before anything is given out. With [`Secrets::Include`] for
    /// administrators only. Of a member of groups, those connections on which the groups allow it.
    pub async fn export(
        &self,
        ctx: &Ctx,
        secrets: Secrets,
        labels: &LabelSelector,
    ) -> Result<Export, ExportError> {
        self.authorizer.authorize(ctx, Action::ExportConnections, Resource::Instance).await?;
        if secrets == Secrets::Include {
            self.authorizer
                .authorize(ctx, Action::ExportConnectionSecrets, Resource::Instance)
                .await?;
        }
        let secrets = may_include(self.secrets, secrets)?;
        let (mut stored, generation): (Vec<Stored>, _) = match &self.fleet {
            Some(fleet) => {
                let snapshot = fleet.registry.snapshot();
                let selected = snapshot.entries().iter();
                let selected = selected.filter(|entry| labels.matches(entry.labels()));
                (selected.map(|entry| of(entry)).collect(), snapshot.generation())
            }
            None => (self.read_stored(labels).await?, 0),
        };
        let visibility = ctx.visibility();
        let action =
            if secrets { Action::ExportConnectionSecrets } else { Action::ExportConnections };
        stored.retain(|stored| visibility.allows(action, id_of(stored)));
        let export = export(now(&*self.clock), secrets, stored);
        let entry = audited(ctx, &export, labels);
        let query = ListQuery { labels: labels.clone(), ..ListQuery::default() };
        let visibility = visibility.clone();
        let content = Content::Connections { query, visibility, generation };
        self.audit.append_read(ctx, content, entry).await.context("audit an export")?;
        Ok(export)
    }

    async fn read_stored(&self, labels: &LabelSelector) -> Result<Vec<Stored>, Internal> {
        const OPERATION: &str = "read the connections to export";
        let mut read = self.store.read().await.context(OPERATION)?;
        let rows = read.connections().list().await.context(OPERATION)?;
        let pem_cache = PemCache::default();
        let open = |row: ConnectionRecord| match record::open(&self.vault, &pem_cache, &row) {
            Ok(connection) => Ok(Arc::new(connection)),
            Err(reason) => Err(LeftOut { id: row.id, name: row.name, reason: reason.to_string() }),
        };
        let is_selected =
            |row: &ConnectionRecord| labels.matches(&record::labels(row).unwrap_or_default());
        Ok(rows.into_iter().filter(is_selected).map(open).collect())
    }
}

fn of(entry: &Entry) -> Stored {
    entry.connection().cloned().map_err(|unreadable| {
        let Unreadable { reason, row, .. } = unreadable.clone();
        LeftOut { id: row.id, name: row.name, reason: reason.to_string() }
    })
}

fn id_of(stored: &Stored) -> &str {
    stored.as_ref().map_or_else(|left_out| left_out.id.as_str(), |it| it.id.as_str())
}

fn may_include(policy: SecretsPolicy, wanted: Secrets) -> Result<bool, ExportError> {
    match (wanted, policy) {
        (Secrets::Omit, _) => Ok(false),
        (Secrets::Include, SecretsPolicy::Readable) => Ok(true),
        (Secrets::Include, SecretsPolicy::WriteOnly) => Err(ExportError::WriteOnly),
    }
}

fn export(at: Timestamp, secrets: bool, stored: Vec<Stored>) -> Export {
    let (mut connections, mut left_out) = (Vec::new(), Vec::new());
    for stored in stored {
        match stored {
            Ok(connection) => connections.push(connection),
            Err(unreadable) => left_out.push(unreadable),
        }
    }
    Export { at, secrets, connections, left_out }
}

fn audited(ctx: &Ctx, export: &Export, labels: &LabelSelector) -> AuditEntry {
    let with = if export.secrets { "with passwords and private keys" } else { "without secrets" };
    let mut detail = format!("{} connections, {with}", export.connections.len());
    if !labels.is_empty() {
        let _ = write!(detail, "; with the labels {labels}");
    }
    audit::done(export.at, ctx, AuditAction::ConnectionExport, "", detail)
}

#[cfg(test)]
mod tests {
    use haltere_store::AuditFilter;

    use super::*;
    use crate::testing::TestTransfer;

    #[tokio::test]
    async fn exports_of_the_command_line_are_on_record() {
        let TestTransfer { transfer, .. } = &TestTransfer::start().await;
        let ctx = Ctx::command_line("cli");
        for _ in 0..2 {
            let export = transfer
                .export(&ctx, Secrets::Include, &LabelSelector::default())
                .await
                .expect("an export");
            assert!(export.secrets);
        }
        // The second one is counted, and written at the end.
        transfer.close().await;
        let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
        let mut read = transfer.store.read().await.expect("the store reads");
        let trail = read.audit().list(&filter).await.expect("the trail reads");
        let entries = trail.iter().map(|it| (it.entry.action, it.entry.repeats.is_some()));
        let export = AuditAction::ConnectionExport;
        assert_eq!(entries.collect::<Vec<_>>(), [(export, true), (export, false)]);
    }
}
