//! What was refused: the first refusal of its kind to a caller is written at once, those within the next
//! minute are one more entry.
//!
//! The trail is never cut, so nobody may make it grow as they like: not one caller who tries again and
//! again, and not many who come from everywhere. What is over the bound for all is counted together.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_core::shares::neighbourhood;
use haltere_core::{AuditAction, AuditEntry, UserName};
use tokio::time::Instant;

use super::repeats::{Bounds, Repeats};
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
    /// After how long one more refusal is let through.
    interval: Duration,
    pace: Mutex<HashMap<UserName, Pace>>,
    limited: AtomicU64,
}

/// Somebody who has not logged in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stranger {
    /// As typed, and cut.
    account: String,
    network: Option<IpAddr>,
}

/// How fast a user is refused.
struct Pace {
    /// When all is forgotten.
    empty_at: Instant,
    /// It is in the log that the user is too fast.
    is_told: bool,
}

impl Refusals {
    /// Windows that are open for `span`, for users who are refused so often a minute.
    pub(super) fn within(span: Duration, per_minute: u32) -> Self {
        let bounds = |of_a_caller, in_all| Bounds { span, of_a_caller, in_all };
        Self {
            users: Repeats::new(bounds(64, 10_000)),
            strangers: Repeats::new(bounds(8, STRANGERS)),
            crowd: Repeats::new(bounds(64, 64)),
            interval: MINUTE / per_minute.max(1),
            pace: Mutex::default(),
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

    pub(super) fn span(&self) -> Duration {
        self.users.span()
    }

    /// Counts a refusal to `user`; how long to wait when there were too many.
    fn keep_pace(&self, user: &UserName, now: Instant) -> Option<Duration> {
        let mut paces = self.pace.lock();
        // Those who waited long enough are as good as unknown, so there are never more than were just here.
        if paces.len() >= 1_000 && !paces.contains_key(user) {
            paces.retain(|_, pace| pace.empty_at > now);
        }
        let pace =
            paces.entry(user.clone()).or_insert_with(|| Pace { empty_at: now, is_told: false });
        if pace.empty_at <= now {
            *pace = Pace { empty_at: now, is_told: false };
        }
        let next = pace.empty_at + self.interval;
        let excess = next.saturating_duration_since(now + MINUTE);
        if excess.is_zero() {
            pace.empty_at = next;
            return None;
        }
        self.limited.fetch_add(1, Ordering::Relaxed);
        if !std::mem::replace(&mut pace.is_told, true) {
            let user = user.as_str();
            tracing::warn!(user, "refused too often; answered with 429 for a while");
        }
        Some(Duration::from_secs(excess.as_secs() + 1))
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
        let written = match self.append_once(users, user, &kind, &entry, repeat).await {
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
        let Refusals { strangers, .. } = &self.refusals;
        if self.append_once(strangers, &stranger, &kind, &entry, Repeat::IsCounted).await? {
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
        self.append_once(crowd, &(), kind, &entry, Repeat::IsCounted).await.map(drop)
    }

    /// How many refusals were answered with 429, or counted together with those of others.
    pub(crate) fn limited_refusals(&self) -> u64 {
        self.refusals.limited.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_refused_so_often_in_a_row_and_then_so_fast() {
        const BURST: u32 = 120;
        let (refusals, start) = (Refusals::within(MINUTE, BURST), Instant::now());
        let interval = Duration::from_millis(500);
        let second = Some(Duration::from_secs(1));
        let user = |name: &str| UserName::parse(name).unwrap();
        let (ada, eve) = (user("ada"), user("eve"));
        for _ in 0..BURST {
            assert_eq!(refusals.keep_pace(&ada, start), None);
        }
        assert_eq!(refusals.keep_pace(&ada, start), second);
        assert_eq!(refusals.keep_pace(&ada, start), second, "trying again costs nothing");
        assert_eq!(refusals.keep_pace(&eve, start), None, "somebody else is somebody else");
        let later = start + interval;
        assert_eq!(refusals.keep_pace(&ada, later), None);
        assert_eq!(refusals.keep_pace(&ada, later), second);
        assert_eq!(refusals.limited.load(Ordering::Relaxed), 3);
        let much_later = later + MINUTE;
        for _ in 0..BURST {
            assert_eq!(refusals.keep_pace(&ada, much_later), None);
        }
        assert!(refusals.keep_pace(&ada, much_later).is_some());
    }
}
