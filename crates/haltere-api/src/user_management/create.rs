//! `POST /api/user-management/users`

use axum::extract::State;
use axum::response::Response;

use super::errors::{Busy, InvalidUser, NameTaken, invalid};
use super::input::NewUserInput;
use super::user::{WireUser, response};
use crate::error::ApiError;
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;

/// Create a user
#[utoipa::path(
    post,
    path = "/api/user-management/users",
    operation_id = "create_user",
    tag = "Users",
    request_body(content = NewUserInput, content_type = "application/json",
        example = json!({"username": "ann", "password": "correct horse battery staple", "roles": ["viewer"]})),
    responses(
        (status = 200, description = "All users, the new one among them", body = [WireUser]),
        InvalidUser,
        NameTaken,
        Busy,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let new = NewUserInput::read(body).map_err(invalid)?;
    Ok(response(state.app.users().add(&context, new).await?))
}
