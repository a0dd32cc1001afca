//! Actions of users on their own account: logins, logouts, ends of sessions, new passwords.
//!
//! The first entry of its kind is written in the transaction of its action. Repeats by the same user from the same
//! address within the next minute become one more entry, so a program that logs in for each request does not fill
//! the disk. A login from another address is of another kind.
//!
//! A user may use any number of addresses (an IPv6 network has enough of them), so entries over the limit are
//! counted per user, without the address.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditAction, AuditEntry, UserName};
use haltere_store::{StoreError, WriteTx};
use tokio::time::Instant;

use super::repeats::{Bounds, Repeats, WhenFull, Window};
use super::writer::AuditWriter;

/// The most open windows of one user.
const KINDS: usize = 64;
/// The most open windows of all users.
const TOTAL: usize = 10_000;

/// Entries of a user are repeats if these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    action: AuditAction,
    address: Option<IpAddr>,
    /// Further details of the action, without those that differ each time.
    variant: String,
}

/// The windows of actions of users on their own account.
pub(super) struct AccountWindows {
    each: Repeats<UserName, Kind>,
    /// For users at the limit of `each`, or of reads.
    pub(super) aggregate: Repeats<UserName, AuditAction>,
}

/// An entry to write in the transaction of its action, unless it repeats an earlier one.
#[must_use = "it is neither written nor counted"]
pub(crate) struct AccountEntry {
    writer: Arc<AuditWriter>,
    window: Option<Arc<Window>>,
    is_first: bool,
    entry: AuditEntry,
}

impl AccountWindows {
    /// Windows that are open for `span`.
    pub(super) fn within(span: Duration) -> Self {
        let bounds = |per_caller, when_full| Bounds { span, per_caller, when_full, total: TOTAL };
        Self {
            each: Repeats::new(bounds(KINDS, WhenFull::Refuse)),
            aggregate: Repeats::new(bounds(KINDS, WhenFull::CloseOldest)),
        }
    }

    pub(super) fn take_closed(&self, over: Option<Instant>) -> Vec<AuditEntry> {
        let mut closed = self.each.take_closed(over);
        closed.extend(self.aggregate.take_closed(over));
        closed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each.is_empty() && self.aggregate.is_empty()
    }
}

/// The entry that counts actions over the limit, without what differs between them.
pub(super) fn aggregated(entry: AuditEntry) -> AuditEntry {
    let detail = match &*entry.detail {
        "" => "one of many".to_owned(),
        detail => format!("{detail}; one of many"),
    };
    AuditEntry { address: None, object: String::new(), detail, ..entry }
}

impl AuditWriter {
    /// Decides whether an action of `user` is written or counted. Call it inside the transaction of the action,
    /// of which there is one at a time.
    pub(crate) fn account_entry(
        self: &Arc<Self>,
        user: &UserName,
        variant: impl Into<String>,
        entry: AuditEntry,
    ) -> AccountEntry {
        let AuditEntry { action, address, .. } = entry;
        let kind = Kind { action, address, variant: variant.into() };
        let (windows, now) = (&self.account, Instant::now());
        let (window, entry) = match windows.each.window(user, &kind, now) {
            Some(window) => (Some(window), entry),
            None => (windows.aggregate.window(user, &action, now), aggregated(entry)),
        };
        if window.is_some() {
            self.opened.notify_one();
        }
        // There is no window only if all users aggregated are at their limit.
        let is_first = window.as_ref().is_none_or(|window| !window.first.initialized());
        AccountEntry { writer: Arc::clone(self), window, is_first, entry }
    }
}

impl AccountEntry {
    /// Appends the entry if it is the first of its kind.
    pub(crate) async fn write(&self, tx: &mut dyn WriteTx) -> Result<(), StoreError> {
        if self.is_first { tx.audit().append(&self.entry).await } else { Ok(()) }
    }

    /// Opens the window of a written entry for repeats, or counts a repeat. Called once the transaction is committed.
    pub(crate) fn committed(self) {
        let Self { writer, window, is_first, entry } = self;
        match window {
            Some(window) if is_first => {
                let _ = window.first.set(());
            }
            Some(window) if !window.count(&entry) => {
                // The window has closed meanwhile, so this entry is written on its own.
                writer.unwritten().push(entry);
                writer.opened.notify_one();
            }
            _ => {}
        }
    }
}
