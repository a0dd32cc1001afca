//! `/api/view-as`: an administrator sees haltere as another user does.

pub(crate) mod start;
pub(crate) mod stop;

use haltere_app::sessions::ViewAsError;
use utoipa::IntoResponses;

use crate::error::{ApiError, messages};
use crate::openapi::errors::{Responses, describe};

impl From<ViewAsError> for ApiError {
    fn from(error: ViewAsError) -> Self {
        match error {
            ViewAsError::NotAllowed(refusal) => refusal.into(),
            ViewAsError::Invalid(invalid) => Self::invalid_field(invalid),
            ViewAsError::NotFound => Self::gone(messages::USER_GONE),
            ViewAsError::Ended => Self::unauthorized(),
            ViewAsError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The body names no user.
enum UnknownUser {}

impl IntoResponses for UnknownUser {
    fn responses() -> Responses {
        describe([("unknown", "There is no such user", ViewAsError::NotFound.into())])
    }
}

#[cfg(test)]
mod tests;
