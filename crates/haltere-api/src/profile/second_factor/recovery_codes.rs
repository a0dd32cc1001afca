//! `POST /api/profile/second-factor/recovery-codes`

use axum::extract::State;
use axum::response::Response;

use super::{NotSetUp, Proof, WireRecoveryCodes, WrongProof, recovery_codes};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;

/// Make new recovery codes
///
/// They replace those that are left. All other sessions of the user end; this one stays.
#[utoipa::path(
    post,
    path = "/api/profile/second-factor/recovery-codes",
    operation_id = "renew_recovery_codes",
    tag = "Profile",
    request_body(content = Proof, content_type = "application/json",
        example = json!({"password": "correct horse battery staple", "code": "287082"})),
    responses(
        (status = 200, description = "The recovery codes", body = WireRecoveryCodes),
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
    let codes = state.app.profiles().renew_recovery_codes(&context, password, code).await?;
    Ok(recovery_codes(&codes))
}
