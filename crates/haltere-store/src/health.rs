//! The disk and the files below a store.

use async_trait::async_trait;
use haltere_core::StorageTrouble;

use crate::StoreError;

/// Whether the disk takes what is written, and what can be done about the files.
#[async_trait]
pub trait StoreHealth: Send + Sync + 'static {
    /// Why nothing can be stored, from a write that the disk refused until
    /// [`StoreHealth::probe`] finds that it accepts writes. Answers from memory.
    fn trouble(&self) -> Option<StorageTrouble>;

    /// Writes something and removes it again: whether the trouble is over. The backend logs its
    /// beginning and its end, each once.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Leaves no trace, in any file that is in use, of what was replaced or removed before. Backends that
    /// have no say in this do nothing.
    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Writes what is in a log of changes to the database itself. A failure is logged; the backend tries again on its
    /// own. Backends without such a log do nothing.
    async fn checkpoint(&self) {}
}
