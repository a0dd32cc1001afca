//! What must be kept: a trait per aggregate, one unit of work, one error type, and the contract
//! test that every backend runs.
//!
//! # How to add an aggregate
//!
//! 1. Add a file here with its record (plain columns, no behaviour) and two traits: `…Reads`, and `…Writes` on top of it.
//! 2. Add its accessor to [`ReadTx`] and [`WriteTx`]: `tx.connections().find(id)`.
//! 3. Add its tests to [`contract`].
//! 4. Add a migration and the implementation to each backend until the contract holds.
//!
//! A lookup that finds nothing is `Ok(None)`, not an error. Time and ids come in as parameters.
//! Secrets come in sealed: the store sees ciphertext only. Times are kept in whole milliseconds.

pub mod audit;
pub mod audit_chain;
pub mod backups;
pub mod connections;
pub mod contract;
pub mod database_contents;
pub mod error;
pub mod failpoint;
pub mod groups;
pub mod health;
pub mod link_history;
pub mod meta;
pub mod plugins;
pub mod second_factors;
pub mod sessions;
pub mod sign_ons;
pub mod tokens;
pub mod transactions;
pub mod users;

use async_trait::async_trait;

pub use audit::{
    AuditAge, AuditFilter, AuditReads, AuditRecord, AuditRemoved, AuditWrites, ChainLink, Visit,
    WriterState,
};
pub use audit_chain::{
    ChainHash, ChainHead, ChainName, ChainPlace, ChainReport, ChainVerifier, ChainViolation,
    ChainedEntry, ViolationKind, names_from_text, names_to_text,
};
pub use backups::{BackupFacts, Backups, NoBackups};
pub use connections::{
    ClientIdUse, Conflicts, ConnectionChanges, ConnectionKey, ConnectionReads, ConnectionRecord,
    ConnectionWrites, HeldBytes, Inserted, Sealed,
};
pub use database_contents::DatabaseContents;
pub use error::{StoreError, UniqueRule};
pub use groups::{GroupMember, GroupReads, GroupRecord, GroupWrites};
pub use health::StoreHealth;
pub use link_history::{LinkChangeRecord, LinkHistoryReads, LinkHistoryWrites};
pub use meta::{ChangeCounters, MetaReads, MetaWrites};
pub use plugins::{PluginReads, PluginWrites};
pub use second_factors::{
    RecoveryCodeId, SecondFactorReads, SecondFactorRecord, SecondFactorReset, SecondFactorWrites,
};
pub use sessions::{SessionReads, SessionRecord, SessionWrites};
pub use sign_ons::{IdentityRecord, SignOnReads, SignOnWrites, SignedOnRecord};
pub use tokens::{TokenReads, TokenRecord, TokenWrites};
pub use transactions::{ReadTx, Transactions, WriteTx};
pub use users::{Invitation, InvitationId, UserReads, UserRecord, UserWrites};

/// Where data is stored. Cheap to share behind an `Arc`.
///
/// Callers take the part that they need: [`Transactions`], [`StoreHealth`] or [`Backups`].
#[async_trait]
pub trait Store: Transactions + StoreHealth {
    /// This backend's way of copying everything into one file; the refusal says what to use instead.
    fn backups(&self) -> Result<&dyn Backups, NoBackups> {
        Err(NoBackups("its own tools"))
    }

    /// Finishes what is under way and closes all files. Later calls fail.
    async fn close(&self);
}
