//! `DELETE /api/user-management/users/{userName}/sessions/{sessionId}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::users::UserError;
use haltere_core::SessionHandle;

use super::super::errors::{UnknownSession, UnknownUser};
use super::response;
use crate::error::ApiError;
use crate::extract::{PathSessionId, PathUserName, RequestContext};
use crate::profile::sessions::WireSession;
use crate::state::ApiState;

/// End a session of a user
///
/// It ends within a second everywhere, event streams included.
#[utoipa::path(
    delete,
    path = "/api/user-management/users/{userName}/sessions/{sessionId}",
    operation_id = "end_user_session",
    tag = "Users",
    params(PathUserName, PathSessionId),
    responses(
        (status = 200, description = "The remaining sessions", body = [WireSession], example = json!([{
                "id": "5f0c3a9be21d47808d6b1c2e9a7f4e10", "current": false,
                "createdAt": "2026-11-23T06:00:00Z", "lastUsedAt": "2026-11-23T06:12:31.204Z", "expiresAt": "2026-11-23T18:00:00Z",
                "address": "10.0.4.20", "userAgent": "curl/8.5.0",
            }])),
        UnknownSession,
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
    PathSessionId(id): PathSessionId,
) -> Result<Response, ApiError> {
    let handle = id.as_deref().and_then(SessionHandle::parse).ok_or(UserError::NoSuchSession)?;
    state.app.users().end_sessions(&context, &name, Some(handle)).await?;
    response(&state, &context, &name).await
}
