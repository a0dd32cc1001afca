//! `GET /api/user-management/users/{userName}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::errors::UnknownUser;
use super::user::WireUser;
use crate::error::{ApiError, json};
use crate::extract::{PathUserName, RequestContext};
use crate::state::ApiState;

/// Show a user
#[utoipa::path(
    get,
    path = "/api/user-management/users/{userName}",
    operation_id = "get_user",
    tag = "Users",
    params(PathUserName),
    responses((status = 200, description = "The user", body = WireUser), UnknownUser),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    let user = state.app.users().get(&context, &name).await?;
    Ok(json(StatusCode::OK, &WireUser::from(user)))
}
