//! `PUT /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::secrets;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{Context, JsonBody, PathConnectionId, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_input::ConnectionInput;

/// Replace a connection
///
/// Everything that is left out is removed, except secrets: a password or private key left out keeps
/// its stored value as long as the user name or certificate it belongs to is there. The answer does
/// not wait for the link.
#[utoipa::path(
    put,
    path = "/api/connections/{connectionId}",
    operation_id = "replace_connection",
    tag = "Connections",
    params(
        ("connectionId" = String, Path, description = "The connection's id, percent-encoded", example = "mosquitto-dev"),
        ("secrets" = Option<secrets::Wanted>, Query, description = "`omit` leaves passwords and private keys out of the answer"),
    ),
    request_body(content = ConnectionInput, content_type = "application/json"),
    responses(
        (status = 200, description = "The connection after the change", body = WireConnection),
        (status = 400, description = "The body makes no sense; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "id: can't be changed; it has to be the one in the path"})),
        (status = 403, description = "The role is too low, or another connection has the name", body = ErrorBody,
            examples(("nameTaken" = (value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))))),
        (status = 404, description = "There is no such connection, or the plugin is off", body = ErrorBody,
            examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Connection not found"}))))),
        (status = 409, description = "A stored secret that should be kept can't be read; send it anew", body = ErrorBody,
            example = json!({"code": "CONFLICT", "message": "the stored connection can't be read: credentials.password: was sealed with another key"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    PathConnectionId(id): PathConnectionId,
    Query(params): Query,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let wanted = secrets::wanted(&params)?;
    let replacement = ConnectionInput::read(body)?.into_replacement(&id)?;
    let connection = state.app.replace_connection(&context, &id, replacement, wanted).await?;
    Ok(json(StatusCode::OK, &WireConnection::from(&connection)))
}
