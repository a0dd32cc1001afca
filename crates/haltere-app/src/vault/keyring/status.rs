//! Which keys open the vault.

use haltere_core::Timestamp;

use super::{Keyring, KeyringError, store_failed};
use crate::vault::sealing::{KeyId, UnsealError};
use crate::vault::wraps::Wraps;
use crate::vault::{MasterKey, Vault, VaultError};

/// Since when the master key is the one it is, among the store's meta values; not there before the first change.
pub(super) const SINCE: &str = "vault.master_key.since";

/// Which master keys open the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStatus {
    /// The one in use.
    pub current: KeyId,
    /// The master key that will replace it, during a rotation.
    pub next: Option<KeyId>,
    /// When the one in use replaced another one; `None` when it never did.
    pub since: Option<Timestamp>,
}

impl Keyring {
    /// Whether anything was ever sealed.
    pub async fn is_sealed(&self) -> Result<bool, KeyringError> {
        let mut tx = self.store.read().await.map_err(store_failed)?;
        Ok(Wraps::read(tx.meta()).await?.is_some())
    }

    /// Whether `key` opens the vault as it is stored now.
    pub async fn check(&self, key: &MasterKey) -> Result<(), VaultError> {
        Vault::existing(&*self.store, key).await.map(drop)
    }

    /// Which master keys open the vault. Needs none of them.
    pub async fn status(&self) -> Result<KeyStatus, KeyringError> {
        let mut tx = self.store.read().await.map_err(store_failed)?;
        let wraps = Wraps::read(tx.meta()).await?.ok_or(VaultError::NoDataKey)?;
        let since = tx.meta().get(SINCE).await.map_err(store_failed)?;
        let current = KeyId::of(&wraps.current);
        Ok(KeyStatus {
            current: current.ok_or(VaultError::DamagedDataKey(UnsealError::SealedTooShort))?,
            next: wraps.next.as_ref().and_then(KeyId::of),
            since: since.and_then(time_from_bytes),
        })
    }
}

/// A time as text, for the person who looks into the database.
pub(super) fn time_to_bytes(time: Timestamp) -> Vec<u8> {
    time.to_string().into_bytes()
}

fn time_from_bytes(bytes: Vec<u8>) -> Option<Timestamp> {
    String::from_utf8(bytes).ok()?.parse().ok()
}
