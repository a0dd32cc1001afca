//! `POST /auth`

use std::time::Duration;

use haltere_core::{Caller, Origin, Secret, Timestamp};

use crate::app::App;
use crate::error::Internal;

/// A wish to log in.
#[derive(Debug)]
pub struct LogIn {
    /// As typed.
    pub username: String,
    /// As typed.
    pub password: Secret<String>,
    /// Where from.
    pub origin: Origin,
}

/// A session has begun.
#[derive(Debug)]
pub struct LoggedIn {
    /// 256 random bits in URL-safe base64 without padding: for the cookie, and kept nowhere else.
    pub token: Secret<String>,
    /// Who logged in.
    pub caller: Caller,
    /// When the session ends however busy it is.
    pub expires_at: Timestamp,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The name, the password or both are wrong. Which one is not told.
    #[error("wrong user name or password")]
    WrongCredentials,
    /// Too many failures; the password was not looked at.
    #[error("too many failed logins, try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// When trying again makes sense; whole seconds, at least one.
        retry_after: Duration,
    },
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Begins a session, always a new one. Success and failure are audited.
    pub async fn log_in(&self, wish: LogIn) -> Result<LoggedIn, LoginError> {
        todo!()
    }
}
