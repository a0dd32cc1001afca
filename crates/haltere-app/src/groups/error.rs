//! Why something could not be done with a group.

use crate::error::{Internal, Invalid, NotAllowed};

/// Why something could not be done with a group.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("a group with that name already exists")]
    Exists,
    #[error("there is no group with that name")]
    NotFound,
    /// The groups of another user than the caller were asked for.
    #[error("the user name is not that of the caller")]
    OtherUser,
    /// There would be no administrator any more who sees all connections.
    #[error("the last administrator can't be in a group that hides connections")]
    LastAdmin,
    #[error("there are too many groups")]
    TooMany,
    #[error(transparent)]
    Internal(#[from] Internal),
}
