//! What the errors of operations on one connection become.

use haltere_app::connections::{ConnectionError, Outdated, UpdateError};
use http::StatusCode;

use crate::error::{ApiError, ErrorCode, messages};

impl From<haltere_app::Invalid> for ApiError {
    fn from(invalid: haltere_app::Invalid) -> Self {
        Self::invalid_field(invalid)
    }
}

impl From<Outdated> for ApiError {
    fn from(Outdated { last_change }: Outdated) -> Self {
        Self::outdated(last_change)
    }
}

impl From<ConnectionError> for ApiError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::NotAllowed(refusal) => refusal.into(),
            ConnectionError::NotFound => Self::not_found(messages::CONNECTION_NOT_FOUND),
            ConnectionError::Outdated(outdated) => outdated.into(),
            ConnectionError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<UpdateError> for ApiError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::NotAllowed(refusal) => refusal.into(),
            UpdateError::Invalid(invalid) => invalid.into(),
            UpdateError::NotFound => Self::not_found(messages::CONNECTION_NOT_FOUND),
            UpdateError::Outdated(outdated) => outdated.into(),
            UpdateError::BudgetReached => Self::over_budget(),
            UpdateError::NameTaken => Self::not_allowed(messages::SAME_NAME_OR_ID),
            unreadable @ UpdateError::Unreadable { .. } => {
                Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, unreadable.to_string())
            }
            UpdateError::Internal(cause) => Self::internal(cause),
        }
    }
}
