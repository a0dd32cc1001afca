//! `GET /api/connections`

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use haltere_core::ConnectionId;
use haltere_link::StatusVersion;

use super::Connections;
use super::cursor::Cursor;
use super::entry::Entry;
use super::query::ListQuery;
use super::registry::Snapshot;
use super::view::{
    AUDITING, ConnectionView, Secrets, current, secrets_were_read, shows_certificates,
};
use super::view_text::Fields;
use crate::audit::Content;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::policy::{Action, Resource, Visibility};

/// A version of what lists of connections show: a list that was made of a [`Listing`] of the present version
/// is up to date. The registry counts the changes of what is stored, and the table of statuses those of
/// statuses, each together with the change itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    stored: u64,
    statuses: StatusVersion,
}

/// A list of connections. Cheap to make and to clone: nothing is copied and no status looked up
/// until [`Connections::views`] is asked for them.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Never newer than the list, because the statuses are read later.
    pub version: Version,
    /// In the order they were created.
    pub entries: Arc<[Arc<Entry>]>,
    /// Whether these are all connections that are stored, so that callers with the same rights can share a body.
    pub is_complete: bool,
    /// Whether the caller may see secrets in `entries`: see [`Listing::fields_of`].
    pub secrets: bool,
    /// Whether certificates in `entries` are shown to the caller: see [`Listing::fields_of`].
    pub certificates: bool,
    /// On which of them the caller may do what.
    visibility: Visibility,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
    /// Of what is stored: two listings with the same query and generation hold the same secrets.
    pub(super) generation: u64,
}

/// Why listing failed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The read of secrets could not be written to the audit trail, so there is no answer.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Connections {
    /// Lists connections. With [`Secrets::Include`], for a caller who may see them, and when there
    /// are secrets in the list, the read is audited first.
    pub async fn list(
        &self,
        ctx: &Ctx,
        query: &ListQuery,
        secrets: Secrets,
    ) -> Result<Listing, ListError> {
        self.authorizer.authorize(ctx, Action::ListConnections, Resource::Instance).await?;
        let (secrets, certificates) = (self.shows_secrets(ctx, secrets), shows_certificates(ctx));
        let listing = self.listing(ctx.visibility(), query, secrets, certificates);
        self.audit_listing(ctx, query, &listing).await?;
        Ok(listing)
    }

    /// Some of the entries of a list with their status, as of now.
    pub fn views(&self, listing: &Listing, which: Range<usize>) -> Vec<ConnectionView> {
        let entries = listing.entries.get(which).unwrap_or_default();
        let readable = entries.iter().filter_map(|entry| entry.connection().ok());
        let ids: Vec<_> = readable.map(|connection| &connection.id).collect();
        let mut observed = self.fleet.supervisor.statuses_of(&ids).into_iter();
        let mut view = |entry: &Arc<Entry>, fields: Fields| ConnectionView {
            entry: Arc::clone(entry),
            status: entry.connection().ok().zip(entry.spec()).map(|(connection, spec)| {
                // In the same order: those that can be read.
                current(connection, spec.revision, observed.next().flatten())
            }),
            secrets: fields.secrets,
            certificates: fields.certificates,
        };
        entries.iter().map(|entry| view(entry, listing.fields_of(entry))).collect()
    }

    /// The version of a list that is read now.
    pub fn version(&self) -> Version {
        self.version_of(&self.fleet.registry.snapshot())
    }

    fn version_of(&self, snapshot: &Snapshot) -> Version {
        let statuses = self.fleet.supervisor.status_version();
        Version { stored: snapshot.generation(), statuses }
    }

    /// All connections, for the response to a change of one of them; only that one for a token that may not list them. The
    /// caller has audited it.
    pub(super) fn all(&self, ctx: &Ctx, secrets: bool, changed: &ConnectionId) -> Listing {
        // Who may change connections sees their certificates.
        let all = self.listing(ctx.visibility(), &ListQuery::default(), secrets, true);
        if ctx.may(Action::ListConnections) {
            return all;
        }
        let entries = all.entries.iter().filter(|entry| entry.id() == changed.as_str());
        Listing { entries: entries.cloned().collect(), is_complete: false, ..all }
    }

    fn listing(
        &self,
        visibility: &Visibility,
        query: &ListQuery,
        secrets: bool,
        certificates: bool,
    ) -> Listing {
        let snapshot = self.fleet.registry.snapshot();
        let version = self.version_of(&snapshot);
        let generation = snapshot.generation();
        if *query == ListQuery::default() && visibility.is_all() {
            let (entries, next) = (Arc::clone(snapshot.entries()), None);
            let is_complete = true;
            return Listing {
                version,
                entries,
                is_complete,
                secrets,
                certificates,
                visibility: Visibility::ALL,
                next,
                generation,
            };
        }
        let from = query.after.as_ref().map_or(0, |cursor| cursor.position(&snapshot));
        let text = query.text.as_deref().map(str::to_lowercase);
        let mut found = snapshot.entries()[from..]
            .iter()
            .filter(|entry| visibility.covers(entry.id()))
            .filter(|entry| query.state.covers(entry.intent()))
            .filter(|entry| query.labels.matches(entry.labels()))
            .filter(|entry| text.as_deref().is_none_or(|text| mentions(entry, text)));
        let limit = query.limit.map_or(usize::MAX, NonZeroUsize::get);
        let entries: Vec<_> = found.by_ref().take(limit).cloned().collect();
        let more = found.next().is_some();
        let next = entries.last().filter(|_| more).map(|entry| Cursor::after(entry));
        let (entries, is_complete) = (entries.into(), false);
        let visibility = visibility.clone();
        Listing {
            version,
            entries,
            is_complete,
            secrets,
            certificates,
            visibility,
            next,
            generation,
        }
    }

    /// Makes sure that a read of the secrets in a list is audited, if it contains any.
    pub(super) async fn audit_listing(
        &self,
        ctx: &Ctx,
        query: &ListQuery,
        listing: &Listing,
    ) -> Result<(), Internal> {
        let shows = |entry: &Entry| listing.fields_of(entry).secrets && entry.has_secrets();
        if !listing.entries.iter().any(|entry| shows(entry)) {
            return Ok(());
        }
        let (query, visibility) = (query.clone(), ctx.visibility().clone());
        let content = Content::Connections { query, visibility, generation: listing.generation };
        let look = secrets_were_read(self.now(), ctx, "");
        self.audit.append_read(ctx, content, look).await.context(AUDITING)
    }
}

impl Listing {
    /// What is shown of all entries of a complete list.
    pub fn fields(&self) -> Fields {
        Fields { secrets: self.secrets, certificates: self.certificates }
    }

    /// What is shown of one entry.
    pub fn fields_of(&self, entry: &Entry) -> Fields {
        let allows = |action| self.visibility.allows(action, entry.id());
        Fields {
            secrets: self.secrets && allows(Action::ReadConnectionSecrets),
            certificates: self.certificates && allows(Action::UpdateConnection),
        }
    }
}

/// `text` is in lower case.
fn mentions(entry: &Entry, text: &str) -> bool {
    [entry.id(), entry.name(), entry.url()].iter().any(|it| it.to_lowercase().contains(text))
}

#[cfg(test)]
mod tests {
    use haltere_core::{AuditAction, Role};
    use haltere_store::AuditFilter;
    use haltere_testkit::MockClock;
    use haltere_testkit::builders::login;

    use super::super::StateFilter;
    use super::super::fixture::{broken, id, new};
    use super::*;
    use crate::app::SecretsPolicy;
    use crate::testing::TestApp;

    fn ids(listing: &Listing) -> Vec<&str> {
        listing.entries.iter().map(|entry| entry.id()).collect()
    }

    async fn with_five() -> TestApp {
        let app = TestApp::start().await;
        let ctx = app.ctx(Role::Admin);
        let port = broken();
        for n in 1..=5 {
            let mut new = new(&format!("c{n}"), port.url());
            if n == 3 {
                new.settings.credentials = login("user", "hunter2");
            }
            app.app.connections().create(&ctx, new, Secrets::Omit).await.expect("new");
        }
        app.app.connections().disconnect(&ctx, &id("c4"), Secrets::Omit).await.expect("there");
        app
    }

    #[tokio::test]
    async fn filters_and_pages() {
        let app = with_five().await;
        let ctx = app.ctx(Role::Viewer);
        let list = async |query: ListQuery| {
            app.app.connections().list(&ctx, &query, Secrets::Omit).await.expect("allowed")
        };
        assert_eq!(ids(&list(ListQuery::default()).await), ["c1", "c2", "c3", "c4", "c5"]);
        let inactive = ListQuery { state: StateFilter::Inactive, ..ListQuery::default() };
        assert_eq!(ids(&list(inactive).await), ["c4"]);
        let active = ListQuery { state: StateFilter::Active, ..ListQuery::default() };
        assert_eq!(ids(&list(active.clone()).await), ["c1", "c2", "c3", "c5"]);
        let text = ListQuery { text: Some("NAME OF C2".to_owned()), ..ListQuery::default() };
        assert_eq!(ids(&list(text).await), ["c2"]);

        let limit = NonZeroUsize::new(2);
        let first = list(ListQuery { limit, ..active.clone() }).await;
        assert_eq!(ids(&first), ["c1", "c2"]);
        let after = first.next.clone();
        app.app
            .connections()
            .delete(&app.ctx(Role::Admin), &id("c2"), Secrets::Omit)
            .await
            .expect("there");
        let second = list(ListQuery { limit, after, ..active }).await;
        assert_eq!(ids(&second), ["c3", "c5"], "also when the last one seen is gone");
        assert_eq!(second.next, None);
    }

    #[tokio::test]
    async fn of_connections_as_old_as_a_deleted_one_none_is_passed_over() {
        let app = TestApp::start_with(|config| config.clock = Arc::new(MockClock::now_frozen()));
        let (app, port) = (app.await, broken());
        let ctx = app.ctx(Role::Admin);
        for id in ["a", "b"] {
            app.app
                .connections()
                .create(&ctx, new(id, port.url()), Secrets::Omit)
                .await
                .expect("new");
        }
        let first = ListQuery { limit: NonZeroUsize::new(1), ..ListQuery::default() };
        let page = app.app.connections().list(&ctx, &first, Secrets::Omit).await.expect("allowed");
        assert_eq!(ids(&page), ["a"]);
        app.app.connections().delete(&ctx, &id("a"), Secrets::Omit).await.expect("there");
        let second = ListQuery { after: page.next, ..first };
        let page = app.app.connections().list(&ctx, &second, Secrets::Omit).await.expect("allowed");
        assert_eq!(ids(&page), ["b"]);
    }

    #[tokio::test]
    async fn reading_secrets_is_for_few_and_audited() {
        let app = with_five().await;
        let query = ListQuery::default();
        let reads = async || {
            let trail = app.audit().await;
            trail.into_iter().filter(|line| line.contains("read_secrets")).collect::<Vec<_>>()
        };
        for (role, secrets, shown) in [
            (Role::Editor, Secrets::Include, false),
            (Role::Viewer, Secrets::Include, false),
            (Role::Admin, Secrets::Omit, false),
            (Role::ConnectionManager, Secrets::Include, true),
        ] {
            let listing = app.app.connections().list(&app.ctx(role), &query, secrets).await;
            assert_eq!(listing.expect("allowed").secrets, shown, "{role} {secrets:?}");
        }
        assert_eq!(reads().await, ["connectionManager connection.read_secrets  success"]);

        let harmless = ListQuery { text: Some("c1".to_owned()), ..ListQuery::default() };
        app.app
            .connections()
            .list(&app.ctx(Role::Admin), &harmless, Secrets::Include)
            .await
            .unwrap();
        app.app
            .connections()
            .get(&app.ctx(Role::Admin), &id("c1"), Secrets::Include)
            .await
            .unwrap();
        assert_eq!(reads().await.len(), 1, "there was no secret to read");
        app.app
            .connections()
            .get(&app.ctx(Role::Admin), &id("c3"), Secrets::Include)
            .await
            .unwrap();
        assert_eq!(reads().await[0], "admin connection.read_secrets c3 success");

        let ctx = app.ctx(Role::MonitoringViewer);
        let refused = app.app.connections().list(&ctx, &query, Secrets::Omit);
        assert!(matches!(refused.await, Err(ListError::NotAllowed(_))));
    }

    /// The number of audited reads of secrets.
    #[tokio::test]
    async fn repeated_reads_of_secrets_are_one_entry_and_a_sum() {
        let app = with_five().await;
        let admin = app.ctx(Role::Admin);
        let list = async |query: ListQuery| {
            app.app.connections().list(&admin, &query, Secrets::Include).await.expect("allowed");
        };
        let get = async || {
            app.app.connections().get(&admin, &id("c3"), Secrets::Include).await.expect("there");
        };
        let some = ListQuery { text: Some("c3".to_owned()), ..ListQuery::default() };
        for _ in 0..3 {
            list(ListQuery::default()).await;
            list(some.clone()).await;
            get().await;
        }
        let reads = async |app: &TestApp| {
            let filter = AuditFilter { limit: 1000, ..AuditFilter::default() };
            let trail = app.store.read().await.unwrap().audit().list(&filter).await.unwrap();
            let trail = trail.into_iter().rev().map(|record| record.entry);
            let reads = trail.filter(|it| it.action == AuditAction::ConnectionReadSecrets);
            reads
                .map(|it| (it.object, it.repeats.map_or(1, |it| it.times)))
                .collect::<Vec<(String, u64)>>()
        };
        let entry = |object: &str, times| (object.to_owned(), times);
        assert_eq!(reads(&app).await, [entry("", 1), entry("", 1), entry("c3", 1)]);

        // A change of another connection makes a new list, but not a new text of this one.
        app.app.connections().disconnect(&admin, &id("c5"), Secrets::Omit).await.expect("there");
        list(ListQuery::default()).await;
        get().await;
        assert_eq!(reads(&app).await[3..], [entry("", 1)]);
        // A change of this connection is in its next response.
        app.app.connections().disconnect(&admin, &id("c3"), Secrets::Include).await.expect("there");
        get().await;
        assert_eq!(reads(&app).await[4..], [entry("c3", 1), entry("c3", 1)]);

        let app = app.restart().await;
        let mut sums = reads(&app).await.split_off(6);
        sums.sort();
        assert_eq!(sums, [entry("", 2), entry("", 2), entry("c3", 3)]);
    }

    #[tokio::test]
    async fn write_only_secrets_are_never_shown() {
        let app = TestApp::start_with(|config| {
            config.settings.secrets = SecretsPolicy::WriteOnly;
        })
        .await;
        let ctx = app.ctx(Role::Admin);
        let query = ListQuery::default();
        let listing = app.app.connections().list(&ctx, &query, Secrets::Include);
        assert!(!listing.await.unwrap().secrets);
    }
}
