//! `DELETE /api/user-management/users/{userName}`

use axum::extract::State;
use axum::response::Response;

use super::errors::{LastAdministrator, UnknownUser};
use super::user::{WireUser, response};
use crate::error::ApiError;
use crate::extract::{PathUserName, RequestContext};
use crate::state::ApiState;

/// Delete a user
///
/// All sessions of the user end within a second, event streams included.
#[utoipa::path(
    delete,
    path = "/api/user-management/users/{userName}",
    operation_id = "delete_user",
    tag = "Users",
    params(PathUserName),
    responses(
        (status = 200, description = "The remaining users", body = [WireUser]),
        LastAdministrator,
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    Ok(response(state.app.users().remove(&context, &name).await?))
}
