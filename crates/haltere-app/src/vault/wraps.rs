//! The data key as it is kept: sealed by the master key, and while the master key is being changed
//! by the next one as well, so that each of them opens the vault.

use haltere_core::Secret;
use haltere_store::{MetaReads, MetaWrites, Sealed};

use super::sealing::{KEY_BYTES, KeyId, UnsealError};
use super::{MasterKey, SealContext, VaultError};

/// Where the data key, sealed by the master key, is kept among the store's meta values.
///
/// A sealed value names the key it was sealed with, so this one is the master key's check value too.
pub(super) const DATA_KEY: &str = "vault.data_key";

/// The same, sealed by the next master key. Only during a rotation.
pub(super) const NEXT: &str = "vault.data_key.next";

/// The data key in its wrappings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wraps {
    pub(super) current: Sealed,
    pub(super) next: Option<Sealed>,
}

impl Wraps {
    /// `None` when nothing was ever sealed.
    pub(super) async fn read(meta: &mut dyn MetaReads) -> Result<Option<Self>, VaultError> {
        let current = meta.get(DATA_KEY).await.map_err(VaultError::Store)?;
        let next = meta.get(NEXT).await.map_err(VaultError::Store)?;
        Ok(current.map(|current| Self { current: Sealed(current), next: next.map(Sealed) }))
    }

    pub(super) async fn write(&self, meta: &mut dyn MetaWrites) -> Result<(), VaultError> {
        meta.set(DATA_KEY, &self.current.0).await.map_err(VaultError::Store)?;
        match &self.next {
            Some(next) => meta.set(NEXT, &next.0).await,
            None => meta.delete(NEXT).await.map(|_| ()),
        }
        .map_err(VaultError::Store)
    }

    /// Seals a data key with a master key.
    pub(super) fn wrap(key: &MasterKey, data_key: &Secret<[u8; KEY_BYTES]>) -> Sealed {
        key.sealing_key().seal(&context(), data_key.expose())
    }

    /// The wrapping that `key` can open.
    pub(super) fn of(&self, key: &MasterKey) -> Result<&Sealed, VaultError> {
        let wraps = || [Some(&self.current), self.next.as_ref()].into_iter().flatten();
        if let Some(wrap) = wraps().find(|wrap| KeyId::of(wrap) == Some(key.id())) {
            return Ok(wrap);
        }
        match KeyId::of(&self.current) {
            Some(needed) => Err(VaultError::WrongMasterKey { given: key.id(), needed }),
            // Not even readable as something sealed: unsealing says why.
            None => Ok(&self.current),
        }
    }

    /// The data key.
    pub(super) fn open(&self, key: &MasterKey) -> Result<Secret<[u8; KEY_BYTES]>, VaultError> {
        let opened = key.sealing_key().unseal(&context(), self.of(key)?);
        let opened = opened.map_err(VaultError::DamagedDataKey)?;
        let bytes = opened.expose().as_slice().try_into();
        bytes.map(Secret::new).map_err(|_| VaultError::DamagedDataKey(UnsealError::SealedTooShort))
    }
}

/// Both wrappings belong to the same context: the next one becomes the current one as it is.
pub(super) fn context() -> SealContext<'static> {
    SealContext { table: "meta", column: "value", row: DATA_KEY }
}
