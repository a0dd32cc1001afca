//! Tests of connections: the first of its kind is written before it dials, the same test by the same user from
//! the same address within the next minute is counted.
//!
//! A test whose address the egress policy denies ends at once, so the bound on tests that run says nothing
//! about how many there are. Users test as fast as they may change things.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditEntry, UserName};

use super::repeats::{Bounds, OneMore, Repeats};
use super::{NotWritten, Repeat, Trail};
use crate::ctx::Ctx;

/// The windows of tests: by user, address, object and detail.
pub(super) type Tests = Repeats<UserName, (Option<IpAddr>, String, String)>;

/// Windows that are open for `span`.
pub(super) fn within(span: Duration) -> Tests {
    let one_more = OneMore::ClosesTheOldest;
    Repeats::new(Bounds { span, of_a_caller: 64, one_more, in_all: 10_000 })
}

impl Trail {
    /// Makes sure that a test is on record; once this returns `Ok`, it may begin.
    pub(crate) async fn append_test(
        self: &Arc<Self>,
        ctx: &Ctx,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let user = &ctx.caller.user;
        let kind = (entry.address, entry.object.clone(), entry.detail.clone());
        let (repeat, pace) = (Repeat::NeedsTheTrail, Some((&self.changes, user)));
        if self.append_once(&self.tests, user, &kind, &entry, repeat, pace).await? {
            return Ok(());
        }
        super::keep(&self.changes, user)
            .map_err(|retry_after| NotWritten::TooMany { retry_after })?;
        self.append(entry).await
    }
}
