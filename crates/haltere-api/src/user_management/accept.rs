//! `POST /api/invitation`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::users::UserError;
use haltere_core::{Origin, Secret};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::errors::{Busy, NoInvitation};
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::JsonBody;
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

/// The use of an invitation.
#[derive(ToSchema)]
#[schema(as = InvitationInput)]
pub(crate) struct InvitationInput {
    /// The token of the invitation.
    #[schema(value_type = String)]
    token: Secret<String>,
    /// The new password.
    #[schema(value_type = String, min_length = 8, max_length = 256)]
    password: Secret<String>,
}

/// The user who has been invited.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedUser, example = json!({"username": "ann"}))]
pub(crate) struct InvitedUser {
    /// The name to log in with.
    username: String,
}

/// Set a password by invitation
///
/// Uses an invitation up. The user can log in with the new password then.
#[utoipa::path(
    post,
    path = "/api/invitation",
    operation_id = "accept_invitation",
    tag = "Login",
    request_body(content = InvitationInput, content_type = "application/json",
        example = json!({"token": "0dGzrVBHyJYyzuGDDYqOIZm3K9kSxLFYYKLJxjTnbMc", "password": "wind over the dunes"})),
    responses(
        (status = 200, description = "The password is set", body = InvitedUser),
        (status = 400, description = "Invalid body, or the password breaks the rules", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "password: must be at least 8 characters long"})),
        NoInvitation,
        Busy,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let InvitationInput { token, password } = InvitationInput::read(body)?;
    state.app.check_auditable()?;
    let accepted = state.app.users().accept_invitation(origin, token, password).await;
    let user = accepted.map_err(|error| match error {
        UserError::Invalid(fault) => fault.into(),
        error => ApiError::from(error),
    })?;
    Ok(json(StatusCode::OK, &InvitedUser { username: user.as_str().to_owned() }))
}

impl InvitationInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self {
            token: Secret::new(fields.required_string("token")?),
            password: Secret::new(fields.required_string("password")?),
        };
        fields.finish()?;
        Ok(input)
    }
}
