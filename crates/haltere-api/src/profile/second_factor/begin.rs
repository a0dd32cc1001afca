//! `POST /api/profile/second-factor`

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::SecondFactorSetup;
use haltere_core::Secret;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{AlreadySetUp, WrongPassword};
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

/// The password of the caller.
#[derive(ToSchema)]
#[schema(as = SecondFactorBegin)]
pub(crate) struct PasswordInput {
    /// The current password.
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// What an app for one-time passwords needs to know. No other response contains it.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorSetup, example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/haltere:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=haltere",
}))]
pub(crate) struct WireSetup {
    /// In base32, to type it in. Secret.
    secret: String,
    /// The same for a QR code. Secret.
    uri: String,
}

/// Begin to set up your second factor
///
/// Makes the secret for an app that computes one-time passwords (TOTP: HMAC-SHA-1, six digits, 30 seconds). It replaces that
/// of an earlier attempt. Codes are asked for once `PUT` has confirmed it.
#[utoipa::path(
    post,
    path = "/api/profile/second-factor",
    operation_id = "begin_second_factor",
    tag = "Profile",
    request_body(content = PasswordInput, content_type = "application/json",
        example = json!({"password": "correct horse battery staple"})),
    responses(
        (status = 200, description = "What the app needs to know", body = WireSetup),
        (status = 400, description = "Invalid body", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "password: is missing"})),
        WrongPassword,
        AlreadySetUp,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let PasswordInput { password } = PasswordInput::read(body)?;
    let setup = state.app.profiles().begin_second_factor(&context, password).await?;
    let SecondFactorSetup { secret, uri } = setup;
    let setup = WireSetup { secret: secret.expose().clone(), uri: uri.expose().clone() };
    Ok(json(StatusCode::OK, &setup))
}

impl PasswordInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self { password: Secret::new(fields.required_string("password")?) };
        fields.finish()?;
        Ok(input)
    }
}
