//! `GET /api/user-management/users/{userName}/sessions`

use axum::extract::State;
use axum::response::Response;

use super::super::errors::UnknownUser;
use super::response;
use crate::error::ApiError;
use crate::extract::{PathUserName, RequestContext};
use crate::profile::sessions::WireSession;
use crate::state::ApiState;

/// List the sessions of a user
///
/// The most recently used first; at most 100.
#[utoipa::path(
    get,
    path = "/api/user-management/users/{userName}/sessions",
    operation_id = "list_user_sessions",
    tag = "Users",
    params(PathUserName),
    responses(
        (status = 200, description = "The sessions", body = [WireSession], example = json!([{
                "id": "5f0c3a9be21d47808d6b1c2e9a7f4e10", "current": false,
                "createdAt": "2026-11-23T06:00:00Z", "lastUsedAt": "2026-11-23T06:12:31.204Z", "expiresAt": "2026-11-23T18:00:00Z",
                "address": "10.0.4.20", "userAgent": "curl/8.5.0",
            }])),
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    response(&state, &context, &name).await
}
