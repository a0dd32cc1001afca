//! What the errors of operations on one connection become.

use haltere_app::connections::{ConnectionError, Outdated, UnreadableField, UpdateError};
use haltere_app::policy::OutsideScope;

use crate::error::{ApiError, messages};

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

impl ApiError {
    /// 409: the stored connection can't be read, because of one of its fields.
    pub(super) fn unreadable(reason: &UnreadableField) -> Self {
        let error = Self::conflict(format!("the stored connection can't be read: {reason}"));
        let (key, parameters) = reason.fault.keyed();
        error.with_fault(key, parameters).with_long_error(reason.to_string())
    }
}

impl From<OutsideScope> for ApiError {
    fn from(outside: OutsideScope) -> Self {
        Self::not_allowed(outside.to_string())
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
            UpdateError::OutsideScope(outside) => outside.into(),
            UpdateError::NameTaken => Self::not_allowed(messages::SAME_NAME_OR_ID),
            UpdateError::Unreadable { reason } => Self::unreadable(&reason),
            UpdateError::Internal(cause) => Self::internal(cause),
        }
    }
}
