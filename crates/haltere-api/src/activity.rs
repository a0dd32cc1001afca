//! `GET /api/activity`

use std::num::NonZeroUsize;

use axum::extract::State;
use axum::response::Response;
use haltere_app::activity::{ActivityCursor, ActivityEntry, ActivityKind, ActivityQuery};
use haltere_core::{AuditEntry, AuditRepeats, LabelSelector};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::connections::history::WireChange;
use crate::error::{ApiError, json};
use crate::extract::label_filter::LabelFilter;
use crate::extract::query::RawQuery;
use crate::extract::query_values::{Milliseconds, Text, WholeNumber};
use crate::extract::{RequestContext, StrictQuery};
use crate::next_page::with_next_page;
use crate::state::ApiState;

const PATH: &str = "/api/activity";

/// How many entries a page has by default.
const PAGE: usize = 100;

/// The query of the activity.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActivityParams {
    /// `status`: links came up, failed or were disconnected; `failures`: they failed; `connections`: users changed
    /// connections, or connected and disconnected them; `access`: logins, changes of users, tests, exports and reads of
    /// secrets; `system`: plugins, backups and keys. The default is all of them
    #[param(inline)]
    kind: Option<KindName>,
    /// Only what this user did
    #[param(inline)]
    user: Option<Text<256>>,
    /// Only entries about the connection with this id
    #[param(inline)]
    connection: Option<Text<128>>,
    /// Only entries of this time or later, in milliseconds since 1970
    #[param(inline)]
    since: Option<Milliseconds>,
    /// Only entries of this time or earlier, in milliseconds since 1970
    #[param(inline)]
    until: Option<Milliseconds>,
    /// At most this many; 100 by default
    #[param(inline)]
    limit: Option<WholeNumber<1, 1_000>>,
    /// The `X-Next-Cursor` of the previous page
    cursor: Option<String>,
}

/// A kind of entries.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum KindName {
    Status,
    Failures,
    Connections,
    Access,
    System,
}

impl From<KindName> for ActivityKind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Status => Self::Status,
            KindName::Failures => Self::Failures,
            KindName::Connections => Self::Connections,
            KindName::Access => Self::Access,
            KindName::System => Self::System,
        }
    }
}

impl ActivityParams {
    fn into_query(self, labels: LabelSelector) -> Result<ActivityQuery, ApiError> {
        let limit = self.limit.map_or(PAGE, |limit| limit.get() as usize);
        Ok(ActivityQuery {
            kind: self.kind.map(ActivityKind::from),
            user: self.user.map(Text::into_string),
            connection: self.connection.map(Text::into_string),
            labels,
            since: self.since.map(Milliseconds::get),
            until: self.until.map(Milliseconds::get),
            limit: NonZeroUsize::new(limit).unwrap_or(NonZeroUsize::MIN),
            after: self.cursor.as_deref().map(ActivityCursor::parse).transpose()?,
        })
    }
}

/// Something that has changed, or that a user has done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ActivityEntry)]
pub(crate) enum WireEntry<'a> {
    /// The status of a link changed.
    #[schema(title = "ActivityStatus")]
    Status {
        /// The connection's id.
        connection: &'a str,
        /// The connection's name.
        name: &'a str,
        /// To `online`, `waiting` or `idle`, as in the connection's history.
        #[serde(flatten)]
        change: WireChange<'a>,
    },
    /// A user has done something, or was refused. Only for callers who may see the audit trail.
    #[schema(title = "ActivityAudit")]
    Audit {
        /// When; milliseconds since 1970. Of several repeats, the last.
        timestamp: i64,
        /// The user; `system` is the command line or haltere itself. Of a failed login, the name as it was entered.
        user: &'a str,
        /// The client's address; absent for the command line and haltere itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// What was done: `connection.update`, `session.login`, … Later versions may have others.
        action: &'static str,
        /// The id of a connection or plugin, or the name of a user; absent if it was no single thing.
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<&'a str>,
        /// The name of the connection, if there still is one with this id.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
        /// `success`, or `denied`.
        outcome: &'static str,
        /// In a few words what changed, for example the names of fields; absent if there is nothing to say.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
        /// How often it happened; only if this entry sums up repeats of an earlier one.
        #[serde(skip_serializing_if = "Option::is_none")]
        times: Option<u64>,
    },
}

impl<'a> From<&'a ActivityEntry> for WireEntry<'a> {
    fn from(entry: &'a ActivityEntry) -> Self {
        match entry {
            ActivityEntry::Status { connection, name, change } => {
                Self::Status { connection: connection.as_str(), name, change: change.into() }
            }
            ActivityEntry::Audit { entry, name } => Self::of_audit(entry, name.as_deref()),
        }
    }
}

impl<'a> WireEntry<'a> {
    fn of_audit(entry: &'a AuditEntry, name: Option<&'a str>) -> Self {
        let AuditEntry {
            at,
            actor,
            address,
            // For the log.
            request_id: _,
            action,
            object,
            outcome,
            detail,
            changes: _,
            repeats,
        } = entry;
        Self::Audit {
            timestamp: at.as_millisecond(),
            user: actor,
            address: address.map(|address| address.to_string()),
            action: action.as_str(),
            object: Some(object.as_str()).filter(|object| !object.is_empty()),
            name,
            outcome: outcome.as_str(),
            detail: Some(detail.as_str()).filter(|detail| !detail.is_empty()),
            times: repeats.map(|AuditRepeats { times, since: _ }| times),
        }
    }
}

/// List what has changed
///
/// The latest changes of all connections' links and, for administrators, of what users did, newest first.
///
/// The changes of links are those of their histories, the last 100 of each, without attempts and without the times in
/// which haltere did not run; those of deleted connections are gone. What users did is read from the audit trail.
///
/// A page may have fewer entries than `limit`, or none, and still not be the last: `X-Next-Cursor` says so.
#[utoipa::path(
    get,
    path = "/api/activity",
    operation_id = "list_activity",
    tag = "Connections",
    params(ActivityParams, LabelFilter),
    responses(
        (status = 200, description = "The entries, newest first", body = [WireEntry],
            headers(
                ("X-Next-Cursor" = String, description = "Where the next page begins; absent on the last one"),
                ("Link" = String, description = "The next page, with `rel=\"next\"`; absent on the last one"),
            ),
            example = json!([
                {"type": "status", "timestamp": 1_795_412_400_123_i64, "connection": "press-4", "name": "Press 4",
                    "state": "online"},
                {"type": "audit", "timestamp": 1_795_412_400_001_i64, "user": "ada", "address": "10.0.0.5",
                    "action": "connection.update", "object": "press-4", "name": "Press 4", "outcome": "success", "detail": "url"},
            ])),
        (status = 400, description = "Invalid parameter", body = crate::error::ErrorBody,
            example = json!({"code": "INVALID", "message": "limit: must be a whole number from 1 to 1000"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    StrictQuery(params): StrictQuery<ActivityParams, true>,
    LabelFilter(labels): LabelFilter,
    RawQuery(raw): RawQuery,
) -> Result<Response, ApiError> {
    let page = state.app.activity().list(&context, &params.into_query(labels)?).await?;
    let entries: Vec<_> = page.entries.iter().map(WireEntry::from).collect();
    Ok(with_next_page(json(StatusCode::OK, &entries), PATH, page.next, &raw))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::{Value, json};

    use super::PATH;
    use crate::test_support::{Client, TestApi, closed_port, connection};

    /// Each entry in a few words.
    fn texts(entries: &Value) -> Vec<String> {
        let entries = entries.as_array().expect("a list");
        let text = |entry: &Value, field: &str| entry[field].as_str().unwrap_or("-").to_owned();
        let entry = |entry: &Value| match entry["type"].as_str() {
            Some("status") => format!("{} {}", text(entry, "connection"), text(entry, "state")),
            _ => ["user", "action", "object"].map(|field| text(entry, field)).join(" "),
        };
        entries.iter().map(entry).collect()
    }

    async fn activity(client: &Client, query: &str) -> Vec<String> {
        texts(&client.get(&format!("{PATH}?{query}")).await.json())
    }

    /// Two connections that fail, of which one is disconnected. Changes of the same millisecond are in the order of
    /// the ids, so the second is called `a`: the list is the same even if both fail at once.
    async fn start() -> TestApi {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        for id in ["b", "a"] {
            assert_eq!(admin.post("/api/connections", connection(id, &url)).await.status, 202);
        }
        let response = admin.post("/api/connections/a/disconnect", json!({})).await;
        assert_eq!(response.status, 200);
        until("the link to be idle", DEADLINE, async || {
            let state = admin.get("/api/connections/a").await.json()["status"]["state"].take();
            (state == "idle").then_some(())
        })
        .await;
        api
    }

    #[tokio::test]
    async fn administrators_see_what_users_did_and_others_the_links() {
        let api = start().await;
        let changes = ["a idle", "a waiting", "b waiting"];
        for role in [Role::Editor, Role::Viewer, Role::ConnectionManager] {
            assert_eq!(activity(&api.role(role).await, "").await, changes, "{role}");
        }
        let monitoring = api.role(Role::MonitoringViewer).await;
        monitoring.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");

        let admin = api.admin().await;
        let all = activity(&admin, "kind=status").await;
        assert_eq!(all, changes);
        assert_eq!(activity(&admin, "kind=failures").await, ["a waiting", "b waiting"]);
        let done = activity(&admin, "kind=connections").await;
        let user = done[0].split(' ').next().expect("a user").to_owned();
        let expected = ["connection.disconnect a", "connection.create a", "connection.create b"];
        assert_eq!(done, expected.map(|what| format!("{user} {what}")));
        let accesses = activity(&admin, "kind=access").await;
        assert!(accesses.iter().any(|it| it.contains(" session.login ")), "{accesses:?}");
        assert!(accesses.iter().all(|it| !it.contains(" connection.")), "{accesses:?}");
        assert!(activity(&admin, "kind=system").await.is_empty());
        assert_eq!(activity(&admin, &format!("kind=connections&user={user}")).await, done);
        assert!(activity(&admin, "user=unknown").await.is_empty());
        let about = activity(&admin, "connection=b").await;
        assert_eq!(about.len(), 2, "{about:?}");
        assert_eq!(activity(&admin, "since=253402207200000").await, Vec::<String>::new());
        assert_eq!(activity(&admin, "until=0").await, Vec::<String>::new());
        let viewer = api.role(Role::Viewer).await;
        assert!(activity(&viewer, "kind=connections").await.is_empty());

        let failure = admin.get("/api/activity?kind=failures&limit=1").await.json();
        assert_eq!(failure[0]["error"]["code"], "ECONNREFUSED");
        assert_eq!(failure[0]["name"], admin.get("/api/connections/a").await.json()["name"]);
    }

    #[tokio::test]
    async fn pages_together_are_the_whole_list() {
        let api = start().await;
        let admin = api.admin().await;
        // One client: another login would be another entry.
        let whole = admin.get(PATH).await;
        assert_eq!(whole.header("x-next-cursor"), None);
        let whole = texts(&whole.json());
        for limit in 1..=whole.len() {
            let (mut paged, mut query) = (Vec::new(), format!("limit={limit}"));
            loop {
                let page = admin.get(&format!("{PATH}?{query}")).await;
                let entries = texts(&page.json());
                assert!(entries.len() <= limit);
                paged.extend(entries);
                let Some(cursor) = page.header("x-next-cursor") else { break };
                query = format!("limit={limit}&cursor={cursor}");
            }
            assert_eq!(paged, whole, "{limit} per page");
        }
        for query in ["cursor=x", "limit=0", "kind=all", "since=-1"] {
            assert_eq!(admin.get(&format!("{PATH}?{query}")).await.status, 400, "{query}");
        }
    }

    #[tokio::test]
    async fn labels_select_the_entries_about_their_connections() {
        let api = start().await;
        let admin = api.admin().await;
        let labels = json!({"labels": {"site": "graz"}});
        assert_eq!(admin.patch("/api/connections/b", labels).await.status, 200);
        let done = activity(&admin, "label=site%3Dgraz&kind=connections").await;
        let user = done[0].split(' ').next().expect("a user").to_owned();
        let expected = ["connection.update b", "connection.create b"];
        assert_eq!(done, expected.map(|what| format!("{user} {what}")));
        let all = activity(&admin, "label=site%3Dgraz").await;
        assert_eq!(all.iter().filter(|it| *it == "b waiting").count(), 1, "{all:?}");
        assert!(all.iter().all(|it| it.contains('b')) && all.len() == 3, "{all:?}");
        assert_eq!(activity(&admin, "label=site%3Dgraz&label=!site").await, Vec::<String>::new());
        let others = activity(&admin, "label=!site&kind=status").await;
        assert_eq!(others, ["a idle", "a waiting"]);
        // Pages are shorter and together the same.
        let (mut paged, mut query) = (Vec::new(), "limit=1&label=site".to_owned());
        loop {
            let page = admin.get(&format!("{PATH}?{query}")).await;
            paged.extend(texts(&page.json()));
            let Some(cursor) = page.header("x-next-cursor") else { break };
            query = format!("limit=1&label=site&cursor={cursor}");
        }
        assert_eq!(paged, all);
        let refusal = admin.get(&format!("{PATH}?label=%3D")).await;
        assert!(refusal.status == 400 && refusal.text.contains("label: "), "{}", refusal.text);
    }

    #[tokio::test]
    async fn entries_about_a_hidden_connection_are_hidden() {
        let api = start().await;
        let some = api.admin().await.seeing(["b"]);
        assert_eq!(activity(&some, "kind=status").await, ["b waiting"]);
        // Hidden entries make pages shorter, and are no reason to read on.
        let (mut done, mut query) = (Vec::new(), "limit=1".to_owned());
        loop {
            let page = some.get(&format!("{PATH}?kind=connections&{query}")).await;
            done.extend(texts(&page.json()));
            let Some(cursor) = page.header("x-next-cursor") else { break };
            query = format!("limit=1&cursor={cursor}");
        }
        assert!(done.len() == 1 && done[0].ends_with(" connection.create b"), "{done:?}");
        assert!(activity(&some, "connection=a").await.is_empty());
    }
}
