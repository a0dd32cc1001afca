//! `GET /api/profile/tokens`

use axum::extract::State;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::state::ApiState;
use crate::tokens::token::{WireToken, response};

/// List your tokens
///
/// The application tokens that act for the caller, whatever roles the caller has now.
#[utoipa::path(
    get,
    path = "/api/profile/tokens",
    operation_id = "list_own_tokens",
    tag = "Profile",
    responses((status = 200, description = "The caller's tokens, by name, expired ones among them", body = [WireToken])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    Ok(response(&state, state.app.tokens().list_own(&context).await?))
}
