//! `DELETE /api/user-management/groups/{groupName}`

use axum::extract::State;
use axum::response::Response;

use super::errors::UnknownGroup;
use super::group::{WireGroups, response};
use crate::error::ApiError;
use crate::extract::{PathGroupName, RequestContext};
use crate::state::ApiState;

/// Delete a group
///
/// Its members see what their other groups and their own roles allow.
#[utoipa::path(
    delete,
    path = "/api/user-management/groups/{groupName}",
    operation_id = "delete_group",
    tag = "Users",
    params(PathGroupName),
    responses((status = 200, description = "The remaining groups", body = WireGroups), UnknownGroup),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathGroupName(name): PathGroupName,
) -> Result<Response, ApiError> {
    Ok(response(state.app.groups().remove(&context, &name).await?))
}
