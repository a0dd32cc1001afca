//! What was looked at: the first look of its kind is written before it is answered, looks at the same by the
//! same session within the next seconds are one more entry.
//!
//! No look goes without an entry, and none is answered while the trail takes none. What a crash can lose
//! is how often something was looked at within its last seconds, never that it was.
//!
//! A user who looks at more different things than the trail has room for is not refused: those looks are
//! counted together, without what was looked at.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditAction, AuditEntry, Revision, SessionId, Timestamp, UserName};

use super::own::together;
use super::repeats::{Bounds, OneMore, Repeats};
use super::{NotWritten, Repeat, Trail};
use crate::connections::ListQuery;
use crate::ctx::Ctx;

/// The windows of what was looked at.
pub(super) type Reads = Repeats<Reader, Look>;

/// Who looks. The same session from another address is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    user: UserName,
    session: Option<SessionId>,
    address: Option<IpAddr>,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Look {
    action: AuditAction,
    object: String,
    detail: String,
    content: Content,
}

/// What was in it, so that whoever sees something new has an entry of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// One connection, as it was stored then.
    Connection {
        /// Of its present form.
        revision: Revision,
        /// Tells it from one before of the same id.
        created_at: Timestamp,
    },
    /// A selection of all connections, as they were stored then.
    Connections {
        /// Which ones.
        query: ListQuery,
        /// Of what was stored.
        generation: u64,
    },
}

/// Windows that are open for `span`.
pub(super) fn within(span: Duration) -> Reads {
    let one_more = OneMore::ClosesTheOldest;
    Repeats::new(Bounds { span, of_a_caller: 256, one_more, in_all: 10_000 })
}

impl Trail {
    /// Makes sure that a look is on record; once this returns `Ok`, it may be answered.
    pub(crate) async fn append_look(
        self: &Arc<Self>,
        ctx: &Ctx,
        content: Content,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let Ctx { caller, origin } = ctx;
        let user = &caller.user;
        let reader =
            Reader { user: user.clone(), session: caller.session, address: origin.address };
        let AuditEntry { action, object, detail, .. } = entry.clone();
        let look = Look { action, object, detail, content };
        let (repeat, pace) = (Repeat::NeedsTheTrail, Some((&self.looks, user)));
        match self.append_once(&self.reads, &reader, &look, &entry, repeat, pace).await {
            Ok(true) => return Ok(()),
            Ok(false) | Err(NotWritten::TooMany { .. }) => {}
            Err(error) => return Err(error),
        }
        let (entry, together) = (together(entry), &self.own.together);
        if self.append_once(together, user, &action, &entry, repeat, None).await? {
            return Ok(());
        }
        self.append(entry).await
    }
}
