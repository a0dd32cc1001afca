//! `DELETE /api/profile/second-factor`

use axum::extract::State;
use axum::response::Response;

use super::{NotSetUp, Proof, WrongProof, profile};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, RequestContext};
use crate::profile::get::WireProfile;
use crate::state::ApiState;

/// Remove your second factor
///
/// Its recovery codes go with it. All other sessions of the user end; this one stays. A user who has to have a second factor
/// may do nothing then but set one up.
#[utoipa::path(
    delete,
    path = "/api/profile/second-factor",
    operation_id = "remove_second_factor",
    tag = "Profile",
    request_body(content = Proof, content_type = "application/json",
        example = json!({"password": "correct horse battery staple", "code": "287082"})),
    responses(
        (status = 200, description = "The profile", body = WireProfile),
        (status = 400, description = "Invalid body", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "code: is missing"})),
        WrongProof,
        NotSetUp,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let Proof { password, code } = Proof::read(body)?;
    state.app.profiles().remove_second_factor(&context, password, code).await?;
    profile(&state, &context).await
}
