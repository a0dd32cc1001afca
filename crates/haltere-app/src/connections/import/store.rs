//! Stores the new connections, with their audit entries, in the transaction of the plan.

use std::fmt::Write as _;
use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, Connection, ConnectionSettings, Timestamp};
use haltere_store::{ConnectionRecord, WriteTx};

use super::super::input::assemble;
use super::super::record;
use super::file::Incoming;
use super::plan::ImportReport;
use super::progress::{ImportStage, Reporter};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::vault::Vault;

/// The number of connections that are sealed and stored at a time, which bounds the memory for them and yields to
/// other tasks in between.
const AT_ONCE: usize = 200;

pub(super) const OPERATION: &str = "store the connections of an import";

/// The context of storing.
pub(super) struct Storing<'a> {
    pub(super) vault: &'a Vault,
    pub(super) ctx: &'a Ctx,
    pub(super) now: Timestamp,
    pub(super) progress: &'a Reporter,
}

/// Stores all of `new` with an audit entry for the import and one for each connection. Connections without an id get
/// one, which the report states.
pub(super) async fn store(
    tx: &mut dyn WriteTx,
    storing: &Storing<'_>,
    new: Vec<(usize, Incoming)>,
    report: &mut ImportReport,
) -> Result<Vec<Arc<Connection>>, Internal> {
    let total = new.len();
    let mut stored = Vec::with_capacity(total);
    let mut new = new.into_iter().peekable();
    tx.audit().append(&of_the_import(storing, report)).await.context(OPERATION)?;
    while new.peek().is_some() {
        let begin = stored.len();
        for (position, Incoming { connection, intent }) in new.by_ref().take(AT_ONCE) {
            let connection = Connection { intent, ..assemble(connection, storing.now) };
            report.entries[position].id = Some(connection.id.as_str().to_owned());
            stored.push(Arc::new(connection));
        }
        let chunk = &stored[begin..];
        let rows: Vec<ConnectionRecord> =
            chunk.iter().map(|connection| record::seal(storing.vault, connection)).collect();
        let entries: Vec<AuditEntry> =
            chunk.iter().map(|connection| of_a_connection(storing, connection)).collect();
        tx.connections().insert_many(&rows).await.context(OPERATION)?;
        tx.audit().append_many(&entries).await.context(OPERATION)?;
        storing.progress.report(ImportStage::Storing, stored.len(), total);
    }
    Ok(stored)
}

fn of_the_import(storing: &Storing<'_>, report: &ImportReport) -> AuditEntry {
    let (source, creates, skips) = (report.source.as_str(), report.creates(), report.skips());
    let mut detail = format!("{source}: {creates} created, {skips} skipped");
    if report.refusals() > 0 {
        let _ = write!(detail, ", {} refused", report.refusals());
    }
    audit::done(storing.now, storing.ctx, AuditAction::ConnectionImport, "", detail)
}

fn of_a_connection(storing: &Storing<'_>, connection: &Connection) -> AuditEntry {
    let detail = connection.settings.given().join(", ");
    let id = connection.id.as_str();
    let changes = ConnectionSettings::audit_changes(None, Some(&connection.settings));
    let entry = audit::done(storing.now, storing.ctx, AuditAction::ConnectionCreate, id, detail);
    AuditEntry { changes, ..entry }
}
