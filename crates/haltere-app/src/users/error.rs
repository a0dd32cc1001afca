//! Why something could not be done with a user.

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
    /// There would be no administrator any more.
    #[error("the last administrator can't be removed or lose the role admin")]
    LastAdmin,
    #[error(transparent)]
    Internal(#[from] Internal),
}
