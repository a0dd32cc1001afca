//! `/api/profile/second-factor`

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod dismiss_reset;
pub(crate) mod recovery_codes;
pub(crate) mod remove;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::response::Response;
use haltere_app::profile::SecondFactorError;
use haltere_core::Secret;
use haltere_core::quota::QuotaExceeded;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use super::get;
use crate::auth::login::{PASSWORD_CHECKS, throttled};
use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::openapi::errors::{Responses, describe};
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

/// The password and a code of the caller.
#[derive(ToSchema)]
#[schema(as = SecondFactorProof)]
pub(crate) struct Proof {
    /// The current password.
    #[schema(value_type = String)]
    password: Secret<String>,
    /// A one-time password or a recovery code.
    #[schema(value_type = String)]
    code: Secret<String>,
}

impl Proof {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let proof = Self {
            password: Secret::new(fields.required_string("password")?),
            code: Secret::new(fields.required_string("code")?),
        };
        fields.finish()?;
        Ok(proof)
    }
}

/// Recovery codes. No other response contains them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecoveryCodes, example = json!({"recoveryCodes": ["mf4w-23dp-on2g-c3tm", "ozqw-2zjo-mvzg-k5dz"]}))]
pub(crate) struct WireRecoveryCodes {
    /// Each logs in once, in place of a one-time password. Secret.
    recovery_codes: Vec<String>,
}

fn recovery_codes(codes: &[Secret<String>]) -> Response {
    let recovery_codes = codes.iter().map(|code| code.expose().clone()).collect();
    json(StatusCode::OK, &WireRecoveryCodes { recovery_codes })
}

/// The profile after a change, in which the session may do what it might not do before, or the other way round.
async fn profile(state: &ApiState, context: &RequestContext) -> Result<Response, ApiError> {
    let mut context = context.0.clone();
    context.set_due(context.session().and_then(|session| state.app.sessions().due(session)));
    get::response(state, &context).await
}

impl From<SecondFactorError> for ApiError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::NotAllowed(refusal) => refusal.into(),
            SecondFactorError::WrongPassword => Self::not_allowed("password: is wrong"),
            SecondFactorError::WrongCode => Self::not_allowed("code: is wrong"),
            SecondFactorError::Throttled { retry_after, of } => throttled(retry_after, of),
            SecondFactorError::TooManyChecks(reached) => PASSWORD_CHECKS.refusal(reached),
            SecondFactorError::AlreadySetUp => Self::conflict("There is a second factor already"),
            SecondFactorError::NotSetUp => Self::conflict("There is no second factor"),
            SecondFactorError::Internal(cause) => Self::internal(cause),
        }
    }
}

fn too_often() -> ApiError {
    let (retry_after, of) = (Duration::from_secs(30), QuotaExceeded::User);
    SecondFactorError::Throttled { retry_after, of }.into()
}

/// The password is not the caller's.
enum WrongPassword {}

impl IntoResponses for WrongPassword {
    fn responses() -> Responses {
        let checks = SecondFactorError::TooManyChecks(QuotaExceeded::All);
        let description = "Too many wrong passwords and codes, or too many at once";
        describe([
            ("password", "The password is wrong", SecondFactorError::WrongPassword.into()),
            ("throttled", description, too_often()),
            ("checks", "Too many passwords are waiting to be verified", checks.into()),
        ])
    }
}

/// The code is not the caller's.
enum WrongCode {}

impl IntoResponses for WrongCode {
    fn responses() -> Responses {
        describe([
            ("code", WRONG_CODE, SecondFactorError::WrongCode.into()),
            ("throttled", "Too many wrong passwords and codes", too_often()),
        ])
    }
}

const WRONG_CODE: &str = "The code is wrong, was used, or has expired";

/// The password or the code is not the caller's.
enum WrongProof {}

impl IntoResponses for WrongProof {
    fn responses() -> Responses {
        let mut responses = WrongPassword::responses();
        responses.extend(describe([
            ("password", "Wrong password or code", SecondFactorError::WrongPassword.into()),
            ("code", WRONG_CODE, SecondFactorError::WrongCode.into()),
        ]));
        responses
    }
}

/// There is one.
enum AlreadySetUp {}

impl IntoResponses for AlreadySetUp {
    fn responses() -> Responses {
        let description = "There is a second factor already";
        describe([("setUp", description, SecondFactorError::AlreadySetUp.into())])
    }
}

/// There is none.
enum NotSetUp {}

impl IntoResponses for NotSetUp {
    fn responses() -> Responses {
        let description = "There is no second factor";
        describe([("notSetUp", description, SecondFactorError::NotSetUp.into())])
    }
}

/// The setup was not begun, or has ended.
enum NotBegun {}

impl IntoResponses for NotBegun {
    fn responses() -> Responses {
        let description = "The setup was not begun, or has ended";
        describe([
            ("notBegun", description, SecondFactorError::NotSetUp.into()),
            ("setUp", description, SecondFactorError::AlreadySetUp.into()),
        ])
    }
}
