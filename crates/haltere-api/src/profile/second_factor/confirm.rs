//! `PUT /api/profile/second-factor`

use axum::extract::State;
use axum::response::Response;
use haltere_core::Secret;
use serde_json::Value;
use utoipa::ToSchema;

use super::{NotBegun, WireRecoveryCodes, WrongCode, recovery_codes};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

/// A first code.
#[derive(ToSchema)]
#[schema(as = SecondFactorConfirm)]
pub(crate) struct CodeInput {
    /// The one-time password that the app shows.
    #[schema(value_type = String)]
    code: Secret<String>,
}

/// Confirm your second factor
///
/// Ends its setup with a first code. From then on a code is asked for at each login. All other sessions of the user end; this
/// one stays.
#[utoipa::path(
    put,
    path = "/api/profile/second-factor",
    operation_id = "confirm_second_factor",
    tag = "Profile",
    request_body(content = CodeInput, content_type = "application/json", example = json!({"code": "287082"})),
    responses(
        (status = 200, description = "The recovery codes", body = WireRecoveryCodes),
        (status = 400, description = "Invalid body", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "code: is missing"})),
        WrongCode,
        NotBegun,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let CodeInput { code } = CodeInput::read(body)?;
    let codes = state.app.profiles().confirm_second_factor(&context, code).await?;
    Ok(recovery_codes(&codes))
}

impl CodeInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self { code: Secret::new(fields.required_string("code")?) };
        fields.finish()?;
        Ok(input)
    }
}
