//! `PUT /api/user-management/users/{userName}`

use axum::extract::State;
use axum::response::Response;

use super::errors::{Busy, InvalidUser, LastAdministrator, UnknownUser, invalid};
use super::input::UserChangeInput;
use super::user::{WireUser, response};
use crate::error::ApiError;
use crate::extract::{JsonBody, PathUserName, RequestContext};
use crate::state::ApiState;

/// Change a user
///
/// What the body leaves out stays as it is. All sessions of the user end within a second, event streams included, if
/// the password or the roles change.
#[utoipa::path(
    put,
    path = "/api/user-management/users/{userName}",
    operation_id = "change_user",
    tag = "Users",
    params(PathUserName),
    request_body(content = UserChangeInput, content_type = "application/json", example = json!({"roles": ["editor"]})),
    responses(
        (status = 200, description = "All users", body = [WireUser]),
        InvalidUser,
        LastAdministrator,
        UnknownUser,
        Busy,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let change = UserChangeInput::read(body, name.as_str()).map_err(invalid)?;
    Ok(response(state.app.users().change(&context, &name, change).await?))
}
