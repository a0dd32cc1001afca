//! `POST /api/view-as`

use axum::extract::State;
use axum::response::Response;
use haltere_app::sessions::ViewAsError;
use haltere_core::UserName;
use serde_json::Value;
use utoipa::ToSchema;

use super::UnknownUser;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, RequestContext};
use crate::profile::get::{self, WireProfile};
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

/// As whom to see haltere.
#[derive(ToSchema)]
#[schema(as = ViewAs, rename_all = "camelCase")]
pub(crate) struct ViewAsInput {
    /// Another user, who is not disabled.
    user_name: String,
}

impl ViewAsInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self { user_name: fields.required_string("userName")? };
        fields.finish()?;
        Ok(input)
    }
}

/// See haltere as another user does
///
/// From now on, this session sees what that user sees, and may change nothing, until `DELETE /api/view-as`. It never sees more than
/// the administrator does. Event streams of the session end, and so do requests under way. The audit trail names the administrator.
///
/// It also ends with the session, when the administrator loses the role, when the user is disabled or deleted, and when haltere restarts.
#[utoipa::path(
    post,
    path = "/api/view-as",
    operation_id = "view_as",
    tag = "Users",
    request_body(content = ViewAsInput, content_type = "application/json", example = json!({"userName": "bob"})),
    responses(
        (status = 200, description = "The profile of that user, with `viewedBy`", body = WireProfile),
        (status = 400, description = "Invalid body, the caller themselves, or a user who is disabled", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "userName: must be another user"})),
        UnknownUser,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let ViewAsInput { user_name } = ViewAsInput::read(body)?;
    // No user has such a name.
    let name = UserName::parse(&user_name).map_err(|_| ViewAsError::NotFound)?;
    let session = state.app.sessions().view_as(&context, &name).await?;
    get::response(&state, &state.app.context(session, context.origin.clone())).await
}
