//! `GET /api/connection-export` and `haltere export`

use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, Connection, Timestamp};

use super::entry::{Entry, Unreadable};
use super::list::ListQuery;
use super::view::Secrets;
use crate::app::{App, SecretsPolicy};
use crate::audit;
use crate::audit::Content;
use crate::ctx::Ctx;
use crate::error::{Context, Internal, NotAllowed};
use crate::policy::Action;

/// All connections at one moment, to be written to a file.
#[derive(Debug, Clone)]
pub struct Export {
    /// When.
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

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The configuration forbids exporting secrets.
    #[error("secrets: connections.secrets is \"write-only\", so no export contains them")]
    WriteOnly,
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// All connections, audited before anything is given out. With [`Secrets::Include`] for
    /// administrators only.
    pub async fn export_connections(
        &self,
        ctx: &Ctx,
        secrets: Secrets,
    ) -> Result<Export, ExportError> {
        self.authorize(ctx, Action::ExportConnections, "").await?;
        if secrets == Secrets::Include {
            self.authorize(ctx, Action::ExportConnectionSecrets, "").await?;
        }
        let secrets = may_include(self.0.settings.secrets, secrets)?;
        let snapshot = self.0.registry.snapshot();
        let export = export(self.now(), secrets, snapshot.entries().iter().map(|entry| of(entry)));
        let entry = audited(ctx, &export);
        let content =
            Content::Connections { query: ListQuery::default(), generation: snapshot.generation() };
        self.0.audit.append_read(ctx, content, entry).await.context("audit an export")?;
        Ok(export)
    }
}

fn of(entry: &Entry) -> Result<Arc<Connection>, LeftOut> {
    entry.connection().cloned().map_err(|unreadable| {
        let Unreadable { id, name, reason, .. } = unreadable.clone();
        LeftOut { id, name, reason }
    })
}

pub(super) fn may_include(policy: SecretsPolicy, wanted: Secrets) -> Result<bool, ExportError> {
    match (wanted, policy) {
        (Secrets::Omit, _) => Ok(false),
        (Secrets::Include, SecretsPolicy::Readable) => Ok(true),
        (Secrets::Include, SecretsPolicy::WriteOnly) => Err(ExportError::WriteOnly),
    }
}

pub(super) fn export(
    at: Timestamp,
    secrets: bool,
    stored: impl Iterator<Item = Result<Arc<Connection>, LeftOut>>,
) -> Export {
    let (mut connections, mut left_out) = (Vec::new(), Vec::new());
    for stored in stored {
        match stored {
            Ok(connection) => connections.push(connection),
            Err(unreadable) => left_out.push(unreadable),
        }
    }
    Export { at, secrets, connections, left_out }
}

pub(super) fn audited(ctx: &Ctx, export: &Export) -> AuditEntry {
    let with = if export.secrets { "with passwords and private keys" } else { "without secrets" };
    let detail = format!("{} connections, {with}", export.connections.len());
    audit::done(export.at, ctx, AuditAction::ConnectionExport, "", detail)
}
