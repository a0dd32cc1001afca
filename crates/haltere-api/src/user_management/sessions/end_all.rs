//! `DELETE /api/user-management/users/{userName}/sessions`

use axum::extract::State;
use axum::response::Response;

use super::super::errors::UnknownUser;
use super::response;
use crate::error::ApiError;
use crate::extract::{PathUserName, RequestContext};
use crate::profile::sessions::WireSession;
use crate::state::ApiState;

/// End all sessions of a user
///
/// They end within a second everywhere, event streams included.
#[utoipa::path(
    delete,
    path = "/api/user-management/users/{userName}/sessions",
    operation_id = "end_user_sessions",
    tag = "Users",
    params(PathUserName),
    responses(
        (status = 200, description = "The remaining sessions: none, or new ones", body = [WireSession], example = json!([])),
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    state.app.users().end_sessions(&context, &name, None).await?;
    response(&state, &context, &name).await
}
