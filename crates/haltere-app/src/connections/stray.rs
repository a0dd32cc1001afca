//! Private keys where certificates belong, and whatever else is stored there: taken out again.
//!
//! Versions before this kept `ca` and `cert` as they were given, unsealed, and other processes write to the
//! database, too. What is read from there is swept before anybody sees it, and put right in the store. So are
//! certificates and keys in another layout than new ones have, which would be kept once for each.

use std::sync::atomic::Ordering;

use haltere_core::{AuditAction, Pem, Secret, TlsMaterial};
use haltere_link::tls::{Found, check_material};
use haltere_store::ConnectionRecord;

use super::materials::Materials;
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
    /// Something is not laid out as new files are.
    relaid: bool,
}

impl Swept {
    /// Reads `ca` and `cert` of a row.
    pub(super) fn of(row: &ConnectionRecord, materials: &Materials) -> Self {
        let swept = |stored: &Option<Pem>| {
            stored
                .as_ref()
                .map(|pem| materials.swept(pem))
                .map_or((None, None), |(clean, found)| (Some(clean), found))
        };
        let ((ca, from_ca), (cert, from_cert)) = (swept(&row.ca), swept(&row.cert));
        let (mut taken_out, mut relaid) = (Vec::new(), false);
        for (found, key, other) in [
            (&from_ca, "ca held a private key", "ca held more than certificates"),
            (&from_cert, "cert held a private key", "cert held more than certificates"),
        ] {
            match found.as_ref().map(|swept| swept.found) {
                Some(Found::PrivateKey) => taken_out.push(key),
                Some(Found::Other) => taken_out.push(other),
                Some(Found::Layout) => relaid = true,
                None => {}
            }
        }
        Self { ca, cert, key: from_cert.and_then(|swept| swept.key), taken_out, relaid }
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
        if rows.iter().filter(is_new).any(|row| needs_care(row, &self.0.materials)) {
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
        let mut change = self.begin_change().await?;
        let ctx = Ctx::system(REQUEST);
        let (mut changed, mut stray) = (false, false);
        for row in change.tx.list_connections().await.doing(DOING)? {
            let Right { mut row, said, relaid } = put_right(&self.0.vault, &self.0.materials, row);
            changed |= relaid || said.is_some();
            if let Some(said) = said {
                stray = true;
                row.revision = row.revision.next();
                row.updated_at = change.now;
                let action = AuditAction::ConnectionUpdate;
                let entry = audit::done(change.now, &ctx, action, &row.id, said.as_str());
                change.tx.append_audit(&entry).await.doing(DOING)?;
                tracing::warn!(
                    connection = row.id,
                    "{said}; copies may be in older backups, so renew the key"
                );
                change.tx.update_connection(&row).await.doing(DOING)?;
            } else if relaid {
                change.tx.update_connection(&row).await.doing(DOING)?;
            }
        }
        if changed {
            // Memory follows when the reconciler reads everything.
            drop(change.commit(DOING).await?);
        }
        if stray && let Err(error) = self.0.store.scrub().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the database's free pages may still hold a private key");
        }
        self.0.stray_keys.store(false, Ordering::Relaxed);
        Ok(())
    }
}

/// Whether [`put_right`] would change the row.
fn needs_care(row: &ConnectionRecord, materials: &Materials) -> bool {
    let swept = Swept::of(row, materials);
    row.key.as_ref().is_some_and(|key| !record::is_shared(key))
        || swept.relaid
        || !swept.taken_out.is_empty()
}

/// A row as it should be.
struct Right {
    row: ConnectionRecord,
    /// What was taken out of its certificates, and what became of that.
    said: Option<String>,
    /// Its certificates have another layout now, or its key was sealed for this row alone, as earlier
    /// versions did: they can be shared now, and are what they were.
    relaid: bool,
}

fn put_right(vault: &Vault, materials: &Materials, row: ConnectionRecord) -> Right {
    let swept = Swept::of(&row, materials);
    let (ca, cert, mut relaid) = (swept.ca.clone(), swept.cert.clone(), swept.relaid);
    let mut said = (!swept.taken_out.is_empty()).then(|| swept.taken_out.join("; "));
    let found = if row.key.is_none() { swept.into_key() } else { None };
    if let Some(said) = &mut said {
        said.push_str(if found.is_some() { "; sealed as key" } else { "; removed" });
    }
    let alone = row.key.as_ref().is_some_and(|key| !record::is_shared(key));
    // One that can't be opened stays as it is, for people to see.
    let own = if alone { record::open_key(vault, &row).ok().flatten() } else { None };
    relaid |= own.is_some();
    let key = own.or(found).map(|key| record::seal_key(vault, &key)).or_else(|| row.key.clone());
    Right { row: ConnectionRecord { ca, cert, key, ..row }, said, relaid }
}

#[cfg(test)]
mod tests;
