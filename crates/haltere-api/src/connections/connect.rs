//! `POST /api/connections/{connectionId}/connect`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::secrets;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{Context, PathConnectionId, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// Connect a connection
///
/// Asks for the link to be up. One that waits for its next attempt dials at once. The answer does not wait
/// for the link.
#[utoipa::path(
    post,
    path = "/api/connections/{connectionId}/connect",
    operation_id = "connect_connection",
    tag = "Connections",
    params(
        ("connectionId" = String, Path, description = "The connection's id, percent-encoded", example = "mosquitto-dev"),
        ("secrets" = inline(Option<secrets::Wanted>), Query, description = "`omit` leaves passwords and private keys out of the answer"),
    ),
    responses(
        (status = 200, description = "The connection with its status right now", body = WireConnection),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "secrets: must be omit or include"})),
        (status = 404, description = "There is no such connection, or the plugin is off", body = ErrorBody,
            examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Connection not found"}))))),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    PathConnectionId(id): PathConnectionId,
    Query(params): Query,
) -> Result<Response, ApiError> {
    let wanted = secrets::wanted(&params)?;
    let connection = state.app.connect_connection(&context, &id, wanted).await?;
    Ok(json(StatusCode::OK, &WireConnection::from(&connection)))
}
