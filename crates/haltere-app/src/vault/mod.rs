//! The vault: seals secrets before they reach the store.
//!
//! Envelope encryption. A random *data key* seals the secrets; the *master key*, which lives outside
//! the database, seals the data key. So the master key can be changed by rewriting one value, and a
//! copy of the database alone reveals nothing.
//!
//! Every sealed value is bound to its [`Place`]: moved to another row or column, it can't be opened.

mod master_key;
mod place;
mod sealing;

use std::fmt;

use haltere_core::Secret;
use haltere_store::{Sealed, Store, StoreError};

pub use master_key::{MasterKey, MasterKeyError};
pub use place::Place;
pub use sealing::UnsealError;

use sealing::SealingKey;

/// Where the data key, sealed by the master key, is kept among the store's meta values.
///
/// A sealed value names the key it was sealed with, so this one is the master key's check value too.
const DATA_KEY: &str = "vault.data_key";

/// Seals and opens secrets. Holds the data key in memory for as long as it lives.
pub struct Vault {
    data_key: SealingKey,
}

/// Why the vault can't do what was asked. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database was sealed with another master key.
    #[error(
        "the master key is not the one this database was sealed with; \
         give haltere the key that belongs to the database"
    )]
    WrongMasterKey,
    /// The master key is the right one, but the data key it sealed is damaged.
    #[error("the vault's data key in the database is damaged")]
    DamagedDataKey(#[source] UnsealError),
    /// There are sealed secrets, and the data key they were sealed with is gone.
    #[error(
        "the database holds secrets, but the vault's data key is gone; restore it from a backup"
    )]
    MissingDataKey,
    /// A secret can't be opened.
    #[error("the secret at {place} can't be opened")]
    Unreadable {
        /// Where it is, as `table/column/row`.
        place: String,
        /// Why.
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
    pub async fn open(store: &dyn Store, key: MasterKey) -> Result<Self, VaultError> {
        let master = key.into_sealing_key();
        let mut read = store.read().await.map_err(VaultError::Store)?;
        let stored = read.get_meta(DATA_KEY).await.map_err(VaultError::Store)?;
        drop(read);
        match stored {
            Some(sealed) => Self::unwrap(&master, sealed),
            None => Self::create(store, &master).await,
        }
    }

    /// Seals `plain` for `place`. Sealing the same twice gives different results.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Sealed {
        self.data_key.seal(place, plain)
    }

    /// Opens what was sealed for `place`.
    pub fn unseal(
        &self,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        self.data_key
            .unseal(place, sealed)
            .map_err(|reason| VaultError::Unreadable { place: place.to_string(), reason })
    }

    /// Looks again inside the write transaction, because another process may have been faster.
    async fn create(store: &dyn Store, master: &SealingKey) -> Result<Self, VaultError> {
        let mut write = store.write().await.map_err(VaultError::Store)?;
        if let Some(sealed) = write.get_meta(DATA_KEY).await.map_err(VaultError::Store)? {
            return Self::unwrap(master, sealed);
        }
        // A new key would open nothing of what is there, and hide that the old one is missing.
        let stored = write.list_connections().await.map_err(VaultError::Store)?;
        if stored.iter().any(|row| row.password.is_some() || row.key.is_some()) {
            return Err(VaultError::MissingDataKey);
        }
        let bytes = sealing::random_key();
        let sealed = master.seal(&Self::data_key_place(), bytes.expose());
        write.set_meta(DATA_KEY, &sealed.0).await.map_err(VaultError::Store)?;
        write.commit().await.map_err(VaultError::Store)?;
        Ok(Self { data_key: SealingKey::new(&bytes) })
    }

    fn unwrap(master: &SealingKey, sealed: Vec<u8>) -> Result<Self, VaultError> {
        let opened = master.unseal(&Self::data_key_place(), &Sealed(sealed));
        let opened = opened.map_err(|error| match error {
            UnsealError::OtherKey => VaultError::WrongMasterKey,
            error => VaultError::DamagedDataKey(error),
        })?;
        let bytes = opened.expose().as_slice().try_into();
        let bytes = bytes.map_err(|_| VaultError::DamagedDataKey(UnsealError::TooShort))?;
        Ok(Self { data_key: SealingKey::new(&Secret::new(bytes)) })
    }

    fn data_key_place() -> Place<'static> {
        Place { table: "meta", column: "value", row: DATA_KEY }
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
