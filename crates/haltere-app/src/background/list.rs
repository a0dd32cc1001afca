//! Lists the background tasks: `GET /api/system/tasks`.

use std::time::Duration;

use haltere_core::Timestamp;
use tokio::time::Instant;

use super::Background;
use super::record::{Record, TaskRun};
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::Action;

/// A task in the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundTask {
    /// What it does, in a word or two.
    pub name: &'static str,
    /// The time from the start of one run to that of the next, at most; `None` if it runs when there is something to
    /// do.
    pub period: Option<Duration>,
    pub state: TaskState,
    /// How often it has run since the start of haltere.
    pub runs: u64,
    pub failures: u64,
    /// How often it has panicked within the last ten minutes.
    pub recent_panics: usize,
    pub last_run: Option<TaskRun>,
    /// When the next run begins at the latest, if that is known.
    pub next_run: Option<Timestamp>,
}

/// What a task does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Waiting,
    Running {
        since: Timestamp,
    },
    /// It pauses after a panic.
    Restarting,
}

impl Background {
    /// All tasks in the background, by name.
    pub fn list(&self, ctx: &Ctx) -> Result<Vec<BackgroundTask>, NotAllowed> {
        ctx.authorize(Action::ListBackgroundTasks)?;
        Ok(self.tasks())
    }

    /// The same, for the log.
    pub fn tasks(&self) -> Vec<BackgroundTask> {
        let (now, at) = (Instant::now(), self.clock.now());
        let time = |next: Instant| {
            at.checked_add(next.saturating_duration_since(now)).unwrap_or(Timestamp::MAX)
        };
        let records = self.records.lock();
        let tasks = records.iter().map(|(&name, record)| {
            let Record { period, runs, failures, ref last_run, next_run, .. } = *record;
            let state = match record.running_since {
                _ if record.is_restarting => TaskState::Restarting,
                Some(since) => TaskState::Running { since },
                None => TaskState::Waiting,
            };
            BackgroundTask {
                name,
                period,
                state,
                runs,
                failures,
                recent_panics: record.recent_panics(),
                last_run: last_run.clone(),
                next_run: next_run.map(&time),
            }
        });
        tasks.collect()
    }
}
