//! `GET /api/connections`

use std::num::NonZeroUsize;

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{Cursor, ListError, ListQuery, Secrets, StateFilter};
use haltere_core::LabelSelector;
use serde::Deserialize;
use utoipa::ToSchema;

use super::pieces;
use super::secrets::SecretsParam;
use crate::error::ApiError;
use crate::extract::label_filter::LabelFilter;
use crate::extract::query::RawQuery;
use crate::extract::query_values::{Text, WholeNumber};
use crate::extract::{Query, RequestContext};
use crate::limits::holder;
use crate::next_page::with_next_page;
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// How many connections a page may have.
type PageSize = WholeNumber<1, 10_000>;

/// A text to search for.
type SearchText = Text<256>;

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::NotAllowed(refusal) => refusal.into(),
            ListError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The query of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// `active`: all but those that a user has disconnected; `inactive`: only those; `all` is the default
    #[param(inline)]
    state: Option<StateName>,
    /// Only connections whose id, name or URL contains this text, in any letter case
    #[param(inline)]
    q: Option<SearchText>,
    /// At most this many
    #[param(inline)]
    limit: Option<PageSize>,
    /// The `X-Next-Cursor` of the previous page
    cursor: Option<String>,
    /// `omit` leaves passwords and private keys out
    #[param(inline)]
    secrets: Option<SecretsParam>,
}

/// List connections
///
/// All connections with their live status, in the order they were created. Passwords, private keys and
/// certificates are in the response only for the roles admin and connectionManager, and each read of passwords and
/// keys is audited.
///
/// With `limit` the response is a page; the header `X-Next-Cursor` says where the next one begins, and
/// is absent on the last. Without parameters the response is everything.
#[utoipa::path(
    get,
    path = "/api/connections",
    operation_id = "list_connections",
    tag = "Connections",
    params(ListParams, LabelFilter),
    responses(
        (status = 200, description = "The connections", body = [WireConnection],
            headers(
                ("X-Next-Cursor" = String, description = "Where the next page begins; absent on the last one"),
                ("Link" = String, description = "The next page, with `rel=\"next\"`; absent on the last one"),
            ),
            example = json!([{
                "id": "mosquitto-dev", "name": "Development Server", "url": "mqtts://broker.example:8883",
                "credentials": {"username": "admin", "password": "adminpassword"},
                "rejectUnauthorized": true,
                "status": {
                    "connected": false, "timestamp": 1_795_412_400_123_i64,
                    "error": {"code": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
                        "message": "the broker's certificate is signed by an authority that is not trusted here; give its CA in the field ca",
                        "stage": "tls"},
                    "state": "waiting", "attempt": 3, "nextAttempt": 1_795_412_460_000_i64
                }
            }])),
        (status = 400, description = "Invalid parameter", body = crate::error::ErrorBody,
            example = json!({"code": "INVALID", "message": "limit: must be a whole number from 1 to 10000"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    Query(params): Query<ListParams>,
    LabelFilter(labels): LabelFilter,
    RawQuery(raw): RawQuery,
) -> Result<Response, ApiError> {
    let (query, wanted) = params.into_query(labels)?;
    let listing = state.app.connections().list(&context, &query, wanted).await?;
    let next = listing.next.clone();
    let list = pieces::list(&state, &holder::of_context(&context), listing);
    Ok(with_next_page(list, "/api/connections", next, &raw))
}

impl ListParams {
    fn into_query(self, labels: LabelSelector) -> Result<(ListQuery, Secrets), ApiError> {
        let query = ListQuery {
            state: self.state.map_or(StateFilter::All, StateFilter::from),
            text: self.q.map(Text::into_string).filter(|text| !text.is_empty()),
            labels,
            limit: self.limit.and_then(|limit| NonZeroUsize::new(limit.get() as usize)),
            after: self.cursor.as_deref().map(Cursor::parse).transpose()?,
        };
        Ok((query, self.secrets.map_or(Secrets::Include, Secrets::from)))
    }
}

/// Which connections to list, by intent.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StateName {
    All,
    Active,
    Inactive,
}

impl From<StateName> for StateFilter {
    fn from(name: StateName) -> Self {
        match name {
            StateName::All => Self::All,
            StateName::Active => Self::Active,
            StateName::Inactive => Self::Inactive,
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{PluginId, Role};
    use haltere_testkit::Ca;
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection, encoded};

    const PATH: &str = "/api/connections";

    #[tokio::test]
    async fn checks_happen_in_order() {
        let api = TestApi::start().await;
        let response = api.anonymous().get(PATH).await;
        response.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        assert_eq!(response.json()["data"], json!({"session": false}));
        let forged = api.with_cookie("haltere.sid=AAAA").get(PATH).await;
        forged.is_refusal(401, "UNAUTHORIZED", "Unauthorized");

        let monitoring = api.role(Role::MonitoringViewer).await;
        monitoring.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        for role in [Role::Admin, Role::Editor, Role::Viewer, Role::ConnectionManager] {
            let response = api.role(role).await.get(PATH).await;
            assert_eq!((response.status.as_u16(), response.text.as_str()), (200, "[]"), "{role}");
        }

        let admin = api.admin().await;
        let plugin = format!("/api/plugins/{}", PluginId::ConnectionsRestApi);
        assert_eq!(admin.put(&plugin, json!({"enabled": false})).await.status, 200);
        api.anonymous().get(PATH).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        // The plugin goes before the role, and before the query.
        monitoring.get(PATH).await.is_refusal(404, "NOT_FOUND", "Plugin not found");
        admin.get("/api/connections?limit=x").await.is_refusal(
            404,
            "NOT_FOUND",
            "Plugin not found",
        );
        assert_eq!(admin.put(&plugin, json!({"enabled": true})).await.status, 200);
        assert_eq!(admin.get(PATH).await.status, 200);
    }

    #[tokio::test]
    async fn secrets_are_for_admin_and_connection_manager() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let ca = Ca::new("factory");
        let client = ca.client("haltere");
        let (url, _port) = closed_port();
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2", "clientId": "c"});
        body["ca"] = encoded(&ca.pem());
        body["cert"] = encoded(&client.cert_pem);
        body["key"] = encoded(&client.key_pem);
        body["rejectUnauthorized"] = json!("false");
        body["noMetricsMode"] = json!(true);
        body["caFile"] = json!("/etc/ca.crt");
        body["tls"] = json!({"alpn": ["mqtt", "x-amzn-mqtt-ca"], "serverName": "broker.example"});
        assert_eq!(admin.post(PATH, body.clone()).await.status, 202);

        for role in [Role::Admin, Role::ConnectionManager] {
            let response = api.role(role).await.get(PATH).await;
            let shown = &response.json()[0];
            assert_eq!(shown["credentials"], body["credentials"], "{role}");
            assert_eq!(shown["key"], body["key"]);
            assert_eq!(shown["rejectUnauthorized"], json!(false));
            assert_eq!(shown["tls"], body["tls"]);
            let order = [
                "id",
                "name",
                "url",
                "credentials",
                "rejectUnauthorized",
                "ca",
                "cert",
                "key",
                "tls",
                "noMetricsMode",
                "caFile",
                "status",
            ];
            let positions =
                order.map(|name| response.text.find(&format!("\"{name}\":")).expect(name));
            assert!(positions.is_sorted(), "{}", response.text);
        }
        for role in [Role::Editor, Role::Viewer] {
            let response = api.role(role).await.get(PATH).await;
            let shown = &response.json()[0];
            assert_eq!(shown["credentials"], json!({"username": "u", "clientId": "c"}), "{role}");
            for field in ["key", "cert", "ca", "hasPassword"] {
                assert_eq!(shown.get(field), None, "{role}: {field}");
            }
        }
        let omitted = admin.get("/api/connections?secrets=omit").await;
        assert!(!omitted.text.contains("hunter2"));
        let shown = &omitted.json()[0];
        assert_eq!((shown.get("key"), &shown["cert"]), (None, &body["cert"]));
        assert_eq!(shown["hasPassword"], true);
        assert_eq!(admin.get(PATH).await.json()[0].get("hasPassword"), None);
        let audit = api.app.audit().await;
        let reads = audit.iter().filter(|line| line.contains("connection.read_secrets")).count();
        assert!(reads >= 2, "{audit:#?}");
    }

    #[tokio::test]
    async fn pages_filters_and_what_they_refuse() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        for id in ["a", "b/1", "c", "d", "e"] {
            assert_eq!(admin.post(PATH, connection(id, &url)).await.status, 202);
        }
        let mut seen = Vec::new();
        let mut next = Some(format!("{PATH}?limit=2"));
        while let Some(page) = next {
            let response = admin.get(&page).await;
            assert!(response.ids().len() <= 2, "{}", response.text);
            seen.extend(response.ids());
            let link = response.header("link").map(|link| {
                let (path, relation) = link.split_once('>').expect("a link");
                assert_eq!(relation, "; rel=\"next\"");
                path.trim_start_matches('<').to_owned()
            });
            assert_eq!(link.is_some(), response.header("x-next-cursor").is_some());
            next = link;
        }
        assert_eq!(seen, ["a", "b/1", "c", "d", "e"]);

        assert_eq!(admin.post("/api/connections/b%2F1/disconnect", json!({})).await.status, 200);
        assert_eq!(admin.get("/api/connections?state=inactive").await.ids(), ["b/1"]);
        assert_eq!(admin.get("/api/connections?state=active").await.ids(), ["a", "c", "d", "e"]);
        assert_eq!(admin.get("/api/connections?state=all&q=BROKER+d").await.ids(), ["d"]);

        for (query, message) in [
            ("state=up", "state: must be all, active or inactive"),
            ("limit=0", "limit: must be a whole number from 1 to 10000"),
            ("limit=-1", "limit: must be a whole number from 1 to 10000"),
            ("limit=%2B1", "limit: must be a whole number from 1 to 10000"),
            ("limit=10001", "limit: must be a whole number from 1 to 10000"),
            ("limit=1&limit=2", "limit: is given twice"),
            ("secrets=yes", "secrets: must be omit or include"),
            ("q=%ff", "the query is not UTF-8"),
        ] {
            let response = admin.get(&format!("{PATH}?{query}")).await;
            response.is_refusal(400, "INVALID", message);
        }
        let response = admin.get("/api/connections?cursor=nonsense").await;
        assert_eq!(response.status, 400);
        assert!(response.json()["message"].as_str().expect("a text").starts_with("cursor: "));
        let response = admin.get(&format!("{PATH}?q={}", "x".repeat(257))).await;
        response.is_refusal(400, "INVALID", "q: must be at most 256 characters long");
    }

    #[tokio::test]
    async fn labels_select() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        for (id, labels) in [
            ("a", json!({"site": "graz", "line": "1"})),
            ("b", json!({"site": "graz", "line": "2"})),
            ("c", json!({"site": "wien", "example.com/line": ""})),
            ("d", json!({})),
        ] {
            let mut body = connection(id, &url);
            body["labels"] = labels;
            assert_eq!(admin.post(PATH, body).await.status, 202);
        }
        let all = admin.get(PATH).await.json();
        assert_eq!(all[0]["labels"], json!({"site": "graz", "line": "1"}));
        assert_eq!(all[3].get("labels"), None, "left out when there are none");
        for (query, selected) in [
            ("label=site%3Dgraz", &["a", "b"][..]),
            ("label=site%3Dgraz%2Cline!%3D2", &["a"]),
            ("label=site&label=line!%3D2", &["a", "c"]),
            ("label=!site", &["d"]),
            ("label=site+in+(wien,linz)", &["c"]),
            ("label=site%20notin%20(wien)", &["a", "b", "d"]),
            ("label=example.com/line", &["c"]),
            ("label=", &["a", "b", "c", "d"]),
            ("label=site%3Dgraz&q=broker+b", &["b"]),
            ("label=x", &[]),
        ] {
            assert_eq!(admin.get(&format!("{PATH}?{query}")).await.ids(), selected, "{query}");
            if query.contains("q=") {
                continue;
            }
            let export = admin.get(&format!("/api/connection-export?{query}")).await.json();
            let exported = export["connections"].as_array().expect("a list").iter();
            let exported: Vec<_> = exported.map(|it| it["id"].as_str().expect("an id")).collect();
            assert_eq!(exported, selected, "{query}");
        }
        let first = admin.get(&format!("{PATH}?label=site&label=line&limit=1")).await;
        let link = first.header("link").expect("another page").to_owned();
        let next = link.trim_start_matches('<').split('>').next().expect("a path");
        assert_eq!(admin.get(next).await.ids(), ["b"], "{next}");

        for path in [PATH, "/api/connection-export"] {
            for (query, message) in [
                ("label=a%3D-", "label: character 3: expected the value of a label"),
                ("label=a&label=b+c", "label: character 3: expected =, !=, in, notin or a comma"),
                ("label=%C3%BC", "label: character 1: expected the key of a label"),
            ] {
                let response = admin.get(&format!("{path}?{query}")).await;
                response.is_refusal(400, "INVALID", message);
            }
        }
        let refused = admin.get(&format!("{PATH}?label=%26%2C")).await.json();
        assert_eq!(refused["fault"], json!({"key": "noLabelKey", "params": {"at": 1}}));
    }

    #[tokio::test]
    async fn a_list_that_was_kept_is_never_stale_and_never_shows_secrets_to_others() {
        let api = TestApi::start().await;
        let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
        let (url, _port) = closed_port();
        assert_eq!(viewer.get(PATH).await.ids(), [""; 0]);
        assert_eq!(admin.post(PATH, connection("a", &url)).await.status, 202);
        assert_eq!(viewer.get(PATH).await.ids(), ["a"]);
        let patch = json!({"credentials": {"username": "u", "password": "hunter2"}});
        assert_eq!(admin.patch("/api/connections/a", patch).await.status, 200);
        assert!(admin.get(PATH).await.text.contains("hunter2"));
        assert!(!viewer.get(PATH).await.text.contains("hunter2"));
        assert!(admin.get(PATH).await.text.contains("hunter2"));
        assert_eq!(admin.delete("/api/connections/a").await.ids(), [""; 0]);
        assert_eq!(viewer.get(PATH).await.ids(), [""; 0]);
    }
}
