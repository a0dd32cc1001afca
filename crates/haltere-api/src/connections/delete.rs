//! `DELETE /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ChangeOptions;

use super::openapi_parts::{BadParameter, OutdatedVersion, UnknownConnection};
use super::pieces;
use super::secrets::SecretsQuery;
use crate::error::ApiError;
use crate::extract::{IfMatch, PathConnectionId, Query, RequestContext};
use crate::limits::holder;
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// Delete a connection
///
/// Ends the link and deletes the connection.
#[utoipa::path(
    delete,
    path = "/api/connections/{connectionId}",
    operation_id = "delete_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    responses(
        (status = 200, description = "The remaining connections", body = [WireConnection], example = json!([])),
        BadParameter,
        UnknownConnection,
        OutdatedVersion,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
    IfMatch(condition): IfMatch,
    Query(query): Query<SecretsQuery>,
) -> Result<Response, ApiError> {
    let options = ChangeOptions { secrets: query.wanted(), condition };
    let remaining = state.app.connections().delete(&context, &id, options).await?;
    Ok(pieces::list(&state, &holder::of_context(&context), remaining))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Mosquitto;

    use crate::test_support::{TestApi, closed_port, connection};

    #[tokio::test]
    async fn what_remains_is_the_response() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        assert_eq!(
            admin.post("/api/connections", connection("b", &broker.url())).await.status,
            200
        );
        assert_eq!(admin.delete("/api/connections/a").await.ids(), ["b"]);
        let again = admin.delete("/api/connections/a").await;
        again.is_refusal(404, "NOT_FOUND", "Connection not found");
        assert_eq!(admin.delete("/api/connections/b").await.ids(), [""; 0]);
    }
}
