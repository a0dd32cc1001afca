//! The audit trail: append-only.

use std::net::IpAddr;

use async_trait::async_trait;
use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Timestamp};

use crate::StoreError;

/// A stored audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Grows with every entry.
    pub sequence: i64,
    pub entry: AuditEntry,
}

/// Which entries to read. The default is: the newest `limit` of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only entries by this actor.
    pub actor: Option<String>,
    /// Only entries about this object.
    pub object: Option<String>,
    /// Only entries with one of these actions.
    pub actions: Option<Vec<AuditAction>>,
    /// Only entries with this outcome.
    pub outcome: Option<AuditOutcome>,
    /// Only entries of requests from this address.
    pub address: Option<IpAddr>,
    /// Only entries of the request with this id.
    pub request_id: Option<String>,
    /// Only entries that contain this text in actor, address, request id, action, object or detail. ASCII letters
    /// match in either case.
    pub text: Option<String>,
    /// Only entries of this time or later.
    pub since: Option<Timestamp>,
    /// Only entries of this time or earlier.
    pub until: Option<Timestamp>,
    /// Only entries older than this sequence number.
    pub before: Option<i64>,
    /// Only entries newer than this sequence number.
    pub after: Option<i64>,
    pub limit: u32,
}

/// Reading the trail.
#[async_trait]
pub trait AuditReads: Send {
    /// Entries, newest first.
    async fn list(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError>;
}

/// Writing the trail. There is no way to change or remove an entry.
#[async_trait]
pub trait AuditWrites: AuditReads {
    /// Appends an entry.
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// Appends many entries, in this order.
    async fn append_many(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError>;
}
