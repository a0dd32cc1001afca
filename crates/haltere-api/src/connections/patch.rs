//! `PATCH /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::secrets;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{Context, JsonBody, PathConnectionId, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_patch::{self, ConnectionPatchBody};

/// Change a connection
///
/// A JSON merge patch (RFC 7396): what is absent stays, `null` removes. The answer does not wait for
/// the link.
#[utoipa::path(
    patch,
    path = "/api/connections/{connectionId}",
    operation_id = "patch_connection",
    tag = "Connections",
    params(
        ("connectionId" = String, Path, description = "The connection's id, percent-encoded", example = "mosquitto-dev"),
        ("secrets" = Option<secrets::Wanted>, Query, description = "`omit` leaves passwords and private keys out of the answer"),
    ),
    request_body(content(
        (ConnectionPatchBody = "application/merge-patch+json"),
        (ConnectionPatchBody = "application/json"),
    )),
    responses(
        (status = 200, description = "The connection after the change", body = WireConnection),
        (status = 400, description = "The body makes no sense; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "url: can't be removed"})),
        (status = 403, description = "The role is too low, or another connection has the name", body = ErrorBody,
            examples(("nameTaken" = (value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))))),
        (status = 404, description = "There is no such connection, or the plugin is off", body = ErrorBody,
            examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Connection not found"}))))),
        (status = 409, description = "What is stored can't be read, so it can't be patched; replace it", body = ErrorBody,
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
    let patch = connection_patch::read(body, &id)?;
    let connection = state.app.patch_connection(&context, &id, patch, wanted).await?;
    Ok(json(StatusCode::OK, &WireConnection::from(&connection)))
}
