//! Application tokens: by them, programs act for the user who made them, for the API and for the command line.
//!
//! A token is opaque and random, and only its SHA-256 is stored. All valid tokens of a server are in memory, so a request
//! with a right one costs no read of the store. One with an unknown one costs a small read, as often as wrong ones are
//! free: another process may have made it a moment ago.

mod authenticate;
mod create;
mod error;
mod list;
mod live;
mod own;
mod record;
mod revoke;
mod secret;
mod settings;
mod sync;
mod wrong_tokens;

use std::sync::Arc;

use haltere_core::{Clock, PluginId, Timestamp};
use haltere_store::Transactions;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use crate::audit::AuditWriter;
use crate::connections::Fleet;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::now::now;
use crate::tasks::to_completion;
use live::Live;
use wrong_tokens::WrongTokens;

pub use authenticate::TokenRefusal;
pub use create::{CreatedToken, NewToken};
pub use error::TokenError;
pub use list::Token;
pub use settings::{MAX_DESCRIPTION_CHARS, TokenSettings};

/// Application tokens and what can be done with them. Needs no running [`crate::App`]: a server that works on the same
/// store notices within a second and ends what goes on with a token that was revoked.
#[derive(Clone)]
pub struct Tokens(Arc<Parts>);

struct Parts {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    settings: TokenSettings,
    /// `None` on the command line.
    server: Option<Server>,
    tasks: TaskTracker,
    live: Mutex<Live>,
    /// What the tokens in memory were read at: the change counter of sessions, and whether the plugin was on. Held while
    /// they are read.
    read_at: tokio::sync::Mutex<Option<(i64, bool)>>,
    /// Held while the use of tokens is written.
    writing_use: tokio::sync::Mutex<()>,
    wrong: WrongTokens,
}

/// What a server has in addition.
struct Server {
    fleet: Arc<Fleet>,
    /// Limits how often a user may change something.
    audit: Arc<AuditWriter>,
}

impl Tokens {
    /// The tokens kept in `store`, for the command line.
    pub fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
    ) -> Self {
        Self::made_of(store, clock, settings, TaskTracker::new(), None)
    }

    /// The same as a part of a server.
    pub(crate) fn of_server(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
        tasks: TaskTracker,
        (fleet, audit): (Arc<Fleet>, Arc<AuditWriter>),
    ) -> Self {
        Self::made_of(store, clock, settings, tasks, Some(Server { fleet, audit }))
    }

    fn made_of(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
        tasks: TaskTracker,
        server: Option<Server>,
    ) -> Self {
        Self(Arc::new(Parts {
            store,
            clock,
            wrong: WrongTokens::new(&settings),
            settings,
            server,
            tasks,
            live: Mutex::default(),
            read_at: tokio::sync::Mutex::default(),
            writing_use: tokio::sync::Mutex::default(),
        }))
    }

    /// Whether the plugin is on. Without a server there is no switch in memory, and nothing to authenticate.
    fn is_on(&self) -> bool {
        self.0
            .server
            .as_ref()
            .is_some_and(|server| server.fleet.switches.is_on(PluginId::ApplicationTokens))
    }

    /// Counts a change that `ctx` is about to make, or refuses it if it exceeds the rate.
    fn count_change(&self, ctx: &Ctx) -> Result<(), NotAllowed> {
        match &self.0.server {
            Some(server) if ctx.principal.is_limited() => server.audit.count_change(ctx),
            _ => Ok(()),
        }
    }

    fn now(&self) -> Timestamp {
        now(&*self.0.clock)
    }

    /// Runs `job` to completion even if the caller's future is dropped.
    async fn to_completion<T: Send + 'static>(
        &self,
        job: impl Future<Output = T> + Send + 'static,
    ) -> T {
        to_completion(&self.0.tasks, job).await
    }
}

#[cfg(test)]
mod tests;
