//! Private keys where certificates belong, and whatever else is stored there: taken out again.
//!
//! Versions before this kept `ca` and `cert` as they were given, unsealed, and other processes write to the
//! database, too. What is read from there is swept before anybody sees it, and put right in the store.

use std::sync::atomic::Ordering;

use haltere_core::{AuditAction, Pem, Secret, TlsMaterial};
use haltere_link::tls::{check_material, sweep};
use haltere_store::ConnectionRecord;

use super::record;
use super::registry::Snapshot;
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Doing, Internal};
use crate::vault::Vault;

/// How the change appears in the audit trail.
const REQUEST: &str = "sweep";

/// `ca` and `cert` of a row, with nothing in them but certificates.
pub(super) struct Swept {
    pub(super) ca: Option<Pem>,
    pub(super) cert: Option<Pem>,
    /// A private key that stood in `cert`.
    key: Option<Secret<Pem>>,
    /// What was taken out: `cert held a private key`.
    pub(super) taken_out: Vec<&'static str>,
}

impl Swept {
    /// Reads `ca` and `cert` of a row.
    pub(super) fn of(row: &ConnectionRecord) -> Self {
        let (ca, cert) = (row.ca.clone().map(Pem), row.cert.clone().map(Pem));
        let (from_ca, from_cert) = (ca.as_ref().and_then(sweep), cert.as_ref().and_then(sweep));
        let mut taken_out = Vec::new();
        for (found, key, other) in [
            (&from_ca, "ca held a private key", "ca held more than certificates"),
            (&from_cert, "cert held a private key", "cert held more than certificates"),
        ] {
            taken_out.extend(found.as_ref().map(|found| if found.had_key { key } else { other }));
        }
        let key = from_cert.as_ref().and_then(|found| found.key.clone());
        Self {
            ca: from_ca.map(|found| found.certificates).or(ca),
            cert: from_cert.map(|found| found.certificates).or(cert),
            key,
            taken_out,
        }
    }

    /// The key that was found, if it belongs to the certificate.
    pub(super) fn into_key(self) -> Option<Secret<Pem>> {
        let Self { cert, key, .. } = self;
        let pair = TlsMaterial { cert, key, ..TlsMaterial::default() };
        check_material(&pair).ok().and(pair.key)
    }
}

impl App {
    /// Looks into the rows that memory does not know yet.
    pub(crate) fn look_for_stray_keys(&self, known: &Snapshot, rows: &[ConnectionRecord]) {
        let is_new = |row: &&ConnectionRecord| {
            known.get(&row.id).is_none_or(|entry| !self.is_current(entry, row))
        };
        if rows.iter().filter(is_new).any(|row| !Swept::of(row).taken_out.is_empty()) {
            self.0.stray_keys.store(true, Ordering::Relaxed);
        }
    }

    /// Takes what doesn't belong there out of the stored certificates, and seals a key that was found where
    /// one is missing. Logged and audited.
    pub(crate) async fn put_stray_keys_right(&self) -> Result<(), Internal> {
        const DOING: &str = "take stray private keys out of stored certificates";
        if !self.0.stray_keys.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut turn = self.turn().await?;
        let ctx = Ctx::system(REQUEST);
        let mut changed = false;
        for row in turn.tx.list_connections().await.doing(DOING)? {
            let Some((row, said)) = put_right(&self.0.vault, row) else { continue };
            let row =
                ConnectionRecord { revision: row.revision.next(), updated_at: turn.now, ..row };
            turn.tx.update_connection(&row).await.doing(DOING)?;
            let action = AuditAction::ConnectionUpdate;
            let entry = audit::done(turn.now, &ctx, action, &row.id, said.as_str());
            turn.tx.append_audit(&entry).await.doing(DOING)?;
            tracing::warn!(
                connection = row.id,
                "{said}; copies may be in older backups, so renew the key"
            );
            changed = true;
        }
        if changed {
            // Memory follows when the reconciler reads everything.
            drop(turn.commit(DOING).await?);
            if let Err(error) = self.0.store.scrub().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the database's free pages may still hold a private key");
            }
        }
        self.0.stray_keys.store(false, Ordering::Relaxed);
        Ok(())
    }
}

/// The row as it should be, and what was done; nothing when it is that already.
fn put_right(vault: &Vault, row: ConnectionRecord) -> Option<(ConnectionRecord, String)> {
    let swept = Swept::of(&row);
    if swept.taken_out.is_empty() {
        return None;
    }
    let mut said = swept.taken_out.join("; ");
    let bytes = |pem: &Option<Pem>| pem.as_ref().map(|pem| pem.0.clone());
    let (ca, cert) = (bytes(&swept.ca), bytes(&swept.cert));
    let found = if row.key.is_none() { swept.into_key() } else { None };
    said.push_str(if found.is_some() { "; sealed as key" } else { "; removed" });
    let key = found.map(|key| record::seal_key(vault, &row.id, &key)).or_else(|| row.key.clone());
    Some((ConnectionRecord { ca, cert, key, ..row }, said))
}

#[cfg(test)]
mod tests;
