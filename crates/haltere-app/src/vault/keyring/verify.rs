//! Trying every secret.

use super::{Keyring, KeyringError, store_failed};
use crate::connections::try_secrets;
use crate::ctx::Ctx;
use crate::policy::Action;
use crate::vault::{MasterKey, Vault};

/// A secret that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSecret {
    pub connection: String,
    /// The field and why: `credentials.password: …`. Never a value.
    pub reason: String,
}

/// What came out of trying every secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub secrets: usize,
    pub connections: usize,
    /// Those that can't be opened, in the order of the connections.
    pub unreadable: Vec<UnreadableSecret>,
}

impl Keyring {
    /// Unseals every secret and drops it at once. Reports to `progress` now and then how many of how many
    /// connections were looked at.
    pub async fn verify(
        &self,
        ctx: &Ctx,
        key: &MasterKey,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Verified, KeyringError> {
        /// Often enough to follow, at almost no cost.
        const EVERY: usize = 1_000;

        ctx.authorize(Action::ManageVault)?;
        let vault = Vault::existing(&*self.store, key).await?;
        let mut tx = self.store.read().await.map_err(store_failed)?;
        let rows = tx.connections().list().await.map_err(store_failed)?;
        drop(tx);
        let mut verified = Verified { connections: rows.len(), ..Verified::default() };
        for (done, row) in rows.iter().enumerate() {
            if done > 0 && done % EVERY == 0 {
                progress(done, rows.len());
            }
            let (secrets, faults) = try_secrets(&vault, row);
            verified.secrets += secrets;
            verified.unreadable.extend(
                faults
                    .into_iter()
                    .map(|reason| UnreadableSecret { connection: row.id.clone(), reason }),
            );
        }
        Ok(verified)
    }
}
