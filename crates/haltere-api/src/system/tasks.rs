//! `GET /api/system/tasks`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use haltere_app::{BackgroundTask, TaskRun, TaskState};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::state::ApiState;
use crate::wire::time::rfc3339;

/// A task that haltere runs by itself in the background.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BackgroundTask, example = json!({
    "name": "link-history", "periodMs": 5000.0, "state": "waiting", "runs": 1730, "failures": 1, "recentPanics": 0,
    "lastRun": {"startedAt": "2026-11-23T06:12:31.204Z", "durationMs": 3.4},
    "nextRunAt": "2026-11-23T06:12:36.204Z",
}))]
pub(crate) struct WireTask {
    /// What it does: `reconciler`, `session-use`, `token-use`, `session-clean-up`, `link-history`, `audit-sums`,
    /// `audit-retention`, `audit-file`, `audit-syslog`, `master-key-watch`, `certificate-watch`, `memory-trim`,
    /// `metrics-log`. Later versions may have others.
    name: &'static str,
    /// The time from the start of one run to that of the next, at most. Absent when the task runs as soon as
    /// there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    period_ms: Option<f64>,
    /// `waiting`, `running`, or `restarting`: it pauses after a panic, and `/readyz` answers 503.
    state: &'static str,
    /// When the run in progress began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    running_since: Option<String>,
    /// How often it has run since haltere started.
    runs: u64,
    /// How many of these runs have failed.
    failures: u64,
    /// How many of them have panicked within the last ten minutes. With five, haltere ends itself.
    recent_panics: usize,
    /// The last run that has ended. Absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run: Option<WireRun>,
    /// When the next run begins at the latest, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    next_run_at: Option<String>,
}

/// A run of a task that has ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BackgroundTaskRun)]
pub(crate) struct WireRun {
    #[schema(format = DateTime)]
    started_at: String,
    duration_ms: f64,
    /// Why it failed. Absent when it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<BackgroundTask> for WireTask {
    fn from(task: BackgroundTask) -> Self {
        let BackgroundTask {
            name,
            period,
            state,
            runs,
            failures,
            recent_panics,
            last_run,
            next_run,
        } = task;
        let (state, running_since) = match state {
            TaskState::Waiting => ("waiting", None),
            TaskState::Running { since } => ("running", Some(rfc3339(since))),
            TaskState::Restarting => ("restarting", None),
        };
        Self {
            name,
            period_ms: period.map(millis),
            state,
            running_since,
            runs,
            failures,
            recent_panics,
            last_run: last_run.map(WireRun::from),
            next_run_at: next_run.map(rfc3339),
        }
    }
}

impl From<TaskRun> for WireRun {
    fn from(run: TaskRun) -> Self {
        let TaskRun { started_at, duration, failure } = run;
        Self { started_at: rfc3339(started_at), duration_ms: millis(duration), error: failure }
    }
}

/// To the microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// List background tasks
///
/// What haltere does by itself, by name: when each task ran last, how long that took and whether it failed.
#[utoipa::path(
    get,
    path = "/api/system/tasks",
    operation_id = "list_background_tasks",
    tag = "System",
    responses((status = 200, description = "All tasks", body = [WireTask])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    let tasks = state.app.background().list(&context)?;
    let tasks: Vec<_> = tasks.into_iter().map(WireTask::from).collect();
    Ok(json(StatusCode::OK, &tasks))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::{Value, json};

    use crate::test_support::{Client, TestApi};

    async fn task(admin: &Client, name: &str) -> Value {
        let tasks = admin.get("/api/system/tasks").await.json();
        let tasks = tasks.as_array().expect("a list").clone();
        tasks.into_iter().find(|task| task["name"] == name).expect("the task")
    }

    #[tokio::test]
    async fn administrators_see_the_last_run_of_each_task() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let names: Vec<_> = api.app.app.background().tasks().iter().map(|task| task.name).collect();
        assert_eq!(
            names,
            [
                "audit-retention",
                "audit-sums",
                "link-history",
                "reconciler",
                "session-clean-up",
                "session-use",
                "token-use"
            ]
        );
        let reconciler = until("a run", DEADLINE, async || {
            let task = task(&admin, "reconciler").await;
            task["lastRun"]["startedAt"].is_string().then_some(task)
        })
        .await;
        assert_eq!(reconciler["periodMs"], json!(500.0));
        assert_eq!((&reconciler["failures"], &reconciler["recentPanics"]), (&json!(0), &json!(0)));
        assert!(reconciler["lastRun"]["error"].is_null(), "{reconciler}");
        let due = task(&admin, "audit-sums").await;
        assert!(due["periodMs"].is_null() && due["nextRunAt"].is_null(), "{due}");

        api.app.store.close().await;
        let failed = until("a failure", DEADLINE, async || {
            let tasks = api.app.app.background().tasks();
            let reconciler = tasks.into_iter().find(|task| task.name == "reconciler")?;
            reconciler.last_run?.failure
        })
        .await;
        assert!(failed.starts_with("failed to look for changes in the store"), "{failed}");
    }
}
