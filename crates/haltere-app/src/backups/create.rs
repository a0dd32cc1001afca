//! `haltere backup`

use std::path::Path;

use haltere_core::{AuditAction, AuditEntry};
use haltere_store::{BackupFacts, StoreError};

use super::{Backups, BackupsError};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::policy::Action;

/// A backup that was made.
#[derive(Debug)]
pub struct Created {
    pub facts: BackupFacts,
    /// Why it is not in the audit trail, if so.
    pub unaudited: Option<Internal>,
}

impl Backups {
    /// Copies everything but the sessions into the existing, empty file `draft`. `name` is the backup's
    /// future name.
    ///
    /// If the audit entry can't be written, the backup is kept and the error reported: a full disk is a
    /// reason to make a backup.
    pub async fn create(
        &self,
        ctx: &Ctx,
        draft: &Path,
        name: &str,
    ) -> Result<Created, BackupsError> {
        ctx.authorize(Action::BackUp)?;
        let now = now(&*self.clock);
        let written = self.store.backups()?.write_backup(draft, now).await;
        let facts = written.context("copy the database")?;
        let entry = audit::done(now, ctx, AuditAction::BackupCreate, "", format!("to {name}"));
        let audited = self.append(&entry).await.context("write to the audit trail");
        Ok(Created { facts, unaudited: audited.err() })
    }

    async fn append(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        tx.audit().append(entry).await?;
        tx.commit().await
    }
}
