//! All tasks that run in the background.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use super::driver::Task;
use crate::app::App;
use crate::error::Internal;

/// How long another process's change may go unnoticed: half of the second in which a session that was taken
/// away has to have ended everywhere.
const RECONCILE: Duration = Duration::from_millis(500);
const SESSION_USE: Duration = Duration::from_mins(1);
const SESSION_CLEAN_UP: Duration = Duration::from_hours(1);
/// Each write wakes the disk.
const LINK_HISTORY: Duration = Duration::from_secs(5);

/// Starts the tasks. They end when haltere begins to shut down.
pub(crate) fn start(app: &App) {
    let reconciler = Task::every("reconciler", RECONCILE);
    spawn(app, reconciler, users_changed, |app| async move { app.reconcile_once().await });

    let session_use = Task::every("session-use", SESSION_USE);
    spawn(app, session_use, never, |app| async move { app.0.sessions.write_use().await });

    let clean_up = Task::every("session-clean-up", SESSION_CLEAN_UP).retried_after(SESSION_USE);
    spawn(app, clean_up, never, |app| async move { app.0.sessions.clean_up().await });

    let history = Task::every("link-history", LINK_HISTORY);
    spawn(app, history, never, |app| async move { app.write_history().await });

    let audit_sums = Task::when_due("audit-sums");
    spawn(
        app,
        audit_sums,
        audit_sums_are_due,
        |app| async move { app.0.audit.write_due_sums().await },
    );
}

fn spawn<W, F>(app: &App, task: Task, due: fn(App) -> W, run: fn(App) -> F)
where
    W: Future<Output = ()> + Send + 'static,
    F: Future<Output = Result<(), Internal>> + Send + 'static,
{
    let (for_due, for_run) = (app.clone(), app.clone());
    let background = Arc::clone(&app.0.background);
    background.spawn(task, move || due(for_due.clone()), move || run(for_run.clone()));
}

async fn never(_: App) {
    pending::<()>().await;
}

async fn users_changed(app: App) {
    app.0.users.changed().await;
}

async fn audit_sums_are_due(app: App) {
    app.0.audit.sums_are_due().await;
}
