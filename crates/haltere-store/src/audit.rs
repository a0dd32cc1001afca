//! The audit trail: append-only.

use std::net::IpAddr;

use async_trait::async_trait;
use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Timestamp};

use crate::{ChainHash, ChainHead, ChainName, ChainedEntry, StoreError};

/// A stored audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Grows with every entry.
    pub sequence: i64,
    pub entry: AuditEntry,
    /// Its place in the hash chain; `None` if something else than haltere has added it.
    pub link: Option<ChainLink>,
}

/// An entry's place in the hash chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// The writer's id.
    pub writer: String,
    /// Its number among the writer's entries, from 1.
    pub position: i64,
    /// Over its content and the hash of the writer's entry before it.
    pub hash: ChainHash,
    /// What it names outside its writer's chain.
    pub names: Vec<ChainName>,
}

/// What is kept of a writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterState {
    /// Its newest entry.
    pub newest: ChainHead,
    /// The last entry that retention removed; position 0 if there is none.
    pub removed: ChainHead,
}

/// Which entries are too old to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditAge {
    /// Those before this time, …
    pub before: Timestamp,
    /// … and, as long as all take more than this, …
    pub max_bytes: i64,
    /// … those before this time.
    pub before_if_larger: Timestamp,
    /// None with a greater sequence number.
    pub up_to: i64,
}

/// Entries that were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRemoved {
    /// How many.
    pub entries: u64,
    /// The time of the last of them.
    pub newest: Timestamp,
}

/// Which entries to read. The default is: the newest `limit` of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only entries by exactly this actor.
    pub actor: Option<String>,
    /// Only entries by this user, or by a token of theirs: by `ann`, and by `ann (token ci)`.
    pub user: Option<String>,
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
    /// The oldest first.
    pub is_oldest_first: bool,
    pub limit: u32,
}

/// What [`AuditReads::walk`] passes entries to.
pub type Visit<'v> = dyn for<'a, 'e> FnMut(&'a ChainedEntry<'e>) + Send + 'v;

/// Reading the trail.
#[async_trait]
pub trait AuditReads: Send {
    /// Entries, newest first.
    async fn list(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError>;

    /// Passes at most `limit` entries after the sequence number `after` to `visit`, oldest first and as they are
    /// stored. Returns the sequence number of the last one; `None` at the end.
    async fn walk(
        &mut self,
        after: i64,
        limit: u32,
        visit: &mut Visit<'_>,
    ) -> Result<Option<i64>, StoreError>;

    /// The smallest sequence number of the entries of this time or later, which is `i64::MAX` if there are none; `None` if
    /// there are more than `most`: looking at all of them takes too long.
    async fn first_since(&mut self, since: Timestamp, most: u32)
    -> Result<Option<i64>, StoreError>;

    /// The number of the newest entry that was appended, as it is kept apart from the entries; 0 if none was.
    async fn appended(&mut self) -> Result<i64, StoreError>;

    /// All writers.
    async fn writers(&mut self) -> Result<Vec<WriterState>, StoreError>;

    /// The time of the oldest entry, and about how many bytes all entries take.
    async fn oldest(&mut self) -> Result<(Option<Timestamp>, i64), StoreError>;
}

/// Writing the trail. There is no way to change an entry, and only the oldest ones can be removed.
#[async_trait]
pub trait AuditWrites: AuditReads {
    /// Appends an entry.
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// Appends many entries, in this order.
    async fn append_many(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError>;

    /// The next entry begins the chain of a new writer, and names the newest entry of the former one.
    async fn begin_writer(&mut self) -> Result<(), StoreError>;

    /// Removes the oldest entries, `limit` at most. The newest one stays. The next entry that is appended names the
    /// last one that was removed. `None` if nothing was.
    async fn remove_oldest(
        &mut self,
        age: AuditAge,
        limit: u32,
    ) -> Result<Option<AuditRemoved>, StoreError>;
}
