//! Tells regularly, to those who log at `haltere::vitals=debug`, how much of everything there is: what
//! grows here while nothing is added has leaked.

use std::time::Duration;

use haltere_app::{App, Vitals};
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};

use crate::http::{Count, Places};
use crate::lifecycle::Stop;

const EVERY: Duration = Duration::from_secs(10);

/// Logs until told to stop.
pub(crate) async fn tell(app: &App, places: &Places, stop: &Stop) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.soft.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let tasks = Handle::current().metrics().num_alive_tasks();
        let Vitals {
            links,
            jobs,
            panics,
            denied_dials,
            limited_refusals,
            limited_tests,
            limited_logins,
            ended_sessions,
            unwritten_histories,
        } = app.vitals();
        for task in app.background().iter().filter(|task| task.deaths > 0) {
            tracing::debug!(?task, "a background task has died lately");
        }
        let Count { open, ended, turned_away, gave_way, stalled } = places.count();
        tracing::debug!(open, ended, turned_away, gave_way, stalled, "connections of clients");
        tracing::debug!(
            limited_refusals,
            limited_tests,
            limited_logins,
            ended_sessions,
            "limits that were reached"
        );
        tracing::debug!(
            tasks,
            links,
            jobs,
            panics,
            denied_dials,
            unwritten_histories,
            "vital signs"
        );
    }
}
