//! Why a login with single sign-on failed, for the login page.

use axum::response::{IntoResponse, Response};
use haltere_app::sign_on::SignOnError;

use crate::base_path::BasePath;
use crate::error::ApiError;
use crate::fallback::redirect;

/// Back to the login page, which has a sentence for each reason.
pub(super) fn back_to_login(error: SignOnError, base: &BasePath) -> Response {
    match reason(error) {
        Ok(reason) => redirect(&base.to(&format!("/login?error={reason}"))),
        Err(error) => error.into_response(),
    }
}

/// The value of `?error=`.
pub(super) fn reason(error: SignOnError) -> Result<&'static str, ApiError> {
    Ok(match error {
        SignOnError::Off => "sign-on-off",
        SignOnError::Busy(_) => "throttled",
        SignOnError::Unavailable => "sign-on-unavailable",
        SignOnError::Expired => "sign-on-expired",
        SignOnError::Refused => "sign-on-refused",
        SignOnError::Invalid => "sign-on-invalid",
        SignOnError::NoName => "sign-on-no-name",
        SignOnError::NameTaken => "sign-on-name-taken",
        SignOnError::NoUser => "sign-on-no-user",
        SignOnError::NoRole => "sign-on-no-role",
        SignOnError::Disabled => "sign-on-disabled",
        SignOnError::TooManyUsers => "sign-on-too-many-users",
        SignOnError::NotAuditable(_) => "sign-on-not-audited",
        SignOnError::Internal(cause) => return Err(ApiError::internal(cause)),
    })
}
