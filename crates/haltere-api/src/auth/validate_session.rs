//! `GET /validate-session`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cookie::SessionCookie;
use crate::error::{ApiError, json};
use crate::extract::caller;
use crate::state::ApiState;

/// Whether there is a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionValidity {
    /// Whether the cookie belongs to a session that has not ended.
    valid: bool,
}

/// Check the session
#[utoipa::path(
    get,
    path = "/validate-session",
    operation_id = "validate_session",
    tag = "Login",
    responses((status = 200, description = "Whether there is a session", body = SessionValidity, example = json!({"valid": true}))),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(cookie): Extension<SessionCookie>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let valid = caller::session(&state, &cookie, &headers).await?.is_some();
    Ok(json(StatusCode::OK, &SessionValidity { valid }))
}
