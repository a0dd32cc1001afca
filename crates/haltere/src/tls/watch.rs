//! Reads certificate and key again when they have changed. Whatever the files hold meanwhile, the
//! server goes on with the last ones that could be used.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use haltere_core::Clock;
use haltere_link::tls::CertificateFacts;
use rustls::ServerConfig;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use super::files::{Files, Identity, Stamp};
use super::validity::Validity;
use crate::lifecycle::Stop;

/// How often the files are looked at. Watching them by the kernel's means would not tell of changes
/// on network file systems, nor through links.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Looks after the files.
pub(crate) struct Watch {
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

/// Why the files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Because {
    Time,
    /// Somebody wants to know how it ends.
    Asked,
}

impl Watch {
    pub(super) fn new(
        files: Files,
        used: Stamp,
        identity: &Identity,
        config: Arc<ArcSwap<ServerConfig>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut validity = Validity::of(&identity.facts);
        announce(identity);
        validity.tell(clock.now());
        Self { files, config, clock, validity, used, unusable: None }
    }

    /// Looks every few seconds, and whenever `reload` says so, until it is time to stop.
    pub(crate) async fn run(mut self, reload: Arc<Notify>, stop: Stop) {
        let mut times = tokio::time::interval(LOOK_EVERY);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let because = tokio::select! {
                () = stop.soft.cancelled() => return,
                () = reload.notified() => Because::Asked,
                _ = times.tick() => Because::Time,
            };
            self.look(because).await;
            self.validity.tell(self.clock.now());
        }
    }

    async fn look(&mut self, because: Because) {
        let (files, used) = (self.files.clone(), self.used.clone());
        let read = tokio::task::spawn_blocking(move || {
            let before = files.stamp();
            let is_news = before != used || because == Because::Asked;
            let outcome = is_news.then(|| files.read());
            // Written to while it was being read: whatever was read, it is not the last word.
            let is_settled = files.stamp() == before;
            (before, outcome, is_settled)
        });
        match read.await {
            Ok((stamp, Some(Ok(identity)), true)) => self.take(&identity, stamp),
            Ok((stamp, Some(Err(error)), _)) => self.refuse(&error, stamp, because),
            Ok((_, None, _)) => self.unusable = None,
            Ok((_, Some(Ok(_)), false)) => {}
            Err(error) => tracing::error!(%error, "failed to read the server's certificate"),
        }
    }

    fn take(&mut self, identity: &Identity, stamp: Stamp) {
        self.config.store(Arc::clone(&identity.config));
        self.validity = Validity::of(&identity.facts);
        self.used = stamp;
        self.unusable = None;
        announce(identity);
    }

    /// Two files are not exchanged in one go, and a file is not written in one go. So a state of the
    /// files is complained about only when it is still the same at the next look, and then once.
    fn refuse(&mut self, error: &anyhow::Error, stamp: Stamp, because: Because) {
        let before = self.unusable.take().filter(|before| before.stamp == stamp);
        let was_logged = before.as_ref().is_some_and(|before| before.was_logged);
        let tell = because == Because::Asked || before.is_some() && !was_logged;
        if tell {
            let error = format!("{error:#}");
            tracing::error!(
                error,
                "failed to read the server's certificate; the one before stays in use"
            );
        }
        self.unusable = Some(Unusable { stamp, was_logged: was_logged || tell });
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
