//! What the errors of operations on users become.

use haltere_app::users::{PASSWORD_MIN_CHARS, UserError};
use haltere_app::{FieldFault, Invalid};
use haltere_core::quota::QuotaExceeded;
use haltere_core::sentence::Sentence as _;
use utoipa::IntoResponses;

use crate::auth::login::PASSWORD_CHECKS;
use crate::error::{ApiError, messages};
use crate::openapi::errors::{Responses, describe};

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::NotAllowed(refusal) => refusal.into(),
            UserError::Invalid(fault) => invalid(fault),
            UserError::Exists => {
                Self::conflict(messages::USER_EXISTS).with_long_error("username: is taken")
            }
            UserError::NotFound => Self::gone(messages::USER_GONE),
            UserError::NoInvitation => Self::gone("Invitation not valid any more"),
            UserError::NoSuchSession => Self::not_found("Session not found"),
            UserError::NoSecondFactor => Self::not_found("User has no second factor"),
            UserError::OwnSecondFactor => Self::not_allowed(messages::OWN_SECOND_FACTOR),
            UserError::LastAdmin => Self::conflict(messages::LAST_ADMIN),
            UserError::BreakGlass => Self::not_allowed(messages::BREAK_GLASS),
            UserError::TooMany => Self::not_allowed("Maximum number of users reached"),
            UserError::TooManyChecks(reached) => PASSWORD_CHECKS.refusal(reached),
            UserError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// 400 in the words of the management center for Mosquitto, which name no field; ours are the long error.
pub(super) fn invalid(fault: Invalid) -> ApiError {
    let has_no_role = fault.fault.as_ref().is_some_and(|(key, _)| *key == FieldFault::NoRole.key());
    let message = if has_no_role { messages::USER_WITHOUT_ROLE } else { messages::USER_INVALID };
    ApiError::invalid_field(fault).worded(message)
}

/// The body describes no user.
pub(super) enum InvalidUser {}

impl IntoResponses for InvalidUser {
    fn responses() -> Responses {
        let field = Invalid::of("password", &FieldFault::TooShort { min: PASSWORD_MIN_CHARS });
        describe([
            ("user", "The body describes no user; `longError` names the field", invalid(field)),
            ("role", "The user has no role", invalid(Invalid::of("roles", &FieldFault::NoRole))),
        ])
    }
}

/// The name of a new user is taken.
pub(super) enum NameTaken {}

impl IntoResponses for NameTaken {
    fn responses() -> Responses {
        describe([
            ("exists", "The name is taken", UserError::Exists.into()),
            ("tooMany", "There are as many users as there can be", UserError::TooMany.into()),
        ])
    }
}

/// The path names no user.
pub(super) enum UnknownUser {}

impl IntoResponses for UnknownUser {
    fn responses() -> Responses {
        describe([("unknown", "There is no such user", UserError::NotFound.into())])
    }
}

/// The invitation can't be used.
pub(super) enum NoInvitation {}

impl IntoResponses for NoInvitation {
    fn responses() -> Responses {
        let description = "The invitation is unknown, was used or replaced, or has expired";
        describe([("invitation", description, UserError::NoInvitation.into())])
    }
}

/// The path names no session of the user.
pub(super) enum UnknownSession {}

impl IntoResponses for UnknownSession {
    fn responses() -> Responses {
        let description = "The user has no such session";
        describe([("session", description, UserError::NoSuchSession.into())])
    }
}

/// The user has no second factor.
pub(super) enum NoSecondFactor {}

impl IntoResponses for NoSecondFactor {
    fn responses() -> Responses {
        let description = "The user has no second factor";
        describe([("secondFactor", description, UserError::NoSecondFactor.into())])
    }
}

/// No administrator would be left.
pub(super) enum LastAdministrator {}

impl IntoResponses for LastAdministrator {
    fn responses() -> Responses {
        describe([("lastAdmin", "No administrator would be left", UserError::LastAdmin.into())])
    }
}

/// Too many passwords are waiting.
pub(super) enum Busy {}

impl IntoResponses for Busy {
    fn responses() -> Responses {
        let (own, all) = (QuotaExceeded::User, QuotaExceeded::All);
        let description = "Too many passwords are waiting to be hashed or verified";
        describe([
            ("ownChecks", description, UserError::TooManyChecks(own).into()),
            ("checks", description, UserError::TooManyChecks(all).into()),
        ])
    }
}
