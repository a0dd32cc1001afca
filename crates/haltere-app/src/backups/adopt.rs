//! `haltere restore`

use haltere_core::{AuditAction, Timestamp};

use super::{Backups, BackupsError};
use crate::audit;
use crate::audit_trail::forget_time;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::instance;
use crate::policy::Action;

impl Backups {
    /// Makes a database that came out of a backup one to work with. `made_at` is when the backup was made.
    ///
    /// It gets an instance id of its own unless `keep_instance`: two instances with the same id
    /// use the same client ids, and a broker ends a client's connection when another one comes with its
    /// id, so that they would end each other's sessions forever.
    pub async fn adopt(
        &self,
        ctx: &Ctx,
        made_at: Timestamp,
        keep_instance: bool,
    ) -> Result<(), BackupsError> {
        const OPERATION: &str = "adopt the restored database";
        ctx.authorize(Action::BackUp)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        if !keep_instance {
            instance::renew(tx.meta()).await.context(OPERATION)?;
        }
        forget_time(tx.meta()).await.context(OPERATION)?;
        // What was appended after the backup was made had the same positions as what is going to be.
        tx.audit().begin_writer().await.context(OPERATION)?;
        let detail = format!("from a backup of {made_at}");
        let entry = audit::done(self.clock.now(), ctx, AuditAction::BackupRestore, "", detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(())
    }
}
