//! The end.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::App;

/// How long operations and tasks that are under way may take to finish.
const GRACE: Duration = Duration::from_secs(2);

impl App {
    /// Cancelled when haltere begins to shut down: event streams end, [`App::ready`] says no.
    pub fn stopping(&self) -> CancellationToken {
        self.0.stopping.clone()
    }

    /// Begins to shut down: event streams end so that the HTTP server can finish. Idempotent.
    pub fn begin_shutdown(&self) {
        self.0.stopping.cancel();
    }

    /// Finishes what is under way, ends all links with MQTT DISCONNECT and closes the store.
    /// Takes at most about four seconds. Idempotent.
    pub async fn shutdown(&self) {
        self.0.stopped.get_or_init(|| self.finish()).await;
    }

    async fn finish(&self) {
        self.begin_shutdown();
        self.0.tasks.close();
        let tasks = timeout(GRACE, self.0.tasks.wait());
        let (tasks, ()) = tokio::join!(tasks, self.0.supervisor.shutdown());
        if tasks.is_err() {
            tracing::warn!(
                running = self.0.tasks.len(),
                "operations still running after {GRACE:?}"
            );
        }
        self.record_links_for_good().await;
        self.write_down_use_of_sessions().await;
        self.0.trail.close().await;
        self.0.store.close().await;
    }
}
