//! `POST /api/connections/{connectionId}/connect`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ChangeOptions;

use super::openapi_parts::{BadParameter, OutdatedVersion, UnknownConnection};
use super::secrets::SecretsQuery;
use super::single;
use crate::error::ApiError;
use crate::extract::{IfMatch, PathConnectionId, Query, RequestContext};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// Connect a connection
///
/// Sets the intent to connected. A link that waits for its next attempt makes it at once. The response does not wait
/// for the link.
#[utoipa::path(
    post,
    path = "/api/connections/{connectionId}/connect",
    operation_id = "connect_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    responses(
        (status = 200, description = "The connection with its status right now", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
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
    let connection = state.app.connections().connect(&context, &id, options).await?;
    Ok(single::response(connection))
}
