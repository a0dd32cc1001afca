//! The handle everything goes through.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock, PluginId};
use haltere_link::LinkConfig;
use haltere_store::Store;
use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::error::{Internal, NotAllowed};
use crate::policy::Action;
use crate::sessions::SessionSettings;
use crate::users::Users;
use crate::vault::Vault;

/// What an [`App`] is made of.
pub struct AppParts {
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// What seals secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How links behave.
    pub link: LinkConfig,
    /// Everything else that can be configured.
    pub settings: AppSettings,
}

/// What can be configured. [`AppSettings::default`] is what haltere does when nothing is.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// The most connections there may be.
    pub connections_max: u64,
    /// Whether secrets of connections are ever given out.
    pub secrets: SecretsPolicy,
    /// How long a create waits for the first outcome on top of the link's connect time-out, so that
    /// a time-out is reported as the link's own failure and not as "no answer yet".
    pub create_margin: Duration,
    /// The plugins the configuration switches; all others are on.
    pub plugins: BTreeMap<PluginId, bool>,
    /// Sessions, passwords and the login throttle.
    pub sessions: SessionSettings,
}

/// Whether secrets of connections are ever given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsPolicy {
    /// To callers whose roles allow it, audited.
    Readable,
    /// To nobody.
    WriteOnly,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            secrets: SecretsPolicy::Readable,
            create_margin: Duration::from_secs(1),
            plugins: BTreeMap::new(),
            sessions: SessionSettings::default(),
        }
    }
}

/// Why haltere can't start. Messages complete "failed to start: …".
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What is stored can't be read.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Whether haltere can do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The store answers (its migrations are done, or there would be no [`App`]).
    pub store: bool,
    /// Links are being kept, and haltere is not shutting down.
    pub supervisor: bool,
}

impl Readiness {
    /// Whether all of it is well.
    pub const fn is_ready(self) -> bool {
        self.store && self.supervisor
    }
}

/// haltere at work. Cheap to clone.
#[derive(Clone)]
pub struct App {}

impl App {
    /// Reads what is stored and starts keeping the links. Needs a tokio runtime.
    pub async fn start(parts: AppParts) -> Result<Self, StartError> {
        todo!()
    }

    /// Whether haltere can do its work. Answers from memory.
    pub fn ready(&self) -> Readiness {
        todo!()
    }

    /// The time, as haltere sees it.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        todo!()
    }

    /// Whether the caller may do `action` on `object` (a connection's id, a plugin's id, or empty).
    /// The refusal of anything but looking is written to the audit trail.
    pub async fn authorize(
        &self,
        ctx: &Ctx,
        action: Action,
        object: &str,
    ) -> Result<(), NotAllowed> {
        todo!()
    }

    /// Users, and what can be done with them.
    pub fn users(&self) -> &Users {
        todo!()
    }

    /// Cancelled when haltere begins to shut down: event streams end, [`App::ready`] says no.
    pub fn stopping(&self) -> CancellationToken {
        todo!()
    }

    /// Begins to shut down: event streams end so that the HTTP server can finish. Idempotent.
    pub fn begin_shutdown(&self) {
        todo!()
    }

    /// Finishes what is under way, ends all links with MQTT DISCONNECT and closes the store. Idempotent.
    pub async fn shutdown(&self) {
        todo!()
    }
}
