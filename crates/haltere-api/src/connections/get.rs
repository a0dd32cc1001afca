//! `GET /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;

use super::openapi_parts::{BadParameter, UnknownConnection};
use super::secrets::SecretsQuery;
use super::single;
use crate::error::ApiError;
use crate::extract::{PathConnectionId, Query, RequestContext};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// Show a connection
#[utoipa::path(
    get,
    path = "/api/connections/{connectionId}",
    operation_id = "get_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery),
    responses(
        (status = 200, description = "The connection", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
        BadParameter,
        UnknownConnection,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
    Query(query): Query<SecretsQuery>,
) -> Result<Response, ApiError> {
    let wanted = query.wanted();
    let connection = state.app.connections().get(&context, &id, wanted).await?;
    Ok(single::response(connection))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    #[tokio::test]
    async fn ids_of_every_kind_are_found() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        for (id, path) in [
            ("a/b", "a%2Fb"),
            ("ü ?#", "%C3%BC%20%3F%23"),
            ("test", "test"),
            ("%41", "%2541"),
            ("...", "..."),
        ] {
            assert_eq!(admin.post("/api/connections", connection(id, &url)).await.status, 202);
            let response = admin.get(&format!("/api/connections/{path}")).await;
            assert_eq!(response.json()["id"], json!(id), "{path}");
            assert_eq!(admin.delete(&format!("/api/connections/{path}")).await.status, 200);
        }
    }

    #[tokio::test]
    async fn unknown_ids_are_not_found() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        for path in ["nothing", "%2E%2E", "%00", "%FF", &"x".repeat(129)] {
            let path = format!("/api/connections/{path}");
            admin.get(&path).await.is_refusal(404, "NOT_FOUND", "Connection not found");
            admin.delete(&path).await.is_refusal(404, "NOT_FOUND", "Connection not found");
            let response = admin.post(&format!("{path}/connect"), json!({})).await;
            response.is_refusal(404, "NOT_FOUND", "Connection not found");
            let response = admin.get(&format!("{path}/history")).await;
            response.is_refusal(404, "NOT_FOUND", "Connection not found");
            let response = admin.put(&path, connection("y", "mqtt://h")).await;
            assert!(matches!(response.status.as_u16(), 400 | 404), "{}", response.text);
        }
    }

    #[tokio::test]
    async fn secrets_are_for_those_who_may_see_them() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        assert!(admin.get("/api/connections/a").await.text.contains("hunter2"));
        let omitted = admin.get("/api/connections/a?secrets=omit").await;
        assert!(!omitted.text.contains("hunter2"));
        assert_eq!(omitted.json()["hasPassword"], true);
        // What was returned can be sent back, and changes nothing.
        let patched = admin.patch("/api/connections/a?secrets=omit", omitted.json()).await;
        assert_eq!((patched.status.as_u16(), &patched.json()["hasPassword"]), (200, &json!(true)));
        let removed = json!({"credentials": {"password": null}});
        let removed = admin.patch("/api/connections/a?secrets=omit", removed).await;
        assert_eq!(removed.json().get("hasPassword"), None);
        let viewer = api.role(Role::Viewer).await;
        assert!(!viewer.get("/api/connections/a").await.text.contains("hunter2"));
        let response = viewer.delete("/api/connections/a").await;
        response.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    }
}
