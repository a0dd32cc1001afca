//! `GET /api/user-management/groups/user/{userName}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::groups::GroupError;
use haltere_core::UserName;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::OtherUser;
use super::group::WireMembership;
use crate::error::{ApiError, json};
use crate::extract::{PathText, RequestContext};
use crate::state::ApiState;

/// The groups of a user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupsOfUser {
    groups: Vec<WireMembership>,
}

/// List your groups
#[utoipa::path(
    get,
    path = "/api/user-management/groups/user/{userName}",
    operation_id = "list_own_groups",
    tag = "Users",
    params(("userName" = String, Path, description = "The caller's own name")),
    responses(
        (status = 200, description = "The groups of the caller, by name", body = GroupsOfUser,
            example = json!({"groups": [{"name": "Night shift", "addedBy": {"username": "admin"}}]})),
        OtherUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathText(name): PathText,
) -> Result<Response, ApiError> {
    // What can't be a name is not the caller's, either.
    let name = name.and_then(|name| UserName::parse(&name).ok()).ok_or(GroupError::OtherUser)?;
    let groups = state.app.groups().of_user(&context, &name).await?;
    let groups = groups.into_iter().map(WireMembership::from).collect();
    Ok(json(StatusCode::OK, &GroupsOfUser { groups }))
}
