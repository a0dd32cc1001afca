//! `PUT /api/user-management/groups/{groupName}`

use axum::extract::State;
use axum::response::Response;

use super::errors::{InvalidGroup, LastAdministrator, UnknownGroup, invalid};
use super::group::{WireGroups, response};
use super::input::GroupChangeInput;
use crate::error::ApiError;
use crate::extract::{JsonBody, PathGroupName, RequestContext};
use crate::state::ApiState;

/// Change a group
///
/// What the body leaves out stays as it is. What members may see and do changes within a second, on open event streams as
/// well.
#[utoipa::path(
    put,
    path = "/api/user-management/groups/{groupName}",
    operation_id = "change_group",
    tag = "Users",
    params(PathGroupName),
    request_body(content = GroupChangeInput, content_type = "application/json", example = json!({"users": ["ann"]})),
    responses(
        (status = 200, description = "All groups", body = WireGroups),
        InvalidGroup,
        LastAdministrator,
        UnknownGroup,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathGroupName(name): PathGroupName,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let change = GroupChangeInput::read(body, name.as_str()).map_err(invalid)?;
    Ok(response(state.app.groups().change(&context, &name, change).await?))
}
