//! What the errors of operations on groups become.

use haltere_app::Invalid;
use haltere_app::groups::GroupError;
use utoipa::IntoResponses;

use crate::error::{ApiError, messages};
use crate::openapi::errors::{Responses, describe};

impl From<GroupError> for ApiError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::NotAllowed(refusal) => refusal.into(),
            GroupError::Invalid(fault) => invalid(fault),
            GroupError::Exists => {
                Self::conflict("Group already exists").with_long_error("name: is taken")
            }
            GroupError::NotFound => Self::gone(messages::GROUP_GONE),
            GroupError::OtherUser => {
                Self::invalid("Invalid. userName doesn't match the issuing user")
            }
            GroupError::LastAdmin => {
                Self::conflict("The last administrator can't be in a group that hides connections")
            }
            GroupError::TooMany => Self::not_allowed("Maximum number of groups reached"),
            GroupError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// 400 in the words of the management center for Mosquitto, which name no field; ours are the long error.
pub(super) fn invalid(fault: Invalid) -> ApiError {
    ApiError::invalid_field(fault).worded("Group object invalid")
}

/// The body describes no group.
pub(super) enum InvalidGroup {}

impl IntoResponses for InvalidGroup {
    fn responses() -> Responses {
        let field = Invalid::new("users", "there is no user \"ann\"");
        describe([(
            "group",
            "The body describes no group; `longError` names the field",
            invalid(field),
        )])
    }
}

/// The name of a new group is taken.
pub(super) enum NameTaken {}

impl IntoResponses for NameTaken {
    fn responses() -> Responses {
        describe([
            ("exists", "The name is taken", GroupError::Exists.into()),
            ("tooMany", "There are as many groups as there can be", GroupError::TooMany.into()),
        ])
    }
}

/// The path names no group.
pub(super) enum UnknownGroup {}

impl IntoResponses for UnknownGroup {
    fn responses() -> Responses {
        describe([("unknown", "There is no such group", GroupError::NotFound.into())])
    }
}

/// The path names another user.
pub(super) enum OtherUser {}

impl IntoResponses for OtherUser {
    fn responses() -> Responses {
        let description = "The user is not the caller";
        describe([("otherUser", description, GroupError::OtherUser.into())])
    }
}

/// No administrator would see all connections any more.
pub(super) enum LastAdministrator {}

impl IntoResponses for LastAdministrator {
    fn responses() -> Responses {
        let description = "No administrator would see all connections any more";
        describe([("lastAdmin", description, GroupError::LastAdmin.into())])
    }
}
