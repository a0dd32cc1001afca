//! Units of work, and what can be asked in them, by aggregate.

use async_trait::async_trait;

use crate::{
    AuditReads, AuditWrites, ConnectionReads, ConnectionWrites, GroupReads, GroupWrites,
    LinkHistoryReads, LinkHistoryWrites, MetaReads, MetaWrites, PluginReads, PluginWrites,
    SecondFactorReads, SecondFactorWrites, SessionReads, SessionWrites, SignOnReads, SignOnWrites,
    StoreError, TokenReads, TokenWrites, UserReads, UserWrites,
};

/// Reading and changing what is stored.
#[async_trait]
pub trait Transactions: Send + Sync + 'static {
    /// Begins a consistent read. Never waits for a writer.
    async fn read(&self) -> Result<Box<dyn ReadTx>, StoreError>;

    /// Begins a write. Writers take turns. Dropping the transaction rolls it back.
    async fn write(&self) -> Result<Box<dyn WriteTx>, StoreError>;
}

/// A consistent view of everything: that of one moment, chosen at the latest by the first look.
pub trait ReadTx: Send {
    /// Connections.
    fn connections(&mut self) -> &mut dyn ConnectionReads;

    /// Users.
    fn users(&mut self) -> &mut dyn UserReads;

    /// Groups of users.
    fn groups(&mut self) -> &mut dyn GroupReads;

    /// Sessions.
    fn sessions(&mut self) -> &mut dyn SessionReads;

    /// Second factors of users.
    fn second_factors(&mut self) -> &mut dyn SecondFactorReads;

    /// Single sign-on.
    fn sign_ons(&mut self) -> &mut dyn SignOnReads;

    /// Application tokens.
    fn tokens(&mut self) -> &mut dyn TokenReads;

    /// Plugin switches.
    fn plugins(&mut self) -> &mut dyn PluginReads;

    /// The audit trail.
    fn audit(&mut self) -> &mut dyn AuditReads;

    /// Histories of links.
    fn link_history(&mut self) -> &mut dyn LinkHistoryReads;

    /// Values by name, and the counters.
    fn meta(&mut self) -> &mut dyn MetaReads;
}

/// Several changes, all of which take effect or none, each of them seen by the reads of the same transaction.
///
/// After the backend has refused a change ([`StoreError::Taken`], say) the transaction can only be
/// dropped: whatever follows fails, and so does the commit. [`StoreError::NotFound`] spoils nothing.
#[async_trait]
pub trait WriteTx: Send {
    /// Connections.
    fn connections(&mut self) -> &mut dyn ConnectionWrites;

    /// Users.
    fn users(&mut self) -> &mut dyn UserWrites;

    /// Groups of users.
    fn groups(&mut self) -> &mut dyn GroupWrites;

    /// Sessions.
    fn sessions(&mut self) -> &mut dyn SessionWrites;

    /// Second factors of users.
    fn second_factors(&mut self) -> &mut dyn SecondFactorWrites;

    /// Single sign-on.
    fn sign_ons(&mut self) -> &mut dyn SignOnWrites;

    /// Application tokens.
    fn tokens(&mut self) -> &mut dyn TokenWrites;

    /// Plugin switches.
    fn plugins(&mut self) -> &mut dyn PluginWrites;

    /// The audit trail.
    fn audit(&mut self) -> &mut dyn AuditWrites;

    /// Histories of links.
    fn link_history(&mut self) -> &mut dyn LinkHistoryWrites;

    /// Values by name, and the counters.
    fn meta(&mut self) -> &mut dyn MetaWrites;

    /// Makes the changes durable: once this returns `Ok`, they survive a crash of process and machine.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
