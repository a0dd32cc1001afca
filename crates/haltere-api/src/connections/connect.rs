//! `POST /api/connections/{connectionId}/connect`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::described::{BadParameter, ConnectionId, UnknownConnection, WantedSecrets};
use super::secrets;
use crate::error::{ApiError, json};
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
    params(ConnectionId, WantedSecrets),
    responses(
        (status = 200, description = "The connection with its status right now", body = WireConnection),
        BadParameter,
        UnknownConnection,
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
