//! Login sessions: opaque tokens, stored as their SHA-256, ended at logout, expiry, idleness, and
//! when the user's password or roles change.

mod authenticate;
mod eviction;
mod live;
mod local_login;
mod log_in;
mod log_out;
mod own;
mod settings;
mod signed_on;
mod sync;
mod throttle;
mod timeline;
mod token;
mod view_as;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use haltere_core::{Clock, Timestamp};
use haltere_store::Transactions;
use parking_lot::Mutex;
use tokio::sync::RwLock;
use tokio_util::task::TaskTracker;

pub use live::Session;
pub use log_in::{LogIn, LoggedIn, LoginError};
pub use own::{OwnSession, OwnSessionError};
pub use settings::{PasswordHashing, SessionBounds, SessionSettings, ThrottleSettings};
pub use token::is_token;
pub use view_as::ViewAsError;

pub(crate) use log_in::PasswordRefusal;
pub(crate) use throttle::{CountedLogin, KeyedLimit, LoginAttempt, Throttled};

use crate::audit::AuditWriter;
use crate::authorizer::Authorizer;
use crate::connections::Fleet;
use crate::now::now;
use crate::users::PasswordPool;
use live::Live;
use throttle::Throttle;
use timeline::Timeline;

/// Sessions and what can be done with them.
pub struct Sessions {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    authorizer: Authorizer,
    audit: Arc<AuditWriter>,
    tasks: TaskTracker,
    fleet: Arc<Fleet>,
    pub(crate) settings: SessionSettings,
    /// The time they live by.
    pub(crate) timeline: Timeline,
    /// Held for writing while sessions are moved along with the clock, for reading by code that brings times from
    /// the store into memory or the other way.
    clock_shift: RwLock<()>,
    /// Held while the use of sessions is written.
    writing_use: tokio::sync::Mutex<()>,
    live: Mutex<Live>,
    /// The change counter of sessions with which those in memory were compared.
    checked: tokio::sync::Mutex<Option<i64>>,
    /// How many sessions ended for a new one.
    pub(crate) evicted: AtomicU64,
    pub(crate) throttle: Throttle,
    pub(crate) passwords: Arc<PasswordPool>,
}

impl Sessions {
    pub(crate) fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        authorizer: Authorizer,
        audit: Arc<AuditWriter>,
        tasks: TaskTracker,
        fleet: Arc<Fleet>,
        settings: SessionSettings,
    ) -> Self {
        Self {
            store,
            authorizer,
            audit,
            tasks,
            fleet,
            clock_shift: RwLock::default(),
            writing_use: tokio::sync::Mutex::default(),
            live: Mutex::new(Live::new(settings.idle)),
            checked: tokio::sync::Mutex::default(),
            evicted: AtomicU64::new(0),
            throttle: Throttle::new(settings.throttle),
            passwords: Arc::new(PasswordPool::new(settings.hashing, settings.password_checks)),
            timeline: Timeline::new(Arc::clone(&clock)),
            clock,
            settings,
        }
    }

    /// The time that is stored and shown; sessions live by that of `timeline`.
    fn wall_clock(&self) -> Timestamp {
        now(&*self.clock)
    }
}

#[cfg(test)]
mod tests;
