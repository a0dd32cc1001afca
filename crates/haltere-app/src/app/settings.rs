//! Settings, readiness and counts of the application.

use std::collections::BTreeMap;
use std::time::Duration;

use haltere_core::quota::QuotaBounds;
use haltere_core::{PluginId, StorageTrouble};

use crate::audit_sinks::SinkSettings;
use crate::audit_trail::Retention;
use crate::sessions::SessionSettings;
use crate::sign_on::SignOnSettings;
use crate::tokens::TokenSettings;

/// What can be configured. [`AppSettings::default`] is what haltere does when nothing is.
#[derive(Debug, Clone)]
pub struct AppSettings {
    pub connections_max: u64,
    /// How many bytes all connections may hold: texts, and certificates and keys, equal ones counted once.
    pub material_budget: u64,
    /// Whether secrets of connections are ever given out.
    pub secrets: SecretsPolicy,
    /// How long a create waits for the first outcome on top of the link's connect time-out, so that
    /// a time-out is reported as the link's own failure and not as "no answer yet".
    pub create_margin: Duration,
    /// The plugins the configuration switches; all others are on.
    pub plugins: BTreeMap<PluginId, bool>,
    /// How many tests of connections may run at once: each holds a socket for some seconds, in addition to those
    /// of the links.
    pub tests: QuotaBounds,
    pub sessions: SessionSettings,
    pub sign_on: SignOnSettings,
    pub tokens: TokenSettings,
    pub audit: AuditSettings,
    /// Where the audit trail is copied to.
    pub audit_sinks: Vec<SinkSettings>,
}

/// Settings of the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditSettings {
    /// For how long repeats of a read by the same session are summed up after the first.
    pub reads_within: Duration,
    /// The same for refusals, tests and actions of users on their own account.
    pub repeats_within: Duration,
    /// The rate of refusals per user and minute.
    pub refusals_per_minute: u32,
    /// The rate of changes and tests per user and hour, and of different reads of secrets with entries of their own.
    pub actions_per_hour: u32,
    /// Which entries are kept.
    pub retention: Retention,
    /// How many entries a required sink may be behind before changes are refused; `None` if they never are.
    pub strict: Option<u64>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            reads_within: Duration::from_secs(10),
            repeats_within: Duration::from_mins(1),
            // More than any program that has got its role wrong needs to find out.
            refusals_per_minute: 120,
            // A program may create as many connections as there may be, and delete them again.
            actions_per_hour: 20_000,
            retention: Retention::default(),
            strict: None,
        }
    }
}

/// Whether secrets of connections are ever given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsPolicy {
    /// To callers whose roles allow it, audited.
    Readable,
    /// Never.
    WriteOnly,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            material_budget: 256 << 20,
            secrets: SecretsPolicy::Readable,
            create_margin: Duration::from_secs(1),
            plugins: BTreeMap::new(),
            tests: QuotaBounds { all: 16, user: 4, network: 8 },
            sessions: SessionSettings::default(),
            sign_on: SignOnSettings::default(),
            tokens: TokenSettings::default(),
            audit: AuditSettings::default(),
            audit_sinks: Vec::new(),
        }
    }
}

/// Whether haltere can do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The store answers (its migrations are done, or there would be no [`App`](crate::App)).
    pub store: bool,
    /// Why the store takes no changes at the moment.
    pub trouble: Option<StorageTrouble>,
    /// The next start would find the master key.
    pub master_key: bool,
    /// Links are being kept, and haltere is not shutting down.
    pub supervisor: bool,
}

impl Readiness {
    /// Whether all of it is well.
    pub const fn is_ready(self) -> bool {
        self.store && self.trouble.is_none() && self.master_key && self.supervisor
    }
}

/// Counts that should not grow by themselves, to find leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// Links that are kept: one per stored connection that can be read.
    pub links: usize,
    /// How often the status of a link has changed, or a link was added or removed.
    pub status_changes: u64,
    /// How often a link has panicked. Anything but zero is a bug.
    pub panics: u64,
    /// How often an address was not dialled because the egress policy denies it.
    pub denied_dials: u64,
    /// How often a refusal was answered with 429, or counted together with those of others.
    pub limited_refusals: u64,
    /// How often a test of a connection was refused because too many were running.
    pub limited_tests: u64,
    /// How often a login was refused because too many passwords were being checked.
    pub limited_logins: u64,
    /// How many sessions ended because a new one exceeded a limit.
    pub ended_sessions: u64,
    /// How often the JSON of a connection was not kept, because the memory for it was full.
    pub unkept_texts: u64,
    /// How often the history of links could not be written.
    pub unwritten_histories: u64,
    /// How often an audit sink took no entries.
    pub failed_audit_deliveries: u64,
    /// How often everything was read from the store: at the start, and when others changed more than is known
    /// one by one.
    pub full_reads: u64,
    /// Changes and background jobs in progress.
    pub jobs: usize,
}
