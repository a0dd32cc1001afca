//! `POST /api/user-management/groups`

use axum::extract::State;
use axum::response::Response;

use super::errors::{InvalidGroup, LastAdministrator, NameTaken, invalid};
use super::group::{WireGroups, response};
use super::input::NewGroupInput;
use crate::error::ApiError;
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;

/// Create a group
///
/// Members of a group have its role on its connections, and see no others, whatever their own roles are. Those in several
/// groups see the connections of all, and on a connection of several groups their roles add up. Groups without
/// connections and `label` change nothing for their members.
#[utoipa::path(
    post,
    path = "/api/user-management/groups",
    operation_id = "create_group",
    tag = "Users",
    request_body(content = NewGroupInput, content_type = "application/json", example = json!({
        "name": "Night shift", "role": "viewer", "users": ["ann", "bob"], "connections": ["press-1", "press-2"],
    })),
    responses(
        (status = 200, description = "All groups, the new one among them", body = WireGroups),
        InvalidGroup,
        NameTaken,
        LastAdministrator,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let new = NewGroupInput::read(body).map_err(invalid)?;
    Ok(response(state.app.groups().add(&context, new).await?))
}
