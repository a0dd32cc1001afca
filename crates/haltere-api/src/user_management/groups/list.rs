//! `GET /api/user-management/groups`

use axum::extract::State;
use axum::response::Response;

use super::group::{WireGroups, response};
use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::state::ApiState;

/// List groups
#[utoipa::path(
    get,
    path = "/api/user-management/groups",
    operation_id = "list_groups",
    tag = "Users",
    responses((status = 200, description = "All groups, by name", body = WireGroups)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    Ok(response(state.app.groups().list(&context).await?))
}
