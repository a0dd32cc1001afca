//! Logs regularly, at `haltere::metrics=debug`, how much of everything there is. A number that grows without new
//! work shows a leak.

use std::time::Duration;

use haltere_app::{App, Metrics};
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{Level, debug};

use crate::http::{SlotPool, SlotStats};
use crate::lifecycle::Stop;

/// The target that the guide names.
const TARGET: &str = "haltere::metrics";

const PERIOD: Duration = Duration::from_secs(10);

/// Logs until the server stops.
pub(crate) async fn run(app: &App, slots: &SlotPool, stop: &Stop) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.soft.cancelled() => return,
            _ = ticks.tick() => log(app, slots),
        }
    }
}

fn log(app: &App, slots: &SlotPool) {
    let tasks = Handle::current().metrics().num_alive_tasks();
    let Metrics {
        links,
        jobs,
        panics,
        denied_dials,
        limited_refusals,
        limited_tests,
        limited_logins,
        ended_sessions,
        unkept_texts,
        unwritten_histories,
        full_reads,
    } = app.metrics();
    for task in app.background().iter().filter(|task| task.recent_panics > 0) {
        debug!(target: TARGET, ?task, "a background task has died lately");
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
        jobs,
        panics,
        denied_dials,
        unwritten_histories,
        full_reads,
        "vital signs"
    );
}
