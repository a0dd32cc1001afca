//! What was refused: the first refusal of its kind to a caller is written at once, those within the next
//! minute are one more entry.
//!
//! The trail is never cut, so nobody may make it grow as they like: not one caller who tries again and
//! again, and not many who come from everywhere. What is over the bound for all is counted together.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_core::quota::neighbourhood;
use haltere_core::{AuditAction, AuditEntry, UserName};
use tokio::time::Instant;

use super::pace::{Pace, TooFast};
use super::repeats::{Bounds, OneMore, Repeats};
use super::{NotWritten, Repeat, Trail};

/// So many refusals a user meets in a row before being told to slow down; after that, one more is let
/// through each time that many would fit into it.
const MINUTE: Duration = Duration::from_mins(1);

/// The most strangers, each with an entry of their own, within a minute.
const STRANGERS: usize = 300;

/// What of a kind: the same thing refused for the same reason.
type Kind = (AuditAction, String);

/// The windows of what was refused.
pub(super) struct Refusals {
    users: Repeats<UserName, Kind>,
    strangers: Repeats<Stranger, Kind>,
    /// For those who have no room in the others.
    crowd: Repeats<(), Kind>,
    pace: Pace,
    limited: AtomicU64,
}

/// Somebody who has not logged in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stranger {
    /// As typed, and cut.
    account: String,
    network: Option<IpAddr>,
}

impl Refusals {
    /// Windows that are open for `span`, for users who are refused so often a minute.
    pub(super) fn within(span: Duration, per_minute: u32) -> Self {
        let one_more = OneMore::ClosesTheOldest;
        let bounds = |of_a_caller, in_all| Bounds { span, of_a_caller, one_more, in_all };
        Self {
            users: Repeats::new(bounds(64, 10_000)),
            strangers: Repeats::new(bounds(8, STRANGERS)),
            crowd: Repeats::new(bounds(64, 64)),
            pace: Pace::new(per_minute, MINUTE),
            limited: AtomicU64::new(0),
        }
    }

    pub(super) fn take_closed(&self, over: Option<Instant>) -> Vec<AuditEntry> {
        let Self { users, strangers, crowd, .. } = self;
        let mut closed = users.take_closed(over);
        closed.extend(strangers.take_closed(over));
        closed.extend(crowd.take_closed(over));
        closed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.strangers.is_empty() && self.crowd.is_empty()
    }

    /// Counts a refusal to `user`; how long to wait when there were too many.
    fn keep_pace(&self, user: &UserName, now: Instant) -> Option<Duration> {
        let TooFast { retry_after, is_news } = self.pace.keep(user, now).err()?;
        self.limited.fetch_add(1, Ordering::Relaxed);
        if is_news {
            let user = user.as_str();
            tracing::warn!(user, "refused too often; answered with 429 for a while");
        }
        Some(retry_after)
    }
}

impl Trail {
    /// Writes or counts what was refused to a user for a role too low; `Some` when they have to wait
    /// before they are refused anything again.
    ///
    /// A refusal stays one when the trail can't be written.
    pub(crate) async fn append_refusal(
        self: &Arc<Self>,
        user: &UserName,
        entry: AuditEntry,
    ) -> Option<Duration> {
        let Refusals { users, .. } = &self.refusals;
        let kind = (entry.action, entry.detail.clone());
        let wait = self.refusals.keep_pace(user, Instant::now());
        let repeat = if wait.is_some() { Repeat::IsAll } else { Repeat::IsCounted };
        let written = match self.append_once(users, user, &kind, &entry, repeat, None).await {
            Ok(false) => self.append_to_crowd(&kind, entry).await,
            Ok(true) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            let error = &error as &dyn std::error::Error;
            // Of a disk that takes nothing the log knows.
            if self.store.trouble().is_none() {
                tracing::error!(error, "a refusal is missing in the audit trail");
            }
        }
        wait
    }

    /// Writes or counts that somebody who gave a wrong password was not let in.
    pub(crate) async fn append_failed_login(
        self: &Arc<Self>,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let account = entry.actor.clone();
        let stranger = Stranger { account, network: entry.address.map(neighbourhood) };
        let kind = (entry.action, entry.detail.clone());
        let (strangers, repeat) = (&self.refusals.strangers, Repeat::IsCounted);
        if self.append_once(strangers, &stranger, &kind, &entry, repeat, None).await? {
            return Ok(());
        }
        self.append_to_crowd(&kind, entry).await
    }

    /// Counts what is over the bound for all, without who it was.
    async fn append_to_crowd(
        self: &Arc<Self>,
        kind: &Kind,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let detail = format!("{}; of many callers", entry.detail);
        let (actor, object) = (String::new(), String::new());
        let entry = AuditEntry { actor, object, address: None, detail, ..entry };
        let crowd = &self.refusals.crowd;
        self.refusals.limited.fetch_add(1, Ordering::Relaxed);
        // There is room for every kind.
        self.append_once(crowd, &(), kind, &entry, Repeat::IsCounted, None).await.map(drop)
    }

    /// How many refusals were answered with 429, or counted together with those of others.
    pub(crate) fn limited_refusals(&self) -> u64 {
        self.refusals.limited.load(Ordering::Relaxed)
    }
}
