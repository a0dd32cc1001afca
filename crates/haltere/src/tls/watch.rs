//! Reads certificate and key again when they have changed. While the files can't be used, the server continues with
//! the last ones that could.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use haltere_app::{App, Internal, Schedule};
use haltere_core::Clock;
use haltere_link::tls::CertificateFacts;
use rustls::ServerConfig;
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;

use super::files::{Files, Identity, Stamp};
use super::validity::Validity;

/// How often the files are checked. The kernel reports no changes on network file systems, nor through symbolic links.
pub(super) const CHECK_EVERY: Duration = Duration::from_secs(5);

const OPERATION: &str = "read the server's certificate";

/// Watches the files.
pub(crate) struct CertificateWatch {
    files: Files,
    config: Arc<ArcSwap<ServerConfig>>,
    clock: Arc<dyn Clock>,
    validity: Validity,
    /// The state of the files that is in use.
    used: Stamp,
    /// A state of the files that could not be used.
    unusable: Option<Unusable>,
}

struct Unusable {
    stamp: Stamp,
    was_logged: bool,
}

/// Why the files are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Time,
    /// A user waits for the outcome.
    Request,
}

impl CertificateWatch {
    pub(super) fn new(
        files: Files,
        used: Stamp,
        identity: &Identity,
        config: Arc<ArcSwap<ServerConfig>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut validity = Validity::of(&identity.facts);
        announce(identity);
        validity.log(clock.now());
        Self { files, config, clock, validity, used, unusable: None }
    }

    /// Checks the files in the background: every few seconds, and on each `reload`.
    pub(crate) fn start(self, app: &App, reload: Arc<Notify>) {
        let (watch, requested) = (Arc::new(Mutex::new(self)), Arc::new(AtomicBool::new(false)));
        let request = Arc::clone(&requested);
        let due = move || {
            let (reload, request) = (Arc::clone(&reload), Arc::clone(&request));
            async move {
                reload.notified().await;
                request.store(true, Ordering::Relaxed);
            }
        };
        app.background().spawn("certificate-watch", Schedule::every(CHECK_EVERY), due, move || {
            let (watch, requested) = (Arc::clone(&watch), Arc::clone(&requested));
            async move {
                let is_requested = requested.swap(false, Ordering::Relaxed);
                let reason = if is_requested { Reason::Request } else { Reason::Time };
                watch.lock().await.check(reason).await
            }
        });
    }

    async fn check(&mut self, reason: Reason) -> Result<(), Internal> {
        let outcome = self.read(reason).await;
        self.validity.log(self.clock.now());
        outcome
    }

    async fn read(&mut self, reason: Reason) -> Result<(), Internal> {
        let (files, used) = (self.files.clone(), self.used.clone());
        let read = spawn_blocking(move || {
            let before = files.stamp();
            let has_changed = before != used || reason == Reason::Request;
            let outcome = has_changed.then(|| files.read());
            // Otherwise the files were written to while they were read; the next check reads them again.
            let is_settled = files.stamp() == before;
            (before, outcome, is_settled)
        });
        match read.await.map_err(|panic| Internal::new(OPERATION, panic))? {
            (stamp, Some(Ok(identity)), true) => self.take(&identity, stamp),
            (stamp, Some(Err(error)), _) => return self.refuse(error, stamp, reason),
            (_, None, _) => self.unusable = None,
            (_, Some(Ok(_)), false) => {}
        }
        Ok(())
    }

    fn take(&mut self, identity: &Identity, stamp: Stamp) {
        self.config.store(Arc::clone(&identity.config));
        self.validity = Validity::of(&identity.facts);
        self.used = stamp;
        self.unusable = None;
        announce(identity);
    }

    /// Two files are not exchanged at once, and a file is not written at once. So a state of the files is a failure
    /// only if the next check finds it again. It is logged once.
    fn refuse(
        &mut self,
        error: anyhow::Error,
        stamp: Stamp,
        reason: Reason,
    ) -> Result<(), Internal> {
        let before = self.unusable.take().filter(|before| before.stamp == stamp);
        let is_failure = reason == Reason::Request || before.is_some();
        let was_logged = before.is_some_and(|before| before.was_logged);
        if is_failure && (reason == Reason::Request || !was_logged) {
            let error = format!("{error:#}");
            tracing::error!(error, "failed to {OPERATION}; the one before stays in use");
        }
        self.unusable = Some(Unusable { stamp, was_logged: is_failure });
        if is_failure { Err(Internal::new(OPERATION, error)) } else { Ok(()) }
    }
}

fn announce(identity: &Identity) {
    let CertificateFacts { names, not_after, sha256_fingerprint, .. } = &identity.facts;
    let not_after = not_after.map(|at| at.to_string()).unwrap_or_default();
    tracing::info!(?names, not_after, sha256_fingerprint, "the server's certificate is in use");
    if let Some(mode) = identity.exposed {
        let mode = format!("{mode:o}");
        tracing::warn!(
            mode,
            "every user of this machine may read server.tls_key; run chmod 640 or 600 on it"
        );
    }
}

#[cfg(test)]
mod tests;
