//! Shuts the application down in steps, each with its own time limit.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::App;

/// How long each step of a shutdown may take. The steps run one after the other, each with its own budget: a slow step
/// takes no time from a later one. Together they stay below the five seconds that the guide promises.
#[derive(Debug, Clone, Copy)]
pub struct ShutdownPlan {
    /// The HTTP server finishes requests. The server itself does this step, before [`App::shutdown`].
    pub requests: Duration,
    /// Operations and background tasks finish; meanwhile links send MQTT DISCONNECT.
    pub links: Duration,
    /// Link histories, the last use of sessions and tokens, and counts in the audit trail are written.
    pub records: Duration,
    /// The store is closed.
    pub store: Duration,
}

impl ShutdownPlan {
    /// What haltere uses.
    pub const DEFAULT: Self = Self {
        requests: Duration::from_secs(2),
        links: Duration::from_millis(1_250),
        records: Duration::from_millis(750),
        store: Duration::from_millis(750),
    };

    /// The longest that a shutdown takes.
    pub const fn total(&self) -> Duration {
        let Self { requests, links, records, store } = self;
        requests.saturating_add(links.saturating_add(records.saturating_add(*store)))
    }
}

impl App {
    /// Cancelled when haltere begins to shut down: event streams end, and [`App::ready`] reports it.
    pub fn stopping(&self) -> CancellationToken {
        self.0.shared.stopping.clone()
    }

    /// Begins to shut down: event streams end so that the HTTP server can finish. Idempotent.
    pub fn begin_shutdown(&self) {
        self.0.shared.stopping.cancel();
    }

    /// Finishes operations, ends all links with MQTT DISCONNECT, writes what is only in memory, and closes the
    /// store, within the time limits of [`ShutdownPlan::DEFAULT`]. Idempotent.
    pub async fn shutdown(&self) {
        self.0.stopped.get_or_init(|| self.finish(&ShutdownPlan::DEFAULT)).await;
    }

    async fn finish(&self, plan: &ShutdownPlan) {
        self.begin_shutdown();
        self.0.shared.tasks.close();
        let tasks = timeout(plan.links, self.0.shared.tasks.wait());
        let (tasks, ()) = tokio::join!(tasks, self.0.shared.fleet.supervisor.shutdown(plan.links));
        if tasks.is_err() {
            let running = self.0.shared.tasks.len();
            tracing::warn!(running, "operations still running after {:?}", plan.links);
        }
        within("write the last records", plan.records, async {
            self.0.history_writer.write_final().await;
            // Errors are logged there.
            let _ = self.0.sessions.write_use().await;
            let _ = self.0.tokens.write_use().await;
            self.0.shared.audit.close().await;
            for delivery in &*self.0.shared.deliveries {
                delivery.close().await;
            }
        })
        .await;
        within("close the store", plan.store, self.0.shared.store.close()).await;
    }
}

async fn within(what: &str, limit: Duration, step: impl Future<Output = ()>) {
    if timeout(limit, step).await.is_err() {
        tracing::warn!("failed to {what} within {limit:?} at shutdown");
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::testing::TestApp;

    #[test]
    fn the_steps_fit_into_what_the_guide_promises() {
        assert!(ShutdownPlan::DEFAULT.total() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn an_operation_that_hangs_costs_its_own_step_only() {
        let app = TestApp::start().await;
        let other = app.another_store().await;
        let observed_until = async || {
            let mut read = other.read().await.expect("the store answers");
            read.meta().get("links.observed_until").await.expect("read")
        };
        // Without links, nothing but the shutdown writes it.
        assert_eq!(observed_until().await, None);
        app.app.0.shared.tasks.spawn(pending::<()>());
        let (short, long) = (Duration::from_millis(1), Duration::from_mins(1));
        let plan =
            ShutdownPlan { links: short, records: long, store: long, ..ShutdownPlan::DEFAULT };
        app.app.finish(&plan).await;
        assert!(observed_until().await.is_some(), "the last records were written");
        assert!(app.store.read().await.is_err(), "the store is closed");
        other.close().await;
    }
}
