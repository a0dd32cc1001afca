//! `PATCH /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ChangeOptions;

use super::openapi_parts::{OutdatedVersion, UnknownConnection};
use super::secrets::SecretsQuery;
use super::single;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{IfMatch, JsonBody, PathConnectionId, Query, RequestContext};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_patch::{self, ConnectionPatchBody};

/// Change a connection
///
/// A JSON merge patch (RFC 7396): what is absent stays, `null` removes. The response does not wait for
/// the link.
///
/// Where secrets are write-only (`connections.secrets`), a change of scheme, host, port or path, of `ca` or
/// `rejectUnauthorized` has to bring the password and the key again: they go only where they were entered for.
#[utoipa::path(
    patch,
    path = "/api/connections/{connectionId}",
    operation_id = "patch_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    request_body(content(
        (ConnectionPatchBody = "application/merge-patch+json"),
        (ConnectionPatchBody = "application/json"),
    )),
    responses(
        (status = 200, description = "The connection after the change", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
        (status = 400, description = "Invalid body; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "url: can't be removed"})),
        (status = 403, description = "Insufficient role, or another connection has the name", body = ErrorBody,
            examples(("nameTaken" = (value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))))),
        UnknownConnection,
        OutdatedVersion,
        (status = 409, description = "The stored connection can't be read, so it can't be patched; replace it", body = ErrorBody,
            example = json!({"code": "CONFLICT", "message": "the stored connection can't be read: credentials.password: was sealed with another key"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
    IfMatch(condition): IfMatch,
    Query(query): Query<SecretsQuery>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let options = ChangeOptions { secrets: query.wanted(), condition };
    let patch = connection_patch::read(body, &id)?;
    let connection = state.app.connections().patch(&context, &id, patch, options).await?;
    Ok(single::response(connection))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Mosquitto;
    use haltere_testkit::wait::{PATIENCE, until};
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    const PATH: &str = "/api/connections/a";

    #[tokio::test]
    async fn a_patch_repairs_a_connection() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let body = json!({ "url": broker.url() }).to_string();
        let merge_patch = "application/merge-patch+json";
        let response = admin.text(http::Method::PATCH, PATH, merge_patch, &body).await;
        assert_eq!(
            (response.status.as_u16(), &response.json()["url"]),
            (200, &json!(broker.url()))
        );
        until("the link", PATIENCE, async || {
            let shown = admin.get(PATH).await.json();
            (shown["status"]["connected"] == true).then_some(())
        })
        .await;
    }

    #[tokio::test]
    async fn null_removes_and_absent_keeps() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2", "clientId": "c"});
        body["rejectUnauthorized"] = json!(true);
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        let response = admin.patch(PATH, json!({"credentials": {"clientId": null}})).await;
        let kept = json!({"username": "u", "password": "hunter2"});
        assert_eq!(response.json()["credentials"], kept);
        let response =
            admin.patch(PATH, json!({"credentials": null, "rejectUnauthorized": null})).await;
        assert_eq!(response.json().get("credentials"), None);
        assert_eq!(response.json().get("rejectUnauthorized"), None);
        assert_eq!(response.json()["name"], json!("Broker a"));
        let asked = json!({"alpn": ["mqtt"], "serverName": "b.example"});
        assert_eq!(admin.patch(PATH, json!({ "tls": asked })).await.json()["tls"], asked);
        let response = admin.patch(PATH, json!({"tls": {"alpn": []}})).await;
        assert_eq!(response.json()["tls"], json!({"serverName": "b.example"}));
        assert_eq!(admin.patch(PATH, json!({"tls": null})).await.json().get("tls"), None);
        // It would be dropped without a word.
        let lost = json!({"credentials": {"password": "hunter3"}});
        admin.patch(PATH, lost).await.is_refusal(
            400,
            "INVALID",
            "credentials.username: is missing; a password needs one",
        );
        admin.patch(PATH, json!({"url": null})).await.is_refusal(
            400,
            "INVALID",
            "url: can't be removed",
        );
    }
}
