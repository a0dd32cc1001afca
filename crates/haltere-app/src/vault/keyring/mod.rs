//! Managing the vault's keys: for the command line, with or without a running server.

mod reseal;
mod rotate;
mod status;
mod verify;

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::{StoreError, Transactions};

pub use status::KeyStatus;
pub use verify::{UnreadableSecret, Verified};

use super::{KeyId, VaultError};
use crate::error::{Internal, NotAllowed};

/// The vault's keys and what can be done with them. Needs no running [`crate::App`]: a server on the
/// same store keeps the data key in memory and goes on whatever the master key is.
#[derive(Clone)]
pub struct Keyring {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
}

/// Why something could not be done with the vault's keys. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error(transparent)]
    Denied(#[from] NotAllowed),
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is nothing to change.
    #[error("the new master key (id {0}) is the one in use")]
    SameKey(KeyId),
    /// Resealing would lose them.
    #[error("{} secrets can't be opened; `haltere secrets verify` lists them", .0.len())]
    Unreadable(Vec<UnreadableSecret>),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Keyring {
    /// The keys of the vault in `store`.
    pub fn new(store: Arc<dyn Transactions>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

/// Errors of the store while the vault is at work.
fn store_failed(error: StoreError) -> KeyringError {
    VaultError::Store(error).into()
}

#[cfg(test)]
mod tests;
