//! Reading the audit trail: who did what, when, to what, and how it ended.

mod checkpoint;
mod cursor;
mod get;
mod list;
mod retention;
mod verify;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, AuditObjectKind, AuditOutcome, Clock, Timestamp};
use haltere_store::Transactions;
use retention::LastPass;

pub use checkpoint::{BadSignature, Checkpoint, CheckpointError};
pub(crate) use checkpoint::{reseal_signing_key, try_signing_key};
pub use cursor::AuditCursor;
pub use haltere_store::{
    ChainHash, ChainHead, ChainLink, ChainName, ChainPlace, ChainReport, ChainVerifier,
    ChainViolation, ChainedEntry, ViolationKind, names_to_text,
};
#[cfg(test)]
pub(crate) use list::SCANNED;
pub(crate) use list::{Window, is_visible};
pub use retention::Retention;
pub(crate) use retention::forget_time;

/// The audit trail, for those who may read it.
#[derive(Clone)]
pub struct AuditTrail {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    last_pass: Arc<LastPass>,
}

impl AuditTrail {
    /// The trail in `store`. Needs no running [`crate::App`].
    pub fn new(store: Arc<dyn Transactions>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, last_pass: Arc::default() }
    }
}

/// Which entries to list. The conditions add up.
#[derive(Debug, Clone)]
pub struct AuditQuery {
    /// Only entries of this time or later.
    pub since: Option<Timestamp>,
    /// Only entries of this time or earlier.
    pub until: Option<Timestamp>,
    /// Only entries by this user, with or without a token; or by this token of a user: `ann (token ci)`.
    pub actor: Option<String>,
    /// Only entries with one of these actions.
    pub actions: Option<Vec<AuditAction>>,
    /// Only entries whose object is of this kind.
    pub object_kind: Option<AuditObjectKind>,
    /// Only entries about the object with this id or name.
    pub object: Option<String>,
    /// Only entries with this outcome.
    pub outcome: Option<AuditOutcome>,
    /// Only entries of requests from this address.
    pub address: Option<IpAddr>,
    /// Only entries of the request with this id.
    pub request_id: Option<String>,
    /// Only entries that contain this text.
    pub text: Option<String>,
    /// At most this many.
    pub limit: NonZeroU32,
    /// Only entries after this position.
    pub after: Option<AuditCursor>,
}

/// Entries, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<NumberedEntry>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<AuditCursor>,
}

/// An entry with its number, which grows with every entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEntry {
    /// The number.
    pub sequence: i64,
    /// The entry.
    pub entry: AuditEntry,
    /// Its place in the hash chain; `None` if something else than haltere has added it.
    pub link: Option<ChainLink>,
}
