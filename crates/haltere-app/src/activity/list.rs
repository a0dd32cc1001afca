//! `GET /api/activity`

use haltere_core::{
    AuditEntry, AuditObjectKind, HistoryState, LabelSelector, StatusChange, Timestamp,
};
use haltere_link::{ChangePosition, LatestChanges};
use haltere_store::{AuditFilter, AuditRecord};

use super::{Activity, ActivityEntry, ActivityKind, ActivityPage, ActivityQuery};
use crate::audit_trail;
use crate::connections::{ListError, Snapshot};
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::policy::Action;

impl Activity {
    /// Lists what has changed, the newest first. What users did is only for callers who may see the audit trail. A page
    /// may have fewer entries than asked for, or none, and still not be the last.
    pub async fn list(&self, ctx: &Ctx, query: &ActivityQuery) -> Result<ActivityPage, ListError> {
        ctx.authorize(Action::ListActivity)?;
        let connections = self.fleet.registry.snapshot();
        // One more than the page has, to know whether there is another page.
        let limit = query.limit.get().saturating_add(1);
        let changes = self.changes(ctx, query, limit, &connections);
        let audited = self.audited(ctx, query, limit, &connections).await?;
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
        let readable = connections
            .entries()
            .iter()
            .filter(|entry| query.labels.matches(entry.labels()))
            .filter_map(|entry| entry.connection().ok());
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

    /// The first audit entries, from the store. Of those that are hidden or don't match, a bounded number is read.
    async fn audited(
        &self,
        ctx: &Ctx,
        query: &ActivityQuery,
        limit: usize,
        connections: &Snapshot,
    ) -> Result<Audited, Internal> {
        const OPERATION: &str = "read the audit trail";
        let has_labels = !query.labels.is_empty();
        let actions = match (query.kind, query.connection.is_some() || has_labels) {
            (Some(ActivityKind::Status | ActivityKind::Failures), _) => {
                return Ok(Audited::default());
            }
            (Some(kind), _) => Some(kind.actions()),
            // Users and plugins may have the same names as connections.
            (None, true) => Some(ActivityKind::Connections.actions()),
            (None, false) => None,
        };
        if !ctx.may(Action::ListAuditEntries) {
            return Ok(Audited::default());
        }
        // Labels are not in the trail: the entries of all connections are read, of which few may be selected.
        let limit = if has_labels { limit.max(SELECTED_FROM) } else { limit };
        // An index finds the entries of a user or an object, and none those with an action.
        let is_scan = actions.is_some() && query.user.is_none() && query.connection.is_none();
        let mut filter = AuditFilter {
            actor: query.user.clone(),
            object: query.connection.clone(),
            actions,
            since: query.since,
            until: query.until,
            before: query.after.as_ref().and_then(|after| after.audit),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            ..AuditFilter::default()
        };
        let mut read = self.store.read().await.context(OPERATION)?;
        let window = audit_trail::Window::of(read.audit(), &filter, is_scan).await;
        let audit_trail::Window { after, goes_on } = window.context(OPERATION)?;
        filter.after = after;
        let page = read.audit().list(&filter).await.context(OPERATION)?;
        let last = page.last().filter(|_| page.len() >= limit);
        let end = match (last, filter.after) {
            (Some(last), _) => Some(End { before: last.sequence, at: Some(last.entry.at) }),
            (None, Some(after)) if goes_on => Some(End { before: after + 1, at: None }),
            (None, _) => None,
        };
        let is_wanted = |record: &AuditRecord| {
            audit_trail::is_visible(ctx, record)
                && (!has_labels || is_selected(&query.labels, record, connections))
        };
        let records = page.into_iter().filter(is_wanted).collect();
        Ok(Audited { records, end })
    }
}

/// How many audit entries about connections a request reads at least, to find those about connections with some
/// labels.
const SELECTED_FROM: usize = 1_000;

/// What was read of the audit trail.
#[derive(Default)]
struct Audited {
    records: Vec<AuditRecord>,
    /// Where it was left off; `None` at the end of the trail.
    end: Option<End>,
}

/// Where reading the audit trail was left off.
struct End {
    /// What comes next is older than this sequence number …
    before: i64,
    /// … and not newer than this; `None` if there are only audit entries.
    at: Option<Timestamp>,
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

fn is_about_connection(entry: &AuditEntry) -> bool {
    entry.action.object_kind() == AuditObjectKind::Connection
}

/// Whether an entry is about a connection that has the labels now.
fn is_selected(
    labels: &LabelSelector,
    AuditRecord { entry, .. }: &AuditRecord,
    connections: &Snapshot,
) -> bool {
    let connection = connections.get(&entry.object).filter(|_| is_about_connection(entry));
    connection.is_some_and(|connection| labels.matches(connection.labels()))
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
    Audited { records, end }: Audited,
    connections: &Snapshot,
) -> ActivityPage {
    let mut changes = changes.into_iter().peekable();
    let mut audited = records.into_iter().peekable();
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
            continue;
        }
        // Older changes come after audit entries that are not read yet.
        let unread = end.as_ref().filter(|_| audited.peek().is_none()).and_then(|end| end.at);
        let is_next = |(position, _): &(ChangePosition, StatusChange)| {
            unread.is_none_or(|at| position.at >= at.as_millisecond())
        };
        if let Some((position, change)) = changes.next_if(is_next) {
            let connection = position.connection.clone();
            let name = connections.get(connection.as_str()).map_or("", |entry| entry.name());
            entries.push(ActivityEntry::Status { connection, name: name.to_owned(), change });
            next.change = Some(position);
        } else {
            break;
        }
    }
    let is_last = changes.peek().is_none() && audited.peek().is_none() && end.is_none();
    if let Some(end) = end.filter(|_| audited.peek().is_none()) {
        next.audit = Some(end.before);
    }
    ActivityPage { entries, next: (!is_last).then_some(next) }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use haltere_core::{AuditAction, Role};

    use super::*;
    use crate::audit;
    use crate::audit_trail::SCANNED;
    use crate::connections::Secrets;
    use crate::connections::fixture::{broken, new};
    use crate::testing::TestApp;

    /// A single old entry of the kind that is asked for, behind more others than a request goes through.
    #[tokio::test]
    async fn a_search_for_some_actions_goes_through_a_bounded_number_of_entries() {
        let (app, port) = (TestApp::start().await, broken());
        let admin = app.ctx(Role::Admin);
        app.app
            .connections()
            .create(&admin, new("a", port.url()), Secrets::Omit)
            .await
            .expect("new");
        let login =
            audit::done(Timestamp::UNIX_EPOCH, &admin, AuditAction::SessionLogin, "admin", "");
        let mut write = app.store.write().await.expect("a transaction");
        let logins = vec![login; usize::try_from(SCANNED).expect("it fits")];
        write.audit().append_many(&logins).await.expect("appended");
        write.commit().await.expect("stored");

        let mut query = ActivityQuery {
            kind: Some(ActivityKind::Connections),
            user: None,
            connection: None,
            labels: LabelSelector::default(),
            since: None,
            until: None,
            limit: NonZeroUsize::new(10).expect("not 0"),
            after: None,
        };
        let first = app.app.activity().list(&admin, &query).await.expect("a page");
        assert_eq!(first.entries, []);
        query.after = Some(first.next.expect("it goes on"));
        let second = app.app.activity().list(&admin, &query).await.expect("a page");
        assert_eq!((second.entries.len(), second.next), (1, None));
    }
}
