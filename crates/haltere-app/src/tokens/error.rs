//! Why something could not be done with a token.

use crate::error::{Internal, Invalid, NotAllowed};

/// Why something could not be done with a token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("a token with that name already exists")]
    Exists,
    #[error("there is no such token")]
    NotFound,
    #[error("there is no user with that name")]
    UnknownOwner,
    /// The user has as many as one user may have.
    #[error("the user has too many tokens")]
    TooManyOfUser,
    #[error("there are too many tokens")]
    TooMany,
    #[error(transparent)]
    Internal(#[from] Internal),
}
