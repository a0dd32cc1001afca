//! `GET /api/tokens`

use axum::extract::State;
use axum::response::Response;

use super::token::{WireToken, response};
use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::state::ApiState;

/// List tokens
#[utoipa::path(
    get,
    path = "/api/tokens",
    operation_id = "list_tokens",
    tag = "Tokens",
    responses((status = 200, description = "All tokens, by name, expired ones among them", body = [WireToken])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    Ok(response(&state, state.app.tokens().list(&context).await?))
}
