//! `DELETE /api/profile/tokens/{tokenHash}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::tokens::TokenError;

use crate::error::ApiError;
use crate::extract::{PathTokenHash, RequestContext};
use crate::state::ApiState;
use crate::tokens::errors::UnknownToken;
use crate::tokens::token::{WireToken, response};

/// Revoke one of your tokens
///
/// It is not valid from then on, and what goes on with it ends: event streams, and responses that are still being sent.
#[utoipa::path(
    delete,
    path = "/api/profile/tokens/{tokenHash}",
    operation_id = "revoke_own_token",
    tag = "Profile",
    params(PathTokenHash),
    responses((status = 200, description = "The caller's remaining tokens", body = [WireToken]), UnknownToken),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathTokenHash(id): PathTokenHash,
) -> Result<Response, ApiError> {
    let id = id.ok_or(TokenError::NotFound)?;
    Ok(response(&state, state.app.tokens().revoke_own(&context, &id).await?))
}
