//! What people do with their own account: logins, logouts, ends of sessions, new passwords.
//!
//! The first of its kind is written in the transaction of what it is about. Those of the same user from the
//! same address within the next minute are one more entry, so that a program that logs in for each of its
//! requests fills no disk. A login from another address is of another kind.
//!
//! A user may come from any number of addresses (an IPv6 network has more than enough), so what is over the
//! bound is counted per user, without the address.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditAction, AuditEntry, UserName};
use haltere_store::{StoreError, WriteTx};
use tokio::time::Instant;

use super::Trail;
use super::repeats::{Bounds, OneMore, Repeats, Window};

/// The most kinds of one user within a minute that have entries of their own.
const KINDS: usize = 64;
/// The most windows of all users together.
const IN_ALL: usize = 10_000;

/// What makes two entries of a user repeats.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    action: AuditAction,
    address: Option<IpAddr>,
    /// What else there is to it, without what differs each time.
    manner: String,
}

/// The windows of what people do with their own account.
pub(super) struct Own {
    each: Repeats<UserName, Kind>,
    /// For users who have no room in the other, or none for what they look at.
    pub(super) together: Repeats<UserName, AuditAction>,
}

/// An entry that is written in the transaction of what it is about, unless it repeats an earlier one.
#[must_use = "it is neither written nor counted"]
pub(crate) struct OwnEntry {
    trail: Arc<Trail>,
    window: Option<Arc<Window>>,
    is_first: bool,
    entry: AuditEntry,
}

impl Own {
    /// Windows that are open for `span`.
    pub(super) fn within(span: Duration) -> Self {
        let bounds = |of_a_caller, one_more| Bounds { span, of_a_caller, one_more, in_all: IN_ALL };
        Self {
            each: Repeats::new(bounds(KINDS, OneMore::IsRefused)),
            together: Repeats::new(bounds(KINDS, OneMore::ClosesTheOldest)),
        }
    }

    pub(super) fn take_closed(&self, over: Option<Instant>) -> Vec<AuditEntry> {
        let mut closed = self.each.take_closed(over);
        closed.extend(self.together.take_closed(over));
        closed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each.is_empty() && self.together.is_empty()
    }
}

/// The entry that counts for what a user does over the bound: what it is about differs from one to the next.
pub(super) fn together(entry: AuditEntry) -> AuditEntry {
    let detail = match &*entry.detail {
        "" => "one of many".to_owned(),
        detail => format!("{detail}; one of many"),
    };
    AuditEntry { address: None, object: String::new(), detail, ..entry }
}

impl Trail {
    /// How something that `user` does gets on record. To be asked within its transaction, of which there is
    /// one at a time.
    pub(crate) fn own_entry(
        self: &Arc<Self>,
        user: &UserName,
        manner: impl Into<String>,
        entry: AuditEntry,
    ) -> OwnEntry {
        let AuditEntry { action, address, .. } = entry;
        let kind = Kind { action, address, manner: manner.into() };
        let (own, now) = (&self.own, Instant::now());
        let (window, entry) = match own.each.window(user, &kind, now) {
            Some(window) => (Some(window), entry),
            None => (own.together.window(user, &action, now), together(entry)),
        };
        if window.is_some() {
            self.opened.notify_one();
        }
        // Without a window, there are more users at it than there can be.
        let is_first = window.as_ref().is_none_or(|window| !window.first.initialized());
        OwnEntry { trail: Arc::clone(self), window, is_first, entry }
    }
}

impl OwnEntry {
    /// Appends the entry, unless it is to be counted.
    pub(crate) async fn write(&self, tx: &mut dyn WriteTx) -> Result<(), StoreError> {
        if self.is_first { tx.append_audit(&self.entry).await } else { Ok(()) }
    }

    /// To be called once the transaction is durable.
    pub(crate) fn committed(self) {
        let Self { trail, window, is_first, entry } = self;
        match window {
            Some(window) if is_first => {
                let _ = window.first.set(());
            }
            Some(window) if !window.count(&entry) => {
                // It has closed in the meantime, so this one stands for itself.
                trail.unwritten().push(entry);
                trail.opened.notify_one();
            }
            _ => {}
        }
    }
}
