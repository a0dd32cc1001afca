//! Login sessions: opaque tokens, stored as their SHA-256, ended at logout, expiry, idleness, and
//! when the user's password or roles change.

mod authenticate;
mod eviction;
mod live;
mod log_in;
mod log_out;
mod own;
mod settings;
mod sync;
mod throttle;
mod timeline;
mod token;

use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use haltere_core::Clock;
use tokio::sync::RwLock;

pub use authenticate::Session;
pub use log_in::{LogIn, LoggedIn, LoginError};
pub use own::{OwnSession, OwnSessionError};
pub use settings::{PasswordHashing, SessionBounds, SessionSettings, ThrottleSettings};
pub use token::is_token;

pub(crate) use log_in::Refusal;
pub(crate) use throttle::{Attempt, Throttled};

use crate::users::PasswordPool;
use live::Live;
use sync::SessionSync;
use throttle::Throttle;
use timeline::Timeline;

/// What is known of sessions in memory.
pub(crate) struct Sessions {
    pub(crate) settings: SessionSettings,
    /// The time they live by.
    pub(crate) timeline: Timeline,
    /// Held for writing while sessions are moved along with the clock, for reading by code that brings times from
    /// the store into memory or the other way.
    in_step: RwLock<()>,
    /// The sessions in use.
    live: Mutex<Live>,
    /// What has been done to keep memory and store together.
    sync: tokio::sync::Mutex<SessionSync>,
    /// How many sessions ended for a new one.
    pub(crate) evicted: AtomicU64,
    pub(crate) throttle: Throttle,
    pub(crate) passwords: PasswordPool,
}

impl Sessions {
    pub(crate) fn new(settings: SessionSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            in_step: RwLock::default(),
            live: Mutex::new(Live::new(settings.idle)),
            sync: tokio::sync::Mutex::new(SessionSync::new(clock.steady())),
            evicted: AtomicU64::new(0),
            throttle: Throttle::new(settings.throttle),
            passwords: PasswordPool::new(settings.hashing, settings.password_checks),
            timeline: Timeline::new(clock),
            settings,
        }
    }
}

#[cfg(test)]
mod tests;
