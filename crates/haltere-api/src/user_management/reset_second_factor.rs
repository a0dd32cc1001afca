//! `DELETE /api/user-management/users/{userName}/second-factor`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::errors::{NoSecondFactor, UnknownUser};
use super::user::WireUser;
use crate::error::{ApiError, json};
use crate::extract::{PathUserName, RequestContext};
use crate::state::ApiState;

/// Remove the second factor of a user
///
/// For a user who has lost the device and the recovery codes. All sessions of the user end. The user sees it after the next
/// login, until they dismiss it.
#[utoipa::path(
    delete,
    path = "/api/user-management/users/{userName}/second-factor",
    operation_id = "reset_second_factor",
    tag = "Users",
    params(PathUserName),
    responses(
        (status = 200, description = "The user", body = WireUser),
        NoSecondFactor,
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    let user = state.app.users().reset_second_factor(&context, &name).await?;
    Ok(json(StatusCode::OK, &WireUser::from(user)))
}
