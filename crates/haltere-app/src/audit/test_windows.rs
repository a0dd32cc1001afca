//! Tests of connections: the first of its kind is written before it dials, and the same test by the same user from
//! the same address within the next minute is counted.
//!
//! A test of an address that the egress policy denies ends at once, so the quota of concurrent tests does not limit
//! how many there are. Tests and changes share one rate per user.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::AuditEntry;

use super::entry::Actor;
use super::repeats::{Bounds, Repeats, WhenFull};
use super::writer::{AuditWriter, NotWritten, Repeat, check_rate};
use crate::ctx::Ctx;

/// The windows of tests: by actor, address, object and detail.
pub(super) type TestWindows = Repeats<Actor, (Option<IpAddr>, String, String)>;

/// Windows that are open for `span`.
pub(super) fn within(span: Duration) -> TestWindows {
    let when_full = WhenFull::CloseOldest;
    Repeats::new(Bounds { span, per_caller: 64, when_full, total: 10_000 })
}

impl AuditWriter {
    /// Records a test. It may begin once this returns `Ok`.
    pub(crate) async fn append_test(
        self: &Arc<Self>,
        ctx: &Ctx,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let user = ctx.answerable();
        let kind = (entry.address, entry.object.clone(), entry.detail.clone());
        let (repeat, rate) = (Repeat::RequireStore, Some((&self.change_rate, user)));
        if self.append_once(&self.tests, &Actor::of(ctx), &kind, &entry, repeat, rate).await? {
            return Ok(());
        }
        check_rate(&self.change_rate, user)
            .map_err(|retry_after| NotWritten::TooMany { retry_after })?;
        self.append(entry).await
    }
}
