//! `DELETE /api/tokens/{tokenHash}`

use axum::extract::State;
use axum::response::Response;

use super::token::{WireToken, response};
use crate::error::ApiError;
use crate::extract::{PathTokenHash, RequestContext};
use crate::state::ApiState;

/// Revoke a token
///
/// It is not valid from then on, and what goes on with it ends: event streams, and responses that are still being sent.
/// The hash of no token does nothing.
#[utoipa::path(
    delete,
    path = "/api/tokens/{tokenHash}",
    operation_id = "revoke_token",
    tag = "Tokens",
    params(PathTokenHash),
    responses((status = 200, description = "The remaining tokens", body = [WireToken])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathTokenHash(id): PathTokenHash,
) -> Result<Response, ApiError> {
    let remaining = match id {
        Some(id) => state.app.tokens().revoke(&context, &id).await?,
        None => state.app.tokens().list(&context).await?,
    };
    Ok(response(&state, remaining))
}
