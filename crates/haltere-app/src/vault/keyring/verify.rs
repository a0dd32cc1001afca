//! Trying every secret.

use haltere_core::UserName;

use super::{Keyring, KeyringError, store_failed};
use crate::audit_trail::try_signing_key;
use crate::connections::try_secrets;
use crate::ctx::Ctx;
use crate::policy::Action;
use crate::second_factor;
use crate::vault::{MasterKey, Vault};

/// A secret that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSecret {
    /// The connection; empty for what belongs to none.
    pub connection: String,
    /// The field and why: `credentials.password: …`. Never a value.
    pub reason: String,
}

impl UnreadableSecret {
    /// The signing key of the audit trail.
    pub(super) fn signing_key() -> Self {
        let reason = "the signing key of the audit trail can't be opened".to_owned();
        Self { connection: String::new(), reason }
    }

    /// The secret of the second factor of a user.
    pub(super) fn second_factor(user: &UserName) -> Self {
        let reason = format!("the second factor of {user} can't be opened");
        Self { connection: String::new(), reason }
    }
}

/// What came out of trying every secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Those of connections and of second factors, and the signing key of the audit trail.
    pub secrets: usize,
    pub connections: usize,
    /// Second factors of users, each with a secret.
    pub second_factors: usize,
    /// Whether there is a signing key of the audit trail.
    pub has_signing_key: bool,
    /// Those that can't be opened: of connections in their order, then the others.
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
        let factors = tx.second_factors().list().await.map_err(store_failed)?;
        let signing_key = try_signing_key(&vault, tx.meta()).await.map_err(store_failed)?;
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
        verified.second_factors = factors.len();
        verified.secrets += factors.len();
        let closed = factors.iter().filter(|factor| second_factor::open(&vault, factor).is_err());
        verified.unreadable.extend(closed.map(|it| UnreadableSecret::second_factor(&it.user)));
        if let Some(is_readable) = signing_key {
            verified.has_signing_key = true;
            verified.secrets += 1;
            if !is_readable {
                verified.unreadable.push(UnreadableSecret::signing_key());
            }
        }
        Ok(verified)
    }
}
