//! Why something could not be done with a user.

use crate::error::{Internal, Invalid, NotAllowed};

/// Why something could not be done with a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Insufficient roles.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// `username`, `password` or `roles` is invalid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is a user with that name already.
    #[error("a user with that name already exists")]
    Exists,
    /// There is no such user.
    #[error("there is no user with that name")]
    NotFound,
    /// There would be no administrator any more.
    #[error("the last administrator can't be removed or lose the role admin")]
    LastAdmin,
    /// An internal failure.
    #[error(transparent)]
    Internal(#[from] Internal),
}
