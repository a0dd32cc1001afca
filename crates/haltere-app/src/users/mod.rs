//! Users: for the command line, with or without a running server.

mod add;
mod error;
mod first_admin;
mod list;
mod names;
mod password;
mod password_pool;
mod remove;
mod rules;
mod set_password;
mod set_roles;

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::Transactions;
use tokio::sync::Notify;

use crate::sessions::PasswordHashing;

pub use error::UserError;
pub use first_admin::FirstPassword;
pub use list::User;
pub use names::is_same_user;
pub use password::{MAX_BYTES as PASSWORD_MAX_BYTES, MIN_CHARS as PASSWORD_MIN_CHARS};

pub(crate) use names::{canonical as canonical_name, find as find_user};
pub(crate) use password::{PasswordMatch, check as check_password, hash as hash_password};
pub(crate) use password_pool::{PasswordCheck, PasswordPermit, PasswordPool};

/// Users and what can be done with them. Needs no running [`crate::App`]: a server that works on the
/// same store notices within a second and ends the sessions concerned.
#[derive(Clone)]
pub struct Users {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    hashing: PasswordHashing,
    changed: Arc<Notify>,
}

impl Users {
    /// The users kept in `store`.
    pub fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        hashing: PasswordHashing,
    ) -> Self {
        Self { store, clock, hashing, changed: Arc::default() }
    }

    /// Waits until one of these methods, of this value or a clone of it, has changed something.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests;
