//! `GET /api/activity`

use haltere_core::{AuditEntry, HistoryState, StatusChange};
use haltere_link::LatestChanges;
use haltere_store::{AuditFilter, AuditRecord};

use super::{Activity, ActivityEntry, ActivityKind, ActivityPage, ActivityQuery};
use crate::connections::{ListError, Snapshot};
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::policy::Action;

impl Activity {
    /// Lists what has changed, the newest first. What users did is only for callers who may see the audit trail.
    pub async fn list(&self, ctx: &Ctx, query: &ActivityQuery) -> Result<ActivityPage, ListError> {
        ctx.authorize(Action::ListActivity)?;
        let connections = self.fleet.registry.snapshot();
        // One more than the page has, to know whether there is another page.
        let limit = query.limit.get().saturating_add(1);
        let changes = self.changes(ctx, query, limit, &connections);
        let audited = self.audited(ctx, query, limit).await?;
        Ok(merge(query, changes, audited, &connections))
    }

    /// The first status changes, from memory.
    fn changes(
        &self,
        ctx: &Ctx,
        query: &ActivityQuery,
        limit: usize,
        connections: &Snapshot,
    ) -> LatestChanges {
        let is_wanted_kind =
            matches!(query.kind, None | Some(ActivityKind::Status | ActivityKind::Failures));
        if !is_wanted_kind || query.user.is_some() {
            return LatestChanges::new();
        }
        let readable = connections.entries().iter().filter_map(|entry| entry.connection().ok());
        let ids: Vec<_> = readable
            .map(|connection| &connection.id)
            .filter(|id| query.connection.as_deref().is_none_or(|asked| asked == id.as_str()))
            .filter(|id| ctx.visibility().covers(id.as_str()))
            .collect();
        let after = query.after.as_ref().and_then(|after| after.change.as_ref());
        let is_wanted = |change: &StatusChange| {
            is_event(change)
                && (query.kind != Some(ActivityKind::Failures) || change.failure.is_some())
                && query.since.is_none_or(|since| change.at >= since)
                && query.until.is_none_or(|until| change.at <= until)
        };
        self.fleet.supervisor.latest_changes(&ids, limit, after, &is_wanted)
    }

    /// The first audit entries, from the store.
    async fn audited(
        &self,
        ctx: &Ctx,
        query: &ActivityQuery,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, Internal> {
        const OPERATION: &str = "read the audit trail";
        let actions = match (query.kind, query.connection.is_some()) {
            (Some(ActivityKind::Status | ActivityKind::Failures), _) => return Ok(Vec::new()),
            (Some(kind), _) => Some(kind.actions()),
            // Users and plugins may have the same names as connections.
            (None, true) => Some(ActivityKind::Connections.actions()),
            (None, false) => None,
        };
        if !ctx.may(Action::ListAuditEntries) {
            return Ok(Vec::new());
        }
        let mut filter = AuditFilter {
            actor: query.user.clone(),
            object: query.connection.clone(),
            actions,
            since: query.since,
            until: query.until,
            before: query.after.as_ref().and_then(|after| after.audit),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let mut read = self.store.read().await.context(OPERATION)?;
        let mut records = Vec::new();
        loop {
            let page = read.audit().list(&filter).await.context(OPERATION)?;
            let is_last = page.len() < limit;
            filter.before = page.last().map(|record| record.sequence);
            records.extend(page.into_iter().filter(|record| is_visible(ctx, record)));
            if is_last || records.len() >= limit {
                records.truncate(limit);
                return Ok(records);
            }
        }
    }
}

/// Whether people would call it a change. These are none: an attempt has begun, haltere did not run, or it found a
/// state unchanged when it ran again.
fn is_event(change: &StatusChange) -> bool {
    let is_state = match change.state {
        HistoryState::Online | HistoryState::Waiting | HistoryState::Idle => true,
        HistoryState::Connecting | HistoryState::Unobserved => false,
    };
    is_state && change.since.at() >= change.at
}

/// Entries about a hidden connection are hidden as well.
fn is_visible(ctx: &Ctx, AuditRecord { entry, .. }: &AuditRecord) -> bool {
    !is_about_connection(entry)
        || ctx.visibility().is_all()
        || ctx.visibility().covers(&entry.object)
}

fn is_about_connection(entry: &AuditEntry) -> bool {
    entry.action.as_str().starts_with("connection.")
}

/// The name of the connection that an entry is about.
fn name_of(entry: &AuditEntry, connections: &Snapshot) -> Option<String> {
    let connection = connections.get(&entry.object).filter(|_| is_about_connection(entry))?;
    Some(connection.name().to_owned())
}

/// The newest of both lists, each of which is in its order.
fn merge(
    query: &ActivityQuery,
    changes: LatestChanges,
    audited: Vec<AuditRecord>,
    connections: &Snapshot,
) -> ActivityPage {
    let mut changes = changes.into_iter().peekable();
    let mut audited = audited.into_iter().peekable();
    let mut entries = Vec::new();
    let mut next = query.after.clone().unwrap_or_default();
    while entries.len() < query.limit.get() {
        // An action comes before its effect: of two entries of the same time, the change of a link is the newer one.
        let is_newer = |record: &AuditRecord| {
            let at = record.entry.at.as_millisecond();
            changes.peek().is_none_or(|(position, _)| position.at < at)
        };
        if let Some(record) = audited.next_if(is_newer) {
            next.audit = Some(record.sequence);
            let name = name_of(&record.entry, connections);
            entries.push(ActivityEntry::Audit { entry: record.entry, name });
        } else if let Some((position, change)) = changes.next() {
            let connection = position.connection.clone();
            let name = connections.get(connection.as_str()).map_or("", |entry| entry.name());
            entries.push(ActivityEntry::Status { connection, name: name.to_owned(), change });
            next.change = Some(position);
        } else {
            break;
        }
    }
    let is_last = changes.peek().is_none() && audited.peek().is_none();
    ActivityPage { entries, next: (!is_last).then_some(next) }
}
