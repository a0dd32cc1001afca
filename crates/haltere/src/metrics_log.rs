//! Logs regularly, at `haltere::metrics=debug`, how much of everything there is. A number that grows without new
//! work shows a leak.

use std::future::pending;
use std::time::Duration;

use haltere_app::{App, Metrics, Schedule};
use tokio::runtime::Handle;
use tracing::{Level, debug};

use crate::http::{SlotPool, SlotStats};

/// The target that the guide names.
const TARGET: &str = "haltere::metrics";

const PERIOD: Duration = Duration::from_secs(10);

/// Logs in the background if that level is on.
pub(crate) fn start(app: &App, slots: SlotPool) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let for_runs = app.clone();
    app.background().spawn("metrics-log", Schedule::every(PERIOD), pending, move || {
        let (app, slots) = (for_runs.clone(), slots.clone());
        async move {
            log(&app, &slots);
            Ok(())
        }
    });
}

fn log(app: &App, slots: &SlotPool) {
    let tasks = Handle::current().metrics().num_alive_tasks();
    let Metrics {
        links,
        status_changes,
        jobs,
        panics,
        denied_dials,
        limited_refusals,
        limited_tests,
        limited_logins,
        ended_sessions,
        unkept_texts,
        unwritten_histories,
        failed_audit_deliveries,
        full_reads,
    } = app.metrics();
    for task in app.background().tasks().iter().filter(|task| task.recent_panics > 0) {
        debug!(target: TARGET, ?task, "a background task has panicked within the last ten minutes");
    }
    let SlotStats { open, closed, rejected, evicted, write_timeouts } = slots.stats();
    debug!(target: TARGET, open, closed, rejected, evicted, write_timeouts, "HTTP connections");
    debug!(
        target: TARGET,
        limited_refusals,
        limited_tests,
        limited_logins,
        ended_sessions,
        unkept_texts,
        "limits that were reached"
    );
    debug!(
        target: TARGET,
        tasks,
        links,
        status_changes,
        jobs,
        panics,
        denied_dials,
        unwritten_histories,
        failed_audit_deliveries,
        full_reads,
        "vital signs"
    );
}
