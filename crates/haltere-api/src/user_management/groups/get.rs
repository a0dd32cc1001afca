//! `GET /api/user-management/groups/{groupName}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::errors::UnknownGroup;
use super::group::WireGroup;
use crate::error::{ApiError, json};
use crate::extract::{PathGroupName, RequestContext};
use crate::state::ApiState;

/// Show a group
#[utoipa::path(
    get,
    path = "/api/user-management/groups/{groupName}",
    operation_id = "get_group",
    tag = "Users",
    params(PathGroupName),
    responses((status = 200, description = "The group", body = WireGroup), UnknownGroup),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathGroupName(name): PathGroupName,
) -> Result<Response, ApiError> {
    let group = state.app.groups().get(&context, &name).await?;
    Ok(json(StatusCode::OK, &WireGroup::from(group)))
}
