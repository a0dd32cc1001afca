//! `PUT /api/connections/{connectionId}`

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
use crate::wire::connection_input::ConnectionInput;

/// Replace a connection
///
/// Everything that is left out is removed, except secrets: a password or private key left out keeps
/// its stored value as long as the user name or certificate it belongs to is there and, where secrets are
/// write-only, as long as it goes to the destination it was entered for. The response does not wait for the link.
#[utoipa::path(
    put,
    path = "/api/connections/{connectionId}",
    operation_id = "replace_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    request_body(content = ConnectionInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The connection after the change", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
        (status = 400, description = "Invalid body; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "id: can't be changed; it has to be the one in the URL"})),
        (status = 403, description = "Insufficient role, or another connection has the name", body = ErrorBody,
            examples(("nameTaken" = (value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))))),
        UnknownConnection,
        OutdatedVersion,
        (status = 409, description = "A stored secret that should be kept can't be read; send it again", body = ErrorBody,
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
    let replacement = ConnectionInput::read(body)?.into_replacement(&id)?;
    let connection = state.app.connections().replace(&context, &id, replacement, options).await?;
    Ok(single::response(connection))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Mosquitto;
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    #[tokio::test]
    async fn everything_left_out_goes_but_secrets_stay() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2", "clientId": "c"});
        body["rejectUnauthorized"] = json!(false);
        body["keyFile"] = json!("/k");
        assert_eq!(admin.post("/api/connections", body).await.status, 202);

        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u"});
        let response = admin.put("/api/connections/a", body).await;
        assert_eq!(response.status, 200, "{}", response.text);
        let shown = response.json();
        assert_eq!(shown["credentials"], json!({"username": "u", "password": "hunter2"}));
        assert_eq!((shown.get("rejectUnauthorized"), shown.get("keyFile")), (None, None));

        let response = admin.put("/api/connections/a", connection("a", &url)).await;
        assert_eq!(response.json().get("credentials"), None);
    }

    #[tokio::test]
    async fn what_was_read_can_be_sent_back() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = api.admin().await;
        let created = admin.post("/api/connections", connection("a", &broker.url())).await;
        let response = admin.put("/api/connections/a", created.json()[0].clone()).await;
        assert_eq!(response.status, 200, "{}", response.text);
    }

    #[tokio::test]
    async fn neither_the_id_nor_a_name_in_use_can_be_taken() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        for id in ["a", "b"] {
            assert_eq!(admin.post("/api/connections", connection(id, &url)).await.status, 202);
        }
        let response = admin.put("/api/connections/a", connection("b", &url)).await;
        let why = "id: can't be changed; it has to be the one in the URL";
        response.is_refusal(400, "INVALID", why);
        let body = json!({"name": "Broker b", "url": url});
        let response = admin.put("/api/connections/a", body).await;
        let why = "Connection with either the same name or id already exists";
        response.is_refusal(403, "NOT_ALLOWED", why);
        let response = admin.put("/api/connections/a", json!({"url": url})).await;
        response.is_refusal(400, "INVALID", "name: is missing");
    }
}
