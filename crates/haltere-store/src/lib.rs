//! What must be kept: a trait per aggregate, one unit of work, one error type, and the contract
//! test that every backend runs.
//!
//! # How to add an aggregate
//!
//! 1. Add a file here with its record (plain columns, no behaviour) and two traits: `…Reads` and `…Writes`.
//! 2. Add them to [`ReadTx`] and [`WriteTx`].
//! 3. Add its stories to [`contract`].
//! 4. Add a migration and the implementation to each backend until the contract holds.
//!
//! A lookup that finds nothing is `Ok(None)`, not an error. Time and ids come in as parameters.
//! Secrets come in sealed: the store sees ciphertext only. Times are kept in whole milliseconds.

pub mod audit;
pub mod backups;
pub mod connections;
pub mod contract;
pub mod error;
pub mod failpoint;
pub mod link_history;
pub mod meta;
pub mod plugins;
pub mod sessions;
pub mod users;

use async_trait::async_trait;
use haltere_core::StorageTrouble;

pub use audit::{AuditFilter, AuditReads, AuditRecord, AuditWrites};
pub use backups::{BackupFacts, Backups, NoBackups};
pub use connections::{
    ClientIdUse, Conflicts, ConnectionKey, ConnectionReads, ConnectionRecord, ConnectionWrites,
    HeldBytes, Inserted, Sealed,
};
pub use error::{StoreError, UniqueRule};
pub use link_history::{LinkChangeRecord, LinkHistoryReads, LinkHistoryWrites};
pub use meta::{MetaReads, MetaWrites, Revisions};
pub use plugins::{PluginReads, PluginWrites};
pub use sessions::{SessionReads, SessionRecord, SessionWrites};
pub use users::{UserReads, UserRecord, UserWrites};

/// A place where things are kept. Cheap to share behind an `Arc`.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Begins a consistent read. Never waits for a writer.
    async fn read(&self) -> Result<Box<dyn ReadTx>, StoreError>;

    /// Begins a write. Writers take turns. Dropping the transaction rolls it back.
    async fn write(&self) -> Result<Box<dyn WriteTx>, StoreError>;

    /// This backend's way of copying everything into one file; the refusal says what to use instead.
    fn backups(&self) -> Result<&dyn Backups, NoBackups> {
        Err(NoBackups("its own tools"))
    }

    /// Why nothing can be stored, since a write has failed for want of a disk that takes it and until
    /// [`Store::probe`] finds that it does. Answers from memory.
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

    /// Finishes what is under way and closes all files. Later calls fail.
    async fn close(&self);
}

/// A consistent view of everything: that of one moment, chosen at the latest by the first look.
pub trait ReadTx:
    ConnectionReads
    + UserReads
    + SessionReads
    + PluginReads
    + AuditReads
    + LinkHistoryReads
    + MetaReads
    + Send
{
}

/// Several changes that stand or fall together, each of them seen by the reads of the same transaction.
///
/// After the backend has refused a change ([`StoreError::Taken`], say) the transaction can only be
/// dropped: whatever follows fails, and so does the commit. [`StoreError::NotFound`] spoils nothing.
#[async_trait]
pub trait WriteTx:
    ReadTx
    + ConnectionWrites
    + UserWrites
    + SessionWrites
    + PluginWrites
    + AuditWrites
    + LinkHistoryWrites
    + MetaWrites
{
    /// Makes the changes durable: once this returns `Ok`, they survive a crash of process and machine.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
