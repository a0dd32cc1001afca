//! `POST /api/tokens`

use axum::extract::State;
use axum::response::Response;
use haltere_app::tokens::CreatedToken;
use http::StatusCode;

use super::errors::{InvalidToken, NameTaken, NoMoreTokens};
use super::input::NewTokenInput;
use super::token::{WireCreatedToken, WireToken};
use crate::error::{ApiError, json};
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;

/// Create a token
///
/// The response is the only one that contains the token itself. It acts for the user who creates it, with the rights that
/// its role and the roles of that user at the time of a request have in common. A token can't create tokens.
#[utoipa::path(
    post,
    path = "/api/tokens",
    operation_id = "create_token",
    tag = "Tokens",
    request_body(content = NewTokenInput, content_type = "application/json",
        example = json!({"name": "ci", "validUntil": "2027-01-31T00:00:00Z", "role": "viewer", "labels": "site=graz"})),
    responses(
        (status = 200, description = "The token, with its secret", body = WireCreatedToken),
        InvalidToken,
        NoMoreTokens,
        NameTaken,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let new = NewTokenInput::read(body).map_err(ApiError::invalid_field)?;
    let CreatedToken { token, secret } = state.app.tokens().create(&context, new).await?;
    let created = WireCreatedToken {
        token: secret.expose().to_owned(),
        info: WireToken::new(token, state.app.clock().now()),
    };
    Ok(json(StatusCode::OK, &created))
}
