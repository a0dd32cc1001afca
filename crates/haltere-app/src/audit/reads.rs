//! Reads: the first read of its kind is written before it is answered; repeats by the same session within the
//! next seconds become one more entry.
//!
//! Every read has an entry, and none is answered while the trail can't be written. A crash can lose how often
//! something was read within its last seconds, but never that it was read.
//!
//! A user who reads more different content than there are windows for is not refused: those reads are counted
//! aggregated, without what was read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditAction, AuditEntry, Revision, SessionId, Timestamp, TokenId, UserName};

use super::account::aggregated;
use super::repeats::{Bounds, Repeats, WhenFull};
use super::writer::{AuditWriter, NotWritten, Repeat};
use crate::connections::ListQuery;
use crate::ctx::Ctx;
use crate::policy::Visibility;

/// The windows of reads.
pub(super) type ReadWindows = Repeats<Reader, ReadKind>;

/// The reader. The same session at another address is another reader.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    user: UserName,
    session: Option<SessionId>,
    token: Option<TokenId>,
    address: Option<IpAddr>,
}

/// Reads are repeats if these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ReadKind {
    action: AuditAction,
    object: String,
    detail: String,
    content: Content,
}

/// The content that was read, so that a read of new content has its own entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// One connection, as it was stored at that time.
    Connection {
        revision: Revision,
        /// Distinguishes it from an earlier connection with the same id.
        created_at: Timestamp,
    },
    /// A selection of all connections, as they were stored at that time.
    Connections {
        query: ListQuery,
        /// Which of them the reader may see.
        visibility: Visibility,
        /// The generation of the stored connections.
        generation: u64,
    },
}

/// Windows that are open for `span`.
pub(super) fn within(span: Duration) -> ReadWindows {
    let when_full = WhenFull::CloseOldest;
    Repeats::new(Bounds { span, per_caller: 256, when_full, total: 10_000 })
}

impl AuditWriter {
    /// Records a read. It may be answered once this returns `Ok`.
    pub(crate) async fn append_read(
        self: &Arc<Self>,
        ctx: &Ctx,
        content: Content,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let user = ctx.answerable();
        let session = ctx.session().copied();
        let token = ctx.principal.token().map(|token| token.id);
        let reader = Reader { user: user.clone(), session, token, address: ctx.origin.address };
        let AuditEntry { action, object, detail, .. } = entry.clone();
        let kind = ReadKind { action, object, detail, content };
        let (repeat, rate) = (Repeat::RequireStore, Some((&self.read_rate, user)));
        match self.append_once(&self.reads, &reader, &kind, &entry, repeat, rate).await {
            Ok(true) => return Ok(()),
            Ok(false) | Err(NotWritten::TooMany { .. }) => {}
            Err(error) => return Err(error),
        }
        let (entry, windows) = (aggregated(entry), &self.account.aggregate);
        if self.append_once(windows, user, &action, &entry, repeat, None).await? {
            return Ok(());
        }
        self.append(entry).await
    }
}
