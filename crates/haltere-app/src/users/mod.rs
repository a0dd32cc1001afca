//! Users: for the API, and for the command line with or without a running server.

mod add;
mod audited;
mod break_glass;
mod change;
mod end_sessions;
mod error;
mod first_admin;
mod invite;
mod list;
mod names;
mod password;
mod password_pool;
mod remove;
mod reset_second_factor;
mod rules;
pub(crate) mod signed_on;
mod weak_password;

use std::sync::Arc;

use haltere_core::{Clock, Secret};
use haltere_store::Transactions;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::audit::AuditWriter;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::sessions::PasswordHashing;
use crate::tasks::to_completion;

pub use add::NewUser;
pub use change::UserChange;
pub use error::UserError;
pub use first_admin::FirstPassword;
pub use invite::NewInvitation;
pub use list::User;
pub use names::is_same_user;
pub use password::{MAX_CHARS as PASSWORD_MAX_CHARS, MIN_CHARS as PASSWORD_MIN_CHARS};

pub(crate) use names::{canonical as canonical_name, find as find_user};
pub(crate) use password::{PasswordMatch, check as check_password, is_same as is_same_password};
pub(crate) use password_pool::{PasswordCheck, PasswordPermit, PasswordPool};
pub(crate) use rules::{admins_who_see_all, not_own_of_token};

/// Users and what can be done with them. Needs no running [`crate::App`]: a server that works on the
/// same store notices within a second and ends the sessions concerned.
#[derive(Clone)]
pub struct Users {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    passwords: Arc<PasswordPool>,
    /// Limits how often a user of a server may change something.
    audit: Option<Arc<AuditWriter>>,
    tasks: TaskTracker,
    changed: Arc<Notify>,
    /// Whether users can log in with a password; for the command line they always can.
    local_login: bool,
}

/// How many passwords the command line hashes at once: one.
const WAITING: usize = 1;

impl Users {
    /// The users kept in `store`.
    pub fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        hashing: PasswordHashing,
    ) -> Self {
        Self {
            store,
            clock,
            passwords: Arc::new(PasswordPool::new(hashing, WAITING)),
            audit: None,
            tasks: TaskTracker::new(),
            changed: Arc::default(),
            local_login: true,
        }
    }

    /// The same as a part of a server.
    pub(crate) fn of_server(
        self,
        passwords: Arc<PasswordPool>,
        audit: Arc<AuditWriter>,
        tasks: TaskTracker,
        local_login: bool,
    ) -> Self {
        Self { passwords, audit: Some(audit), tasks, local_login, ..self }
    }

    /// Waits until one of these methods, of this value or a clone of it, has changed something.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Hashes a password once it is this caller's turn.
    async fn hash(&self, ctx: &Ctx, password: Secret<String>) -> Result<String, UserError> {
        let (account, address) = (ctx.user().as_str(), ctx.origin.address);
        // The caller has logged in.
        let check = PasswordCheck { account, address, is_known: true };
        let permit = self.passwords.acquire(check).await.map_err(UserError::TooManyChecks)?;
        Ok(permit.hash(password).await?)
    }

    /// Counts a change that `ctx` is about to make, or refuses it if it exceeds the rate.
    fn count_change(&self, ctx: &Ctx) -> Result<(), NotAllowed> {
        match &self.audit {
            Some(audit) if ctx.principal.is_limited() => audit.count_change(ctx),
            _ => Ok(()),
        }
    }

    /// Runs `job` to completion even if the caller's future is dropped.
    async fn to_completion<T: Send + 'static>(
        &self,
        job: impl Future<Output = T> + Send + 'static,
    ) -> T {
        to_completion(&self.tasks, job).await
    }
}

#[cfg(test)]
mod tests;
