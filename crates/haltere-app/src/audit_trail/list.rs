//! `GET /api/audit`

use haltere_core::{AuditAction, AuditObjectKind};
use haltere_store::{AuditFilter, AuditReads, AuditRecord, StoreError};

use super::{AuditCursor, AuditPage, AuditQuery, AuditTrail, NumberedEntry};
use crate::connections::ListError;
use crate::ctx::Ctx;
use crate::error::ErrorContext as _;
use crate::groups::GROUP_CONNECTIONS;
use crate::policy::{Action, Principal};

/// How many entries a request goes through in search of those that match.
pub(crate) const SCANNED: u32 = 20_000;

impl AuditTrail {
    /// Lists entries, the newest first. A page may have fewer entries than its limit, or none, and still not be the
    /// last one: a request goes through a bounded number of entries, and those about hidden connections are left out.
    pub async fn list(&self, ctx: &Ctx, query: &AuditQuery) -> Result<AuditPage, ListError> {
        const OPERATION: &str = "read the audit trail";
        ctx.authorize(Action::ListAuditEntries)?;
        // With a token, the actor is that token; without one, it is the user with whatever token.
        let is_of_token = |actor: &&String| actor.contains(Principal::TOKEN_MARK);
        let mut filter = AuditFilter {
            actor: query.actor.as_ref().filter(is_of_token).cloned(),
            user: query.actor.as_ref().filter(|actor| !is_of_token(actor)).cloned(),
            object: query.object.clone(),
            actions: actions(query),
            outcome: query.outcome,
            address: query.address,
            request_id: query.request_id.clone(),
            text: query.text.clone(),
            since: query.since,
            until: query.until,
            before: query.after.map(|after| after.before),
            after: None,
            is_oldest_first: false,
            limit: query.limit.get(),
        };
        let mut read = self.store.read().await.context(OPERATION)?;
        let window = Window::of(read.audit(), &filter, is_scan(&filter)).await;
        let Window { after, goes_on } = window.context(OPERATION)?;
        filter.after = after;
        let records = read.audit().list(&filter).await.context(OPERATION)?;
        let is_full = records.len() >= query.limit.get() as usize;
        let next = match (records.last().filter(|_| is_full), filter.after) {
            (Some(last), _) => Some(last.sequence),
            (None, Some(after)) if goes_on => Some(after + 1),
            (None, _) => None,
        };
        let visible = records.into_iter().filter(|record| is_visible(ctx, record));
        let entries = visible.map(|AuditRecord { sequence, entry, link }| NumberedEntry {
            sequence,
            entry,
            link,
        });
        // The first entry of all has the number 1.
        let next = next.filter(|before| *before > 1).map(|before| AuditCursor { before });
        Ok(AuditPage { entries: entries.collect(), next })
    }
}

/// The selected actions, directly or by the kind of their object.
fn actions(query: &AuditQuery) -> Option<Vec<AuditAction>> {
    let of_kind = query.object_kind.map(|kind| kind.actions().collect::<Vec<_>>());
    match (of_kind, query.actions.clone()) {
        (Some(of_kind), Some(asked)) => {
            Some(of_kind.into_iter().filter(|action| asked.contains(action)).collect())
        }
        (Some(actions), None) | (None, Some(actions)) => Some(actions),
        (None, None) => None,
    }
}

/// Whether entries have to be looked at in search of those that match: an index finds those of an actor, and those about
/// an object.
fn is_scan(filter: &AuditFilter) -> bool {
    let AuditFilter {
        actor,
        user,
        object,
        actions,
        outcome,
        address,
        request_id,
        text,
        since: _,
        until,
        before: _,
        after: _,
        is_oldest_first: _,
        limit: _,
    } = filter;
    // An index finds either of them.
    let is_both = (actor.is_some() || user.is_some()) && object.is_some();
    is_both
        || actions.is_some()
        || outcome.is_some()
        || address.is_some()
        || request_id.is_some()
        || text.is_some()
        || until.is_some()
}

/// Which entries a request looks at.
pub(crate) struct Window {
    /// Those after this sequence number; `None` for all.
    pub(crate) after: Option<i64>,
    /// Whether older ones may match, too.
    pub(crate) goes_on: bool,
}

impl Window {
    /// Of those that the filter may select; of a bounded number if they have to be looked at in search of those that match.
    pub(crate) async fn of(
        audit: &mut dyn AuditReads,
        filter: &AuditFilter,
        is_scan: bool,
    ) -> Result<Self, StoreError> {
        let all = Self { after: None, goes_on: false };
        let lowest = match filter.since {
            None if !is_scan => return Ok(all),
            None => Some(0),
            Some(since) => audit.first_since(since, SCANNED).await?.map(|first| first - 1),
        };
        if let Some(lowest) = lowest.filter(|_| !is_scan) {
            return Ok(Self { after: Some(lowest), goes_on: false });
        }
        let newest = AuditFilter { before: filter.before, limit: 1, ..AuditFilter::default() };
        let Some(newest) = audit.list(&newest).await?.pop() else { return Ok(all) };
        let (start, lowest) = (newest.sequence - i64::from(SCANNED), lowest.unwrap_or(0));
        Ok(Self { after: Some(start.max(lowest)), goes_on: start > lowest })
    }
}

/// Entries about a hidden connection are hidden as well, and so are those that may name one. To a limited token, so is
/// everything but connections.
pub(crate) fn is_visible(ctx: &Ctx, AuditRecord { entry, .. }: &AuditRecord) -> bool {
    if ctx.visibility().is_all() {
        return true;
    }
    match entry.action.object_kind() {
        AuditObjectKind::Connection => ctx.visibility().covers(&entry.object),
        // A token for some connections has nothing to do with the rest.
        _ if ctx.visibility().is_limited() => false,
        AuditObjectKind::Group => {
            entry.changes.iter().all(|change| change.field != GROUP_CONNECTIONS)
        }
        AuditObjectKind::Session
        | AuditObjectKind::User
        | AuditObjectKind::Token
        | AuditObjectKind::Plugin
        | AuditObjectKind::Installation => true,
    }
}
