//! The tasks of the application.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use super::driver::Schedule;
use crate::app::Services;
use crate::audit_sinks::taken_by_required;

/// How long another process's change may go unnoticed: half of the second in which a session that was taken
/// away has to have ended everywhere.
const RECONCILE: Duration = Duration::from_millis(500);
const SESSION_USE: Duration = Duration::from_mins(1);
const SESSION_CLEAN_UP: Duration = Duration::from_hours(1);
/// Each write wakes the disk.
const AUDIT_RETENTION: Duration = Duration::from_hours(1);
const LINK_HISTORY: Duration = Duration::from_secs(5);

/// Starts the tasks. They end when haltere begins to shut down.
pub(crate) fn start(app: &Services) {
    let Services {
        background, users, tokens, reconciler, sessions, history_writer, shared, ..
    } = app;
    let retention = (app.audit_trail.clone(), app.retention, Arc::clone(&shared.deliveries));
    background.spawn(
        "reconciler",
        Schedule::every(RECONCILE),
        with(users, |users| async move { users.changed().await }),
        with(reconciler, |reconciler| async move { reconciler.run().await }),
    );
    background.spawn(
        "session-use",
        Schedule::every(SESSION_USE),
        pending,
        with(sessions, |sessions| async move { sessions.write_use().await }),
    );
    background.spawn(
        "token-use",
        Schedule::every(SESSION_USE),
        pending,
        with(tokens, |tokens| async move { tokens.write_use().await }),
    );
    background.spawn(
        "session-clean-up",
        Schedule::every(SESSION_CLEAN_UP).retried_after(SESSION_USE),
        pending,
        with(sessions, |sessions| async move { sessions.clean_up().await }),
    );
    background.spawn(
        "link-history",
        Schedule::every(LINK_HISTORY),
        pending,
        with(history_writer, |writer| async move { writer.write().await }),
    );
    background.spawn(
        "audit-sums",
        Schedule::when_due(),
        with(&shared.audit, |audit| async move { audit.sums_are_due().await }),
        with(&shared.audit, |audit| async move { audit.write_due_sums().await }),
    );
    background.spawn(
        "audit-retention",
        Schedule::every(AUDIT_RETENTION).retried_after(SESSION_USE),
        pending,
        with(&retention, |(trail, retention, deliveries)| async move {
            trail.retain(retention, taken_by_required(&deliveries)).await
        }),
    );
    for delivery in &*shared.deliveries {
        background.spawn(
            delivery.task(),
            Schedule::when_due(),
            with(delivery, |delivery| async move { delivery.wait_until_due().await }),
            with(
                &(Arc::clone(delivery), shared.stopping.clone()),
                |(delivery, stopping)| async move { delivery.run(&stopping).await },
            ),
        );
    }
}

/// Calls `call` each time with a clone of `part`.
fn with<T, F>(part: &T, call: fn(T) -> F) -> impl Fn() -> F + Send + use<T, F>
where
    T: Clone + Send + 'static,
    F: 'static,
{
    let part = part.clone();
    move || call(part.clone())
}
