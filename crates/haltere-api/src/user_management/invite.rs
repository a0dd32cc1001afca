//! `POST /api/user-management/users/{userName}/invitation`

use axum::extract::State;
use axum::response::Response;
use haltere_app::users::NewInvitation;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::UnknownUser;
use crate::error::{ApiError, json};
use crate::extract::{PathUserName, RequestContext};
use crate::state::ApiState;
use crate::wire::time;

/// An invitation. This response is the only one that contains the token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation, example = json!({
    "username": "ann", "token": "0dGzrVBHyJYyzuGDDYqOIZm3K9kSxLFYYKLJxjTnbMc",
    "path": "/invitation#0dGzrVBHyJYyzuGDDYqOIZm3K9kSxLFYYKLJxjTnbMc", "expiresAt": "2026-11-26T06:00:00Z",
}))]
pub(crate) struct WireInvitation {
    username: String,
    /// For `POST /api/invitation`. Secret: its holder can set the user's password.
    token: String,
    /// The path of a link for the user. What follows `#` is not sent to servers, and so is in no log.
    path: String,
    /// After this, or once it was used, it is not valid any more.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Invite a user
///
/// Makes a token by which the user can set a password, once, within three days. It replaces an earlier one. A password
/// that the user has is valid until then.
#[utoipa::path(
    post,
    path = "/api/user-management/users/{userName}/invitation",
    operation_id = "invite_user",
    tag = "Users",
    params(PathUserName),
    responses((status = 200, description = "The invitation", body = WireInvitation), UnknownUser),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathUserName(name): PathUserName,
) -> Result<Response, ApiError> {
    let invitation = state.app.users().invite(&context, &name).await?;
    let NewInvitation { user, token, expires_at } = invitation;
    let page = state.options.base.to("/invitation");
    let invitation = WireInvitation {
        username: user.as_str().to_owned(),
        path: format!("{page}#{}", token.expose()),
        token: token.expose().clone(),
        expires_at: time::rfc3339(expires_at),
    };
    Ok(json(StatusCode::OK, &invitation))
}
