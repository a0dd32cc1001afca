//! Backups: for the command line, with or without a running server.

mod adopt;
mod create;

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::{NoBackups, Store};

pub use create::Created;
pub use haltere_store::BackupFacts;

use crate::error::{Internal, NotAllowed};

/// Backups and what can be done with them. Needs no running [`crate::App`].
#[derive(Clone)]
pub struct Backups {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Why there is no backup. Messages complete "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum BackupsError {
    #[error(transparent)]
    Denied(#[from] NotAllowed),
    /// This store is backed up in another way.
    #[error(transparent)]
    Elsewhere(#[from] NoBackups),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Backups {
    /// Backups of what is kept in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[cfg(test)]
mod tests;
