//! The history of links, so that it is known after a restart. Of each connection the newest changes are kept; they go
//! with it.

use async_trait::async_trait;
use haltere_core::{ConnectionId, StatusChange};

use crate::StoreError;

/// A change in the history of a connection's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkChangeRecord {
    pub connection: ConnectionId,
    pub change: StatusChange,
}

/// Reading histories.
#[async_trait]
pub trait LinkHistoryReads: Send {
    /// Hands all changes over, those of a connection in their order, a few at a time. An invalid change
    /// is left out: no history is worth a failed start.
    async fn read(
        &mut self,
        take: &mut (dyn FnMut(LinkChangeRecord) + Send),
    ) -> Result<(), StoreError>;
}

/// Writing histories.
#[async_trait]
pub trait LinkHistoryWrites: LinkHistoryReads {
    /// Appends changes, in this order; of each connection among them, no more than the newest `keep` changes stay.
    /// Changes of connections that are not there are left out.
    async fn append(&mut self, changes: &[LinkChangeRecord], keep: u32) -> Result<(), StoreError>;

    /// Removes all but the newest `keep` changes of every connection; how many.
    async fn trim(&mut self, keep: u32) -> Result<u64, StoreError>;
}
