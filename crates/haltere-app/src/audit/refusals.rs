//! Refusals: the first of its kind to a caller is written at once, and repeats within the next minute become one
//! more entry.
//!
//! Neither one client that repeats its requests nor many clients at many addresses may make the trail grow without
//! limit. Refusals over the limit for all clients are counted aggregated.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use haltere_core::quota::network_of;
use haltere_core::{AuditAction, AuditEntry, UserName};
use tokio::time::Instant;

use super::entry::Actor;
use super::repeats::{Bounds, Repeats, WhenFull};
use super::user_rate_limit::{RateExceeded, UserRateLimit};
use super::writer::{AuditWriter, NotWritten, Repeat};
use crate::ctx::Ctx;

/// The period of the rate of refusals per user.
const MINUTE: Duration = Duration::from_mins(1);

/// The most open windows of unauthenticated clients.
const UNAUTHENTICATED: usize = 300;

/// Refusals are repeats if the action and the reason are equal.
type Kind = (AuditAction, String);

/// The windows of refusals.
pub(super) struct Refusals {
    users: Repeats<Actor, Kind>,
    clients: Repeats<LoginClient, Kind>,
    /// For clients at the limit of the others.
    overflow: Repeats<(), Kind>,
    rate: UserRateLimit,
    limited: AtomicU64,
}

/// A client that has not logged in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LoginClient {
    /// The account as typed, truncated.
    account: String,
    network: Option<IpAddr>,
}

impl Refusals {
    /// Windows that are open for `span`; a user may be refused `per_minute` times a minute.
    pub(super) fn within(span: Duration, per_minute: u32) -> Self {
        let when_full = WhenFull::CloseOldest;
        let bounds = |per_caller, total| Bounds { span, per_caller, when_full, total };
        Self {
            users: Repeats::new(bounds(64, 10_000)),
            clients: Repeats::new(bounds(8, UNAUTHENTICATED)),
            overflow: Repeats::new(bounds(64, 64)),
            rate: UserRateLimit::new(per_minute, MINUTE),
            limited: AtomicU64::new(0),
        }
    }

    pub(super) fn take_closed(&self, over: Option<Instant>) -> Vec<AuditEntry> {
        let Self { users, clients, overflow, .. } = self;
        let mut closed = users.take_closed(over);
        closed.extend(clients.take_closed(over));
        closed.extend(overflow.take_closed(over));
        closed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.clients.is_empty() && self.overflow.is_empty()
    }

    /// Counts a refusal to `user`; returns how long to wait if there were too many.
    fn check_rate(&self, user: &UserName, now: Instant) -> Option<Duration> {
        let RateExceeded { retry_after, is_first_refusal } = self.rate.check(user, now).err()?;
        self.limited.fetch_add(1, Ordering::Relaxed);
        if is_first_refusal {
            let user = user.as_str();
            tracing::warn!(user, "refused too often; answered with 429 for a while");
        }
        Some(retry_after)
    }
}

impl AuditWriter {
    /// Writes or counts the refusal of an action to a user or a token; `Some` with the time to wait
    /// if there were too many.
    ///
    /// The action stays refused if the trail can't be written.
    pub(crate) async fn append_refusal(
        self: &Arc<Self>,
        ctx: &Ctx,
        entry: AuditEntry,
    ) -> Option<Duration> {
        let Refusals { users, .. } = &self.refusals;
        let (actor, user) = (Actor::of(ctx), ctx.answerable());
        let kind = (entry.action, entry.detail.clone());
        let wait = self.refusals.check_rate(user, Instant::now());
        let repeat = if wait.is_some() { Repeat::CountFirst } else { Repeat::Count };
        let written = match self.append_once(users, &actor, &kind, &entry, repeat, None).await {
            Ok(false) => self.append_to_overflow(&kind, entry).await,
            Ok(true) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            let error = &error as &dyn std::error::Error;
            // A disk in trouble is logged elsewhere.
            if self.store.trouble().is_none() {
                tracing::error!(error, "a refusal is missing in the audit trail");
            }
        }
        wait
    }

    /// Writes or counts a failed login.
    pub(crate) async fn append_failed_login(
        self: &Arc<Self>,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let account = entry.actor.clone();
        let client = LoginClient { account, network: entry.address.map(network_of) };
        let kind = (entry.action, entry.detail.clone());
        let (clients, repeat) = (&self.refusals.clients, Repeat::Count);
        if self.append_once(clients, &client, &kind, &entry, repeat, None).await? {
            return Ok(());
        }
        self.append_to_overflow(&kind, entry).await
    }

    /// Counts a refusal over the limit, without the client.
    async fn append_to_overflow(
        self: &Arc<Self>,
        kind: &Kind,
        entry: AuditEntry,
    ) -> Result<(), NotWritten> {
        let detail = format!("{}; of many callers", entry.detail);
        let (actor, object) = (String::new(), String::new());
        let entry = AuditEntry { actor, object, address: None, detail, ..entry };
        let overflow = &self.refusals.overflow;
        self.refusals.limited.fetch_add(1, Ordering::Relaxed);
        // There is a window for every kind.
        self.append_once(overflow, &(), kind, &entry, Repeat::Count, None).await.map(drop)
    }

    /// The number of refusals that were answered with 429 or counted aggregated with those of other clients.
    pub(crate) fn limited_refusals(&self) -> u64 {
        self.refusals.limited.load(Ordering::Relaxed)
    }
}
