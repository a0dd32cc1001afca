//! The vault: seals secrets before they reach the store.
//!
//! Envelope encryption. A random *data key* seals the secrets; the *master key*, which lives outside
//! the database, seals the data key. So the master key can be changed by rewriting one value, and a
//! copy of the database alone reveals nothing.
//!
//! Every sealed value is bound to its [`SealContext`]: moved to another row or column, it can't be opened.

mod keyring;
mod master_key;
mod seal_context;
mod sealing;
mod wraps;

use std::fmt;

use haltere_core::Secret;
use haltere_store::failpoint::Step;
use haltere_store::{Sealed, StoreError, Transactions};

pub use keyring::{KeyStatus, Keyring, KeyringError, UnreadableSecret, Verified};
pub use master_key::{MasterKey, MasterKeyError};
pub use seal_context::SealContext;
pub use sealing::{KeyId, UnsealError};

use sealing::{KEY_BYTES, SealingKey};
use wraps::Wraps;

/// Seals and opens secrets. Holds the data key in memory for as long as it lives.
pub struct Vault {
    data_key: SealingKey,
}

/// Why the vault can't do what was asked. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database was sealed with another master key.
    #[error(
        "the master key (id {given}) is not the one this database was sealed with (id {needed}); \
         give haltere the key that belongs to the database"
    )]
    WrongMasterKey { given: KeyId, needed: KeyId },
    /// The master key is the right one, but the data key it sealed is damaged.
    #[error("the vault's data key in the database is damaged")]
    DamagedDataKey(#[source] UnsealError),
    /// Nothing was ever sealed in this database.
    #[error("the database has no vault yet; `haltere serve` makes it")]
    NoDataKey,
    /// There are sealed secrets, and the data key they were sealed with is gone.
    #[error(
        "the database holds secrets, but the vault's data key is gone; restore it from a backup"
    )]
    MissingDataKey,
    #[error("the secret at {context} can't be opened")]
    Unreadable {
        /// Where it is, as `table/column/row`.
        context: String,
        #[source]
        reason: UnsealError,
    },
    /// The data key could not be read or written.
    #[error("the vault's data key can't be read or written")]
    Store(#[source] StoreError),
}

impl Vault {
    /// Opens the vault of `store`, or creates it on the first start.
    ///
    /// Safe when several processes start at once: one of them creates the data key, all use it.
    pub async fn open(store: &dyn Transactions, key: &MasterKey) -> Result<Self, VaultError> {
        match Self::existing(store, key).await {
            Err(VaultError::NoDataKey) => Self::create(store, key).await,
            opened => opened,
        }
    }

    /// Opens the vault of `store`. Changes nothing; [`VaultError::NoDataKey`] when there is none.
    pub async fn existing(store: &dyn Transactions, key: &MasterKey) -> Result<Self, VaultError> {
        let mut read = store.read().await.map_err(VaultError::Store)?;
        let wraps = Wraps::read(read.meta()).await?.ok_or(VaultError::NoDataKey)?;
        Ok(Self::new(&wraps.open(key)?))
    }

    fn new(data_key: &Secret<[u8; KEY_BYTES]>) -> Self {
        Self { data_key: SealingKey::new(data_key) }
    }

    /// Seals `plain` for `context`. Sealing the same twice gives different results.
    pub fn seal(&self, context: &SealContext<'_>, plain: &[u8]) -> Sealed {
        Step::Seal.around(|| self.data_key.seal(context, plain))
    }

    /// Seals `plain` for `context` deterministically: a reader of two sealed
    /// values learns whether they are equal, and nothing else.
    pub fn seal_deterministic(&self, context: &SealContext<'_>, plain: &[u8]) -> Sealed {
        Step::Seal.around(|| self.data_key.seal_deterministic(context, plain))
    }

    /// Whether [`Vault::seal_deterministic`] made this.
    pub fn is_sealed_alike(sealed: &Sealed) -> bool {
        sealing::is_sealed_alike(sealed)
    }

    /// Opens what was sealed for `context`.
    pub fn unseal(
        &self,
        context: &SealContext<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        self.data_key
            .unseal(context, sealed)
            .map_err(|reason| VaultError::Unreadable { context: context.to_string(), reason })
    }

    /// Looks again inside the write transaction, because another process may have been faster.
    async fn create(store: &dyn Transactions, key: &MasterKey) -> Result<Self, VaultError> {
        let mut write = store.write().await.map_err(VaultError::Store)?;
        if let Some(wraps) = Wraps::read(write.meta()).await? {
            return Ok(Self::new(&wraps.open(key)?));
        }
        // A new key would open nothing of what is there, and hide that the old one is missing.
        let stored = write.connections().list().await.map_err(VaultError::Store)?;
        let has_secrets = stored.iter().any(|row| row.password.is_some() || row.key.is_some());
        let factors = write.second_factors().list().await.map_err(VaultError::Store)?;
        if has_secrets || !factors.is_empty() {
            return Err(VaultError::MissingDataKey);
        }
        let data_key = sealing::random_key();
        let wraps = Wraps { current: Wraps::wrap(key, &data_key), next: None };
        wraps.write(write.meta()).await?;
        write.commit().await.map_err(VaultError::Store)?;
        Ok(Self::new(&data_key))
    }
}

/// Shows nothing: there is nothing in here but a key.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests;
