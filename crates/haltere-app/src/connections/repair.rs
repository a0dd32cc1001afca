//! Repairs stored certificates: removes private keys, and everything else that is not a certificate, from `ca` and
//! `cert`.
//!
//! Earlier versions stored these fields as they were given, unsealed, and other processes write to the database, too.
//! Rows are cleaned before anything shows them, and repaired in the store. Certificates and keys in an old layout,
//! which would be stored once per connection, are converted.

use std::sync::atomic::Ordering;

use haltere_core::AuditAction;
use haltere_store::ConnectionRecord;

use super::Connections;
use super::cleaned::Cleaned;
use super::fleet::Fleet;
use super::pem_cache::PemCache;
use super::record;
use super::registry::Snapshot;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::vault::Vault;

/// How the change appears in the audit trail.
const REQUEST: &str = "sweep";

impl Fleet {
    /// Checks the rows that are not in memory yet.
    pub(crate) fn check_for_repairs(&self, known: &Snapshot, rows: &[ConnectionRecord]) {
        let is_new = |row: &&ConnectionRecord| {
            known.get(&row.id).is_none_or(|entry| !self.is_current(entry, row))
        };
        if rows.iter().filter(is_new).any(|row| needs_repair(row, &self.pem_cache)) {
            self.needs_repair.store(true, Ordering::Relaxed);
        }
    }
}

impl Connections {
    /// Removes everything but certificates from `ca` and `cert`, and seals a key that was found if the row has
    /// none. Logged and audited.
    pub(crate) async fn repair_certificates(&self) -> Result<(), Internal> {
        const OPERATION: &str = "remove private keys from stored certificates";
        if !self.fleet.needs_repair.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut change = self.write_lock.begin().await?;
        let ctx = Ctx::system(REQUEST);
        let (mut changed, mut has_removed_key) = (false, false);
        for row in change.tx.connections().list().await.context(OPERATION)? {
            let Repaired { mut row, summary, relaid } =
                repaired(&self.fleet.vault, &self.fleet.pem_cache, row);
            changed |= relaid || summary.is_some();
            if let Some(summary) = summary {
                has_removed_key = true;
                row.revision = row.revision.next();
                row.updated_at = change.now;
                let action = AuditAction::ConnectionUpdate;
                let entry = audit::done(change.now, &ctx, action, &row.id, summary.as_str());
                change.tx.audit().append(&entry).await.context(OPERATION)?;
                tracing::warn!(
                    connection = row.id,
                    "{summary}; copies may be in older backups, so renew the key"
                );
                change.tx.connections().update(&row).await.context(OPERATION)?;
            } else if relaid {
                change.tx.connections().update(&row).await.context(OPERATION)?;
            }
        }
        if changed {
            // Memory is updated when the reconciler reads what has changed.
            drop(change.commit(OPERATION).await?);
        }
        if has_removed_key && let Err(error) = self.store.scrub().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the database's free pages may still hold a private key");
        }
        self.fleet.needs_repair.store(false, Ordering::Relaxed);
        Ok(())
    }
}

/// Whether [`repaired`] would change the row.
fn needs_repair(row: &ConnectionRecord, pem_cache: &PemCache) -> bool {
    let cleaned = Cleaned::of(row, pem_cache);
    row.key.as_ref().is_some_and(|key| !record::is_shared(key))
        || cleaned.relaid
        || !cleaned.removed.is_empty()
}

/// A repaired row.
struct Repaired {
    row: ConnectionRecord,
    /// What was removed from its certificates, for the audit trail and the log.
    summary: Option<String>,
    /// Whether the layout of the certificates changed, or a key that an earlier version sealed for this row
    /// alone is shared now. The content is the same.
    relaid: bool,
}

fn repaired(vault: &Vault, pem_cache: &PemCache, row: ConnectionRecord) -> Repaired {
    let cleaned = Cleaned::of(&row, pem_cache);
    let (ca, cert, mut relaid) = (cleaned.ca.clone(), cleaned.cert.clone(), cleaned.relaid);
    let mut summary = (!cleaned.removed.is_empty()).then(|| cleaned.removed.join("; "));
    let found = if row.key.is_none() { cleaned.into_key() } else { None };
    if let Some(summary) = &mut summary {
        summary.push_str(if found.is_some() { "; sealed as key" } else { "; removed" });
    }
    let is_unshared = row.key.as_ref().is_some_and(|key| !record::is_shared(key));
    // A key that can't be unsealed stays as it is, so that the error is visible.
    let own = if is_unshared { record::open_key(vault, &row).ok().flatten() } else { None };
    relaid |= own.is_some();
    let key = own.or(found).map(|key| record::seal_key(vault, &key)).or_else(|| row.key.clone());
    Repaired { row: ConnectionRecord { ca, cert, key, ..row }, summary, relaid }
}

#[cfg(test)]
mod tests;
