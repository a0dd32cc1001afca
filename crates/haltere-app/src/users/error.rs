//! Why something could not be done with a user.

use haltere_core::quota::QuotaExceeded;

use crate::error::{Internal, Invalid, NotAllowed};

/// Why something could not be done with a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// `username`, `password` or `roles` is invalid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("a user with that name already exists")]
    Exists,
    #[error("there is no user with that name")]
    NotFound,
    /// The invitation is unknown, was used, was replaced or has expired.
    #[error("the invitation is not valid any more")]
    NoInvitation,
    #[error("the user has no such session")]
    NoSuchSession,
    #[error("the user has no second factor")]
    NoSecondFactor,
    /// A caller of the API would remove their own without password and code.
    #[error("one's own second factor is removed in the profile")]
    OwnSecondFactor,
    /// No administrator who can log in and sees all connections would be left.
    #[error("the last administrator can't be removed, disabled or lose the role admin")]
    LastAdmin,
    /// A caller of the API would change a user who may log in without single sign-on.
    #[error("a break-glass user is changed on the command line only")]
    BreakGlass,
    #[error("there are too many users")]
    TooMany,
    /// Too many passwords are waiting to be hashed or verified.
    #[error("too many passwords are waiting to be hashed")]
    TooManyChecks(QuotaExceeded),
    #[error(transparent)]
    Internal(#[from] Internal),
}
