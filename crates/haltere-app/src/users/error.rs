//! Why something could not be done with a user.

use crate::error::{Internal, Invalid, NotAllowed};

/// Why something could not be done with a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The roles of whoever asks are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// `username`, `password` or `roles` make no sense.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is a user with that name already.
    #[error("a user with that name already exists")]
    Exists,
    /// There is no such user.
    #[error("there is no user with that name")]
    NotFound,
    /// Nobody could administer haltere any more.
    #[error("the last administrator can't be removed or lose the role admin")]
    LastAdmin,
    /// Something failed that is no fault of whoever asks.
    #[error(transparent)]
    Internal(#[from] Internal),
}
