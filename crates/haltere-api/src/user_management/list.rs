//! `GET /api/user-management/users`

use axum::extract::State;
use axum::response::Response;

use super::user::{WireUser, response};
use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::state::ApiState;

/// List users
#[utoipa::path(
    get,
    path = "/api/user-management/users",
    operation_id = "list_users",
    tag = "Users",
    responses((status = 200, description = "All users, by name", body = [WireUser])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    Ok(response(state.app.users().list(&context).await?))
}
