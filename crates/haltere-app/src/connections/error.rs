//! Errors of operations on one connection.

use haltere_core::quota::QuotaExceeded;

use super::condition::Outdated;
use super::entry::UnreadableField;
use crate::error::{Internal, Invalid, NotAllowed};
use crate::policy::OutsideScope;

/// Why getting, deleting, connecting, disconnecting or looking at the history of a connection failed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error(transparent)]
    NotAllowed(NotAllowed),
    #[error("connection not found")]
    NotFound,
    /// Another version is stored than the change is meant for.
    #[error(transparent)]
    Outdated(#[from] Outdated),
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Why replacing or patching a connection failed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error(transparent)]
    NotAllowed(NotAllowed),
    /// A field is invalid, by itself or together with the stored ones.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("connection not found")]
    NotFound,
    /// Another version is stored than the change is meant for.
    #[error(transparent)]
    Outdated(#[from] Outdated),
    #[error("another connection has the same name")]
    NameTaken,
    /// The caller could not see it any more: the token is limited to other connections.
    #[error(transparent)]
    OutsideScope(#[from] OutsideScope),
    #[error("Maximum size of all connections reached")]
    BudgetReached,
    /// The stored connection can't be read, and the change needs it.
    #[error("the stored connection can't be read: {reason}")]
    Unreadable { reason: UnreadableField },
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Why a test dialled nothing.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    #[error(transparent)]
    NotAllowed(NotAllowed),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("connection not found")]
    NotFound,
    /// The stored connection can't be read, and the test needs it.
    #[error("the stored connection can't be read: {reason}")]
    Unreadable { reason: UnreadableField },
    /// As many tests as there may be are running.
    #[error("as many tests of connections are running as there may be")]
    TooMany(QuotaExceeded),
    /// The test could not be written to the audit trail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// A hidden connection is reported like one that does not exist.
macro_rules! from_not_allowed {
    ($($error:ty),*) => {$(
        impl From<NotAllowed> for $error {
            fn from(refusal: NotAllowed) -> Self {
                match refusal {
                    NotAllowed::Hidden => Self::NotFound,
                    refusal => Self::NotAllowed(refusal),
                }
            }
        }
    )*};
}

from_not_allowed!(ConnectionError, UpdateError, TestError);
