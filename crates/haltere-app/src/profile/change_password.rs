//! `PUT /api/profile`

use std::time::Duration;

use haltere_core::Secret;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Internal, Invalid, NotAllowed};

/// Why the password is still the old one.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The old password is not the right one.
    #[error("the old password is wrong")]
    WrongPassword,
    /// Too many wrong old passwords.
    #[error("too many wrong passwords, try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// When trying again makes sense; whole seconds, at least one.
        retry_after: Duration,
    },
    /// The new password breaks the rules; the field is `password`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The user was removed in the meantime.
    #[error("the user does not exist any more")]
    Gone,
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Changes the caller's own password. All of their other sessions end, this one stays.
    pub async fn change_own_password(
        &self,
        ctx: &Ctx,
        old: Secret<String>,
        new: Secret<String>,
    ) -> Result<(), ChangePasswordError> {
        todo!()
    }
}
