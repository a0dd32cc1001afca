//! Login sessions: opaque tokens, stored as their SHA-256, ended at logout, expiry, idleness, and
//! when the user's password or roles change.

mod authenticate;
mod keep;
mod live;
mod log_in;
mod log_out;
mod own;
mod settings;
mod throttle;
mod token;

use std::sync::Mutex;

use haltere_core::Timestamp;

pub use authenticate::Session;
pub use live::EndSignal;
pub use log_in::{LogIn, LoggedIn, LoginError};
pub use own::{OwnSession, OwnSessionError};
pub use settings::{PasswordHashing, SessionSettings, ThrottleSettings};

pub(crate) use log_in::Refusal;
pub(crate) use throttle::Tries;

use crate::users::PasswordPool;
use keep::Kept;
use live::Live;
use throttle::Throttle;

/// What is known of sessions in memory.
pub(crate) struct Sessions {
    pub(crate) settings: SessionSettings,
    /// The sessions in use.
    live: Mutex<Live>,
    /// What has been done to keep memory and store together.
    kept: tokio::sync::Mutex<Kept>,
    pub(crate) throttle: Throttle,
    pub(crate) passwords: PasswordPool,
}

impl Sessions {
    pub(crate) fn new(settings: SessionSettings, now: Timestamp) -> Self {
        Self {
            live: Mutex::new(Live::new(settings.idle)),
            kept: tokio::sync::Mutex::new(Kept::new(now)),
            throttle: Throttle::new(settings.throttle),
            passwords: PasswordPool::new(settings.hashing),
            settings,
        }
    }
}

#[cfg(test)]
mod tests;
