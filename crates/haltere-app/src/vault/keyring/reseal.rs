//! Changing the data key: every secret is unsealed and sealed again.

use super::{Keyring, KeyringError, UnreadableSecret, store_failed};
use crate::audit_trail::reseal_signing_key;
use crate::connections::reseal;
use crate::ctx::Ctx;
use crate::policy::Action;
use crate::second_factor;
use crate::vault::sealing::random_key;
use crate::vault::wraps::Wraps;
use crate::vault::{MasterKey, Vault};

impl Keyring {
    /// Seals every secret with a new data key, all of them or none; how many connections there are.
    ///
    /// An open vault can't read what is sealed with the new key, so no server may be running.
    pub async fn reseal(&self, ctx: &Ctx, key: &MasterKey) -> Result<usize, KeyringError> {
        ctx.authorize(Action::ManageVault)?;
        let (mut tx, wraps) = self.begin().await?;
        let old = Vault::new(&wraps.open(key)?);
        let data_key = random_key();
        let new = Vault::new(&data_key);
        let rows = tx.connections().list().await.map_err(store_failed)?;
        let mut unreadable = Vec::new();
        for row in &rows {
            match reseal(&old, &new, row) {
                Ok(resealed) => tx.connections().update(&resealed).await.map_err(store_failed)?,
                Err(reason) => {
                    let reason = reason.to_string();
                    unreadable.push(UnreadableSecret { connection: row.id.clone(), reason });
                }
            }
        }
        let factors = tx.second_factors().list().await.map_err(store_failed)?;
        for factor in &factors {
            match second_factor::reseal(&old, &new, factor) {
                Ok(resealed) => tx.second_factors().put(&resealed).await.map_err(store_failed)?,
                Err(_) => unreadable.push(UnreadableSecret::second_factor(&factor.user)),
            }
        }
        let signs = reseal_signing_key(&old, &new, tx.meta()).await.map_err(store_failed)?;
        if !signs {
            unreadable.push(UnreadableSecret::signing_key());
        }
        if !unreadable.is_empty() {
            return Err(KeyringError::Unreadable(unreadable));
        }
        // Any other key that could open the vault could open only the old one.
        let wraps = Wraps { current: Wraps::wrap(key, &data_key), next: None };
        wraps.write(tx.meta()).await?;
        let detail = format!("a new data key for the secrets of {} connections", rows.len());
        self.finish(ctx, tx, detail).await?;
        Ok(rows.len())
    }
}
