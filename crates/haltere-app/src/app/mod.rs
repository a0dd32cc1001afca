//! The handle everything goes through, its beginning and its end.

mod services;
mod settings;
mod shutdown;
mod start;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use haltere_core::{Clock, Origin};
use tokio::sync::OnceCell;

pub use settings::{AppSettings, AuditSettings, Metrics, Readiness, SecretsPolicy};
pub use shutdown::ShutdownPlan;

use crate::activity::Activity;
use crate::audit_trail::{AuditTrail, Retention};
use crate::background::Background;
use crate::connections::{Connections, Transfer};
use crate::ctx::Ctx;
use crate::error::{AuditGap, NotAllowed};
use crate::events::Events;
use crate::groups::Groups;
use crate::history_writer::HistoryWriter;
use crate::plugins::Plugins;
use crate::policy::{Action, Principal, Resource};
use crate::profile::Profiles;
use crate::reconciler::Reconciler;
use crate::sessions::{Session, Sessions};
use crate::sign_on::SignOn;
use crate::tokens::Tokens;
use crate::users::Users;
use crate::vault::Keyring;
use services::Shared;

/// haltere at work. Cheap to clone.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Services>);

/// The services of a server.
pub(crate) struct Services {
    pub(crate) shared: Shared,
    pub(crate) connections: Arc<Connections>,
    pub(crate) activity: Activity,
    pub(crate) audit_trail: AuditTrail,
    /// Which entries of it are kept.
    pub(crate) retention: Retention,
    pub(crate) plugins: Plugins,
    pub(crate) events: Events,
    pub(crate) keyring: Keyring,
    pub(crate) transfer: Transfer,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) sign_on: Arc<SignOn>,
    pub(crate) profiles: Profiles,
    pub(crate) users: Users,
    pub(crate) groups: Groups,
    pub(crate) tokens: Tokens,
    pub(crate) stopped: OnceCell<()>,
    /// Whether the next start would find the master key.
    pub(crate) master_key_in_place: AtomicBool,
    pub(crate) reconciler: Arc<Reconciler>,
    pub(crate) history_writer: Arc<HistoryWriter>,
    pub(crate) background: Arc<Background>,
}

impl App {
    /// Whether haltere can do its work. Answers from memory.
    pub fn ready(&self) -> Readiness {
        Readiness {
            store: self.0.reconciler.store_answers(),
            trouble: self.0.shared.store.trouble(),
            master_key: self.0.master_key_in_place.load(Ordering::Relaxed),
            supervisor: self.0.background.is_well() && !self.0.shared.stopping.is_cancelled(),
        }
    }

    /// Notes whether the next start would find the master key. Without it, haltere is not ready.
    pub fn set_master_key_in_place(&self, is_in_place: bool) {
        self.0.master_key_in_place.store(is_in_place, Ordering::Relaxed);
    }

    /// Waits until haltere gives up because a background task keeps panicking, and returns the reason.
    pub async fn given_up(&self) -> String {
        self.0.background.given_up().await
    }

    /// Counts that should not grow by themselves.
    pub fn metrics(&self) -> Metrics {
        Metrics {
            links: self.0.shared.fleet.supervisor.link_count(),
            status_changes: self.0.shared.fleet.supervisor.status_version().number(),
            panics: self.0.shared.fleet.supervisor.panic_count(),
            denied_dials: self.0.shared.fleet.supervisor.egress_denied_count(),
            limited_refusals: self.0.shared.audit.limited_refusals(),
            limited_tests: self.0.connections.tests.refused(),
            limited_logins: self.0.sessions.passwords.refused(),
            ended_sessions: self.0.sessions.evicted.load(Ordering::Relaxed),
            unkept_texts: self.0.connections.text_memory.refused(),
            unwritten_histories: self.0.history_writer.failures(),
            failed_audit_deliveries: self.0.shared.failed_deliveries(),
            full_reads: self.0.reconciler.full_reads(),
            jobs: self.0.shared.tasks.len(),
        }
    }

    /// The time, as haltere sees it.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.shared.clock
    }

    /// Connections, and what can be done with them.
    pub fn connections(&self) -> &Connections {
        &self.0.connections
    }

    /// The latest changes of links, and what users did.
    pub fn activity(&self) -> &Activity {
        &self.0.activity
    }

    /// The audit trail, for those who may read it.
    pub fn audit_trail(&self) -> &AuditTrail {
        &self.0.audit_trail
    }

    /// Plugins, and what can be done with them.
    pub fn plugins(&self) -> &Plugins {
        &self.0.plugins
    }

    /// Imports and exports connections.
    pub fn transfer(&self) -> &Transfer {
        &self.0.transfer
    }

    /// Live events.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// The keys of the vault, and what can be done with them.
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Sessions, and what can be done with them.
    pub fn sessions(&self) -> &Arc<Sessions> {
        &self.0.sessions
    }

    /// Single sign-on, and what can be done with it.
    pub fn sign_on(&self) -> &Arc<SignOn> {
        &self.0.sign_on
    }

    /// Users' own profiles, and what they can do with them.
    pub fn profiles(&self) -> &Profiles {
        &self.0.profiles
    }

    /// Users, and what can be done with them.
    pub fn users(&self) -> &Users {
        &self.0.users
    }

    /// Groups of users, and what can be done with them.
    pub fn groups(&self) -> &Groups {
        &self.0.groups
    }

    /// Application tokens, and what can be done with them.
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Background tasks.
    pub fn background(&self) -> &Arc<Background> {
        &self.0.background
    }

    /// What an operation gets from a user who comes with a session. What groups give is read after the credential.
    pub fn context(&self, session: Session, origin: Origin) -> Ctx {
        let mut ctx = Ctx::of_session(session, origin);
        self.0.shared.fleet.follow_groups(&mut ctx.principal);
        ctx
    }

    /// Whether the session or token of `principal` is still valid, of the same user with the same roles. What groups give may have changed.
    pub fn still_has_rights_of(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Session { caller, .. } => {
                caller.session.is_none_or(|id| self.0.sessions.is_still_of(&id, caller))
            }
            Principal::Token(token) => self.0.tokens.still_has_rights_of(token),
            Principal::CommandLine | Principal::System => true,
        }
    }

    /// Refuses a change that belongs to no action, while changes could not be audited everywhere they have to be.
    pub fn check_auditable(&self) -> Result<(), AuditGap> {
        self.0.shared.strict.check_change()
    }

    /// Whether the principal may do `action` to `resource`. The refusal of anything but a read is written to the
    /// audit trail, and its rate is limited. A hidden resource is no refusal, but does not exist for the caller.
    pub async fn authorize(
        &self,
        ctx: &Ctx,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<(), NotAllowed> {
        self.0.shared.authorizer.authorize(ctx, action, resource).await
    }
}
