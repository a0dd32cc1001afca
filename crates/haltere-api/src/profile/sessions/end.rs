//! `DELETE /api/profile/sessions/{sessionId}`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::sessions::OwnSessionError;
use haltere_core::SessionHandle;

use super::{WireSession, response};
use crate::cookie::SessionCookie;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{PathText, RequestContext};
use crate::state::ApiState;

/// End one of your sessions
///
/// It ends within a second everywhere, event streams included. Ending the session of the request
/// logs out.
#[utoipa::path(
    delete,
    path = "/api/profile/sessions/{sessionId}",
    operation_id = "end_session",
    tag = "Profile",
    params(("sessionId" = String, Path, description = "The session's id", example = "5f0c3a9be21d47808d6b1c2e9a7f4e10")),
    responses(
        (status = 200, description = "The remaining sessions", body = [WireSession], example = json!([{
                "id": "5f0c3a9be21d47808d6b1c2e9a7f4e10", "current": true,
                "createdAt": "2026-11-23T06:00:00Z", "lastUsedAt": "2026-11-23T06:12:31.204Z", "expiresAt": "2026-11-23T18:00:00Z",
                "address": "10.0.4.20", "userAgent": "curl/8.5.0",
            }])),
        (status = 404, description = "The caller has no such session", body = ErrorBody,
            example = json!({"code": "NOT_FOUND", "message": "Session not found"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    Extension(cookie): Extension<SessionCookie>,
    PathText(id): PathText,
) -> Result<Response, ApiError> {
    let handle = id.as_deref().and_then(SessionHandle::parse).ok_or(OwnSessionError::NotFound)?;
    Ok(response(state.app.sessions().end_own(&context, handle).await?, &cookie))
}
