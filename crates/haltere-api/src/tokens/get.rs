//! `GET /api/tokens/{tokenHash}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::tokens::TokenError;
use http::StatusCode;

use super::errors::UnknownToken;
use super::token::WireToken;
use crate::error::{ApiError, json};
use crate::extract::{PathTokenHash, RequestContext};
use crate::state::ApiState;

/// Show a token
#[utoipa::path(
    get,
    path = "/api/tokens/{tokenHash}",
    operation_id = "get_token",
    tag = "Tokens",
    params(PathTokenHash),
    responses((status = 200, description = "The token", body = WireToken), UnknownToken),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathTokenHash(id): PathTokenHash,
) -> Result<Response, ApiError> {
    let id = id.ok_or(TokenError::NotFound)?;
    let token = state.app.tokens().get(&context, &id).await?;
    Ok(json(StatusCode::OK, &WireToken::new(token, state.app.clock().now())))
}
