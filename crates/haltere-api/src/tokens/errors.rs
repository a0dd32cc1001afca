//! What the errors of operations on tokens become.

use haltere_app::Invalid;
use haltere_app::tokens::TokenError;
use http::StatusCode;
use utoipa::IntoResponses;

use crate::error::{ApiError, ErrorCode, messages};
use crate::openapi::errors::{Responses, describe};

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NotAllowed(refusal) => refusal.into(),
            TokenError::Invalid(fault) => Self::invalid_field(fault),
            // The code does not fit the status. Clients of the management center for Mosquitto know it like that.
            TokenError::Exists => {
                Self::new(StatusCode::CONFLICT, ErrorCode::Invalid, messages::TOKEN_EXISTS)
                    .with_long_error("name: is taken")
            }
            TokenError::NotFound => Self::not_found("Token not found"),
            // The user was removed meanwhile.
            TokenError::UnknownOwner => Self::gone(messages::USER_GONE),
            TokenError::TooManyOfUser => Self::not_allowed("You have too many tokens"),
            TokenError::TooMany => Self::not_allowed("Maximum number of tokens reached"),
            TokenError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The body describes no token.
pub(super) enum InvalidToken {}

impl IntoResponses for InvalidToken {
    fn responses() -> Responses {
        let time = Invalid::new("validUntil", "must be in the future");
        let role = Invalid::new("role", "allows more than the roles of ann");
        describe([
            ("time", "The body describes no token", ApiError::invalid_field(time)),
            ("role", "The role is not within yours", ApiError::invalid_field(role)),
            ("removed", "You were removed meanwhile", TokenError::UnknownOwner.into()),
        ])
    }
}

/// There are as many tokens as there can be.
pub(super) enum NoMoreTokens {}

impl IntoResponses for NoMoreTokens {
    fn responses() -> Responses {
        describe([
            ("tooMany", "There are as many as there can be", TokenError::TooMany.into()),
            ("tooManyOwn", "You have as many as you can have", TokenError::TooManyOfUser.into()),
        ])
    }
}

/// The name of a new token is taken.
pub(super) enum NameTaken {}

impl IntoResponses for NameTaken {
    fn responses() -> Responses {
        describe([("exists", "The name is taken", TokenError::Exists.into())])
    }
}

/// The path names no token.
pub(crate) enum UnknownToken {}

impl IntoResponses for UnknownToken {
    fn responses() -> Responses {
        describe([("unknown", "There is no such token", TokenError::NotFound.into())])
    }
}
