//! Groups of users: for the API, and for the command line with or without a running server.
//!
//! A group gives its members a role on its connections, and hides all other connections from them: see
//! [`Visibility`](crate::policy::Visibility).

mod add;
mod by_sign_on;
mod change;
mod contents;
mod directory;
mod error;
mod group;
mod list;
mod remove;
mod rules;

use std::sync::Arc;

use haltere_core::Clock;
use haltere_store::Transactions;
use tokio_util::task::TaskTracker;

use crate::audit::AuditWriter;
use crate::connections::Fleet;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::tasks::to_completion;

pub use add::NewGroup;
pub use change::GroupChange;
pub use error::GroupError;
pub use group::{Group, Membership};
pub use haltere_store::GroupMember;
pub use rules::{MAX_CONNECTIONS, MAX_DESCRIPTION, MAX_GROUPS, MAX_MEMBERS};

pub(crate) use by_sign_on::{Followed, follow_sign_on};
pub(crate) use contents::{
    AddToGroupsError, add_to_own_groups, audit_removed_connection, audit_removed_member,
};
pub(crate) use directory::GroupDirectory;
pub(crate) use group::CONNECTIONS as GROUP_CONNECTIONS;

/// Groups and what can be done with them. Needs no running [`crate::App`]: a server that works on the same store notices
/// within a second.
#[derive(Clone)]
pub struct Groups {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    /// Limits how often a user of a server may change something.
    audit: Option<Arc<AuditWriter>>,
    tasks: TaskTracker,
    /// The connections and groups in memory; none on the command line.
    fleet: Option<Arc<Fleet>>,
    /// Whether users can log in with a password; for the command line they always can.
    local_login: bool,
}

impl Groups {
    /// The groups kept in `store`.
    pub fn new(store: Arc<dyn Transactions>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            audit: None,
            tasks: TaskTracker::new(),
            fleet: None,
            local_login: true,
        }
    }

    /// The same as a part of a server.
    pub(crate) fn of_server(
        self,
        audit: Arc<AuditWriter>,
        tasks: TaskTracker,
        fleet: Arc<Fleet>,
        local_login: bool,
    ) -> Self {
        Self { audit: Some(audit), tasks, fleet: Some(fleet), local_login, ..self }
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
