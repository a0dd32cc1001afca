//! The services of a server, made of the parts that they share.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::QuotaBounds;
use haltere_core::{Clock, Quota};
use haltere_store::{Store, Transactions};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{AppSettings, AuditSettings};
use crate::activity::Activity;
use crate::audit::AuditWriter;
use crate::audit_sinks::{Delivery, SinkSettings, StrictAudit};
use crate::audit_trail::AuditTrail;
use crate::authorizer::Authorizer;
use crate::connections::{ConnectionLimits, Connections, Fleet, Transfer};
use crate::events::Events;
use crate::groups::Groups;
use crate::plugins::Plugins;
use crate::profile::Profiles;
use crate::sessions::{SessionSettings, Sessions};
use crate::sign_on::{SignOn, SignOnSettings};
use crate::tokens::{TokenSettings, Tokens};
use crate::users::Users;
use crate::write_lock::WriteLock;

/// The parts that services share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) transactions: Arc<dyn Transactions>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) write_lock: Arc<WriteLock>,
    pub(crate) authorizer: Authorizer,
    /// Writes audit entries that belong to no change.
    pub(crate) audit: Arc<AuditWriter>,
    /// Copies the audit trail to each sink.
    pub(crate) deliveries: Arc<[Arc<Delivery>]>,
    pub(crate) strict: StrictAudit,
    pub(crate) tasks: TaskTracker,
    pub(crate) stopping: CancellationToken,
}

impl Shared {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        fleet: Fleet,
        audit: &AuditSettings,
        sinks: &[SinkSettings],
    ) -> Self {
        let (fleet, tasks) = (Arc::new(fleet), TaskTracker::new());
        let transactions: Arc<dyn Transactions> = Arc::<dyn Store>::clone(&store);
        let write_lock =
            WriteLock::new(Arc::clone(&transactions), Arc::clone(&clock), Some(Arc::clone(&fleet)));
        let max_behind = audit.strict;
        let audit = Arc::new(AuditWriter::new(Arc::clone(&store), tasks.clone(), audit));
        let delivery = |sink: &SinkSettings| {
            let (store, clock) = (Arc::clone(&transactions), Arc::clone(&clock));
            Arc::new(Delivery::new(sink.clone(), store, clock))
        };
        let deliveries: Arc<[_]> = sinks.iter().map(delivery).collect();
        let strict = StrictAudit::new(max_behind, Arc::clone(&store), &deliveries);
        Self {
            deliveries,
            authorizer: Authorizer::new(Arc::clone(&audit), Arc::clone(&clock), strict.clone()),
            strict,
            write_lock: Arc::new(write_lock),
            store,
            transactions,
            clock,
            fleet,
            audit,
            tasks,
            stopping: CancellationToken::new(),
        }
    }

    /// How often an audit sink took no entries.
    pub(super) fn failed_deliveries(&self) -> u64 {
        self.deliveries.iter().map(|delivery| delivery.state().failures).sum()
    }

    pub(super) fn connections(
        &self,
        settings: &AppSettings,
        connect_timeout: Duration,
    ) -> Connections {
        Connections {
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            write_lock: Arc::clone(&self.write_lock),
            fleet: Arc::clone(&self.fleet),
            text_memory: Arc::default(),
            authorizer: self.authorizer.clone(),
            audit: Arc::clone(&self.audit),
            tasks: self.tasks.clone(),
            tests: Quota::new(settings.tests),
            stopping: self.stopping.clone(),
            limits: ConnectionLimits::of(settings),
            secrets: settings.secrets,
            first_outcome_within: connect_timeout + settings.create_margin,
        }
    }

    pub(super) fn transfer(&self, settings: &AppSettings) -> Transfer {
        Transfer {
            store: Arc::clone(&self.transactions),
            vault: Arc::clone(&self.fleet.vault),
            clock: Arc::clone(&self.clock),
            write_lock: Arc::clone(&self.write_lock),
            fleet: Some(Arc::clone(&self.fleet)),
            authorizer: self.authorizer.clone(),
            audit: Arc::clone(&self.audit),
            tasks: self.tasks.clone(),
            limits: ConnectionLimits::of(settings),
            secrets: settings.secrets,
        }
    }

    pub(super) fn activity(&self) -> Activity {
        Activity { store: Arc::clone(&self.store), fleet: Arc::clone(&self.fleet) }
    }

    pub(super) fn audit_trail(&self) -> AuditTrail {
        AuditTrail::new(Arc::clone(&self.transactions), Arc::clone(&self.clock))
    }

    pub(super) fn plugins(&self) -> Plugins {
        Plugins {
            store: Arc::clone(&self.transactions),
            write_lock: Arc::clone(&self.write_lock),
            fleet: Arc::clone(&self.fleet),
            authorizer: self.authorizer.clone(),
            audit: Arc::clone(&self.audit),
            tasks: self.tasks.clone(),
        }
    }

    pub(super) fn events(&self) -> Events {
        Events { fleet: Arc::clone(&self.fleet), stopping: self.stopping.clone() }
    }

    pub(super) fn sessions(&self, settings: SessionSettings) -> Sessions {
        Sessions::new(
            Arc::clone(&self.transactions),
            Arc::clone(&self.clock),
            self.authorizer.clone(),
            Arc::clone(&self.audit),
            self.tasks.clone(),
            Arc::clone(&self.fleet),
            settings,
        )
    }

    pub(super) fn sign_on(
        &self,
        sessions: &Arc<Sessions>,
        tests: QuotaBounds,
        settings: SignOnSettings,
    ) -> SignOn {
        SignOn::new(
            Arc::clone(&self.transactions),
            Arc::clone(&self.clock),
            (Arc::clone(&self.audit), self.strict.clone(), self.tasks.clone()),
            Arc::clone(sessions),
            Arc::clone(&self.fleet),
            tests,
            settings,
        )
    }

    pub(super) fn users(&self, sessions: &Sessions) -> Users {
        let clock = Arc::clone(&self.clock);
        Users::new(Arc::clone(&self.transactions), clock, sessions.settings.hashing).of_server(
            Arc::clone(&sessions.passwords),
            Arc::clone(&self.audit),
            self.tasks.clone(),
            sessions.settings.local_login,
        )
    }

    pub(super) fn groups(&self, sessions: &Sessions) -> Groups {
        Groups::new(Arc::clone(&self.transactions), Arc::clone(&self.clock)).of_server(
            Arc::clone(&self.audit),
            self.tasks.clone(),
            Arc::clone(&self.fleet),
            sessions.settings.local_login,
        )
    }

    pub(super) fn tokens(&self, settings: TokenSettings) -> Tokens {
        Tokens::of_server(
            Arc::clone(&self.transactions),
            Arc::clone(&self.clock),
            settings,
            self.tasks.clone(),
            (Arc::clone(&self.fleet), Arc::clone(&self.audit)),
        )
    }

    pub(super) fn profiles(&self, sessions: &Arc<Sessions>) -> Profiles {
        Profiles {
            store: Arc::clone(&self.transactions),
            clock: Arc::clone(&self.clock),
            authorizer: self.authorizer.clone(),
            audit: Arc::clone(&self.audit),
            tasks: self.tasks.clone(),
            sessions: Arc::clone(sessions),
            fleet: Arc::clone(&self.fleet),
        }
    }
}
