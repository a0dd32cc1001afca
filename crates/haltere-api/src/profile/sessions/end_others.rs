//! `DELETE /api/profile/sessions`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::{WireSession, response};
use crate::cookie::SessionCookie;
use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::state::ApiState;

/// End your other sessions
///
/// They end within a second everywhere, event streams included; the session of the request stays.
#[utoipa::path(
    delete,
    path = "/api/profile/sessions",
    operation_id = "end_other_sessions",
    tag = "Profile",
    responses(
        (status = 200, description = "The session that remains", body = [WireSession], example = json!([{
                "id": "5f0c3a9be21d47808d6b1c2e9a7f4e10", "current": true,
                "createdAt": "2026-11-23T06:00:00Z", "lastUsedAt": "2026-11-23T06:12:31.204Z", "expiresAt": "2026-11-23T18:00:00Z",
                "address": "10.0.4.20", "userAgent": "curl/8.5.0",
            }])),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    Extension(cookie): Extension<SessionCookie>,
) -> Result<Response, ApiError> {
    Ok(response(state.app.sessions().end_others(&context).await?, &cookie))
}
