//! Single sign-on: users who log in at an OpenID Connect provider, or at a proxy that authenticates them.
//!
//! haltere keeps its own sessions: the provider says who somebody is at the login, and that is the end of it until the next
//! login or the provider's logout. No token of the provider is kept. A login in progress is kept by the browser, sealed
//! (`pending.rs`), so starting logins costs no memory. Only `provider.rs` talks to the provider, within its limits.

mod account;
mod back_channel;
mod error;
mod failures;
mod finish;
mod header;
mod logout;
mod logouts;
mod mapping;
mod memberships;
mod pending;
mod provider;
mod settings;
mod shown_settings;
mod start;
mod test;

use std::sync::Arc;
use std::time::Duration;

use haltere_core::quota::QuotaBounds;
use haltere_core::{Clock, LogLimit, Quota};
use haltere_store::Transactions;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

pub use back_channel::BackChannelError;
pub use error::SignOnError;
pub use finish::Finish;
pub use header::HeaderLogin;
pub use mapping::{GroupMapping, MappingError, RoleMapping};
pub use settings::{AccountRules, HeaderSettings, OidcSettings, SignOnSettings};
pub use shown_settings::{SettingsError, ShownAccounts, ShownProvider, ShownSettings};
pub use start::Started;
pub use test::{SignOnFinding, SignOnStep, SignOnTestError, StepOutcome, StepReport};

use crate::audit::AuditWriter;
use crate::audit_sinks::StrictAudit;
use crate::connections::Fleet;
use crate::sessions::Sessions;
use failures::Failures;
use logouts::Logouts;
use pending::PendingLogins;
use provider::Provider;

/// How many exchanges with the provider may be under way: each of them was begun by a client that is not logged in.
const EXCHANGES: QuotaBounds = QuotaBounds { all: 64, user: 64, network: 16 };

/// Single sign-on, and what can be done with it.
pub struct SignOn {
    store: Arc<dyn Transactions>,
    clock: Arc<dyn Clock>,
    audit: Arc<AuditWriter>,
    strict: StrictAudit,
    tasks: TaskTracker,
    sessions: Arc<Sessions>,
    fleet: Arc<Fleet>,
    local_login: bool,
    oidc: Option<Oidc>,
    header: Option<HeaderSettings>,
    /// How many tests may run: as many as of connections.
    tests: Quota,
    /// Memberships that could not be given.
    not_added: Mutex<LogLimit<Duration>>,
}

/// What OpenID Connect needs.
struct Oidc {
    settings: OidcSettings,
    provider: Provider,
    pending: PendingLogins,
    logouts: Logouts,
    exchanges: Quota,
    failed_logins: Failures,
    refused_logouts: Failures,
}

impl SignOn {
    pub(crate) fn new(
        store: Arc<dyn Transactions>,
        clock: Arc<dyn Clock>,
        (audit, strict, tasks): (Arc<AuditWriter>, StrictAudit, TaskTracker),
        sessions: Arc<Sessions>,
        fleet: Arc<Fleet>,
        tests: QuotaBounds,
        settings: SignOnSettings,
    ) -> Self {
        let SignOnSettings { local_login, oidc, header } = settings;
        let throttle = sessions.settings.throttle;
        let failures = |line| Failures::new(Arc::clone(&clock), throttle, line);
        let oidc = oidc.map(|settings| Oidc {
            provider: Provider::new(&settings, &fleet.supervisor, Arc::clone(&clock)),
            pending: PendingLogins::new(Arc::clone(&clock)),
            logouts: Logouts::default(),
            exchanges: Quota::new(EXCHANGES),
            failed_logins: failures("a login with single sign-on failed"),
            refused_logouts: failures("a logout by the provider was refused"),
            settings,
        });
        let not_added = Mutex::default();
        Self {
            store,
            clock,
            audit,
            strict,
            tasks,
            sessions,
            fleet,
            local_login,
            oidc,
            header,
            tests: Quota::new(tests),
            not_added,
        }
    }

    /// Whether users can log in with a password. If not, the users that the command line names still can.
    pub fn has_local_login(&self) -> bool {
        self.local_login
    }

    /// What the provider is called on the login page, if there is one.
    pub fn provider_name(&self) -> Option<&str> {
        self.oidc.as_ref().map(|oidc| &*oidc.settings.name)
    }

    /// Whether proxies may say who somebody is.
    pub fn accepts_headers(&self) -> bool {
        self.header.is_some()
    }
}

#[cfg(test)]
mod account_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod logout_tests;
#[cfg(test)]
mod membership_tests;
#[cfg(test)]
mod tests;
