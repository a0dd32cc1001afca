//! The service that imports and exports connections, in a server and from the command line.

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::{Store, Transactions};
use tokio_util::task::TaskTracker;

use super::fleet::Fleet;
use super::limits::ConnectionLimits;
use crate::app::{AppSettings, SecretsPolicy};
use crate::audit::AuditWriter;
use crate::audit_sinks::StrictAudit;
use crate::authorizer::Authorizer;
use crate::vault::Vault;
use crate::write_lock::WriteLock;

/// Imports and exports connections.
#[derive(Clone)]
pub struct Transfer {
    pub(crate) store: Arc<dyn Transactions>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) write_lock: Arc<WriteLock>,
    /// `None` on the command line, which reads connections from the store.
    pub(crate) fleet: Option<Arc<Fleet>>,
    pub(crate) authorizer: Authorizer,
    pub(crate) audit: Arc<AuditWriter>,
    pub(crate) tasks: TaskTracker,
    pub(crate) limits: ConnectionLimits,
    /// Whether exports may include secrets.
    pub(crate) secrets: SecretsPolicy,
}

impl Transfer {
    /// For the command line: works on the store alone. A server on the same store notices new connections within a
    /// second and dials them.
    pub fn on_store(
        store: Arc<dyn Store>,
        vault: Vault,
        clock: Arc<dyn Clock>,
        settings: &AppSettings,
    ) -> Self {
        let transactions: Arc<dyn Transactions> = Arc::<dyn Store>::clone(&store);
        let tasks = TaskTracker::new();
        let audit = Arc::new(AuditWriter::new(Arc::clone(&store), tasks.clone(), &settings.audit));
        Self {
            write_lock: Arc::new(WriteLock::new(
                Arc::clone(&transactions),
                Arc::clone(&clock),
                None,
            )),
            authorizer: Authorizer::new(
                Arc::clone(&audit),
                Arc::clone(&clock),
                StrictAudit::new(None, store, &[]),
            ),
            store: transactions,
            vault: Arc::new(vault),
            clock,
            fleet: None,
            audit,
            tasks,
            limits: ConnectionLimits::of(settings),
            secrets: settings.secrets,
        }
    }

    /// Finishes what is running, and writes what the audit trail still lacks. For the command line; in a server,
    /// [`App::shutdown`](crate::App::shutdown) does that.
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.audit.close().await;
    }
}
