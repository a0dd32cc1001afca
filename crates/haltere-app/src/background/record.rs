//! What is known of a task.

use std::collections::VecDeque;
use std::time::Duration;

use haltere_core::Timestamp;
use tokio::time::Instant;

/// Panics that are longer ago are forgotten.
pub(super) const WINDOW: Duration = Duration::from_mins(10);

/// A run of a task that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRun {
    pub started_at: Timestamp,
    pub duration: Duration,
    pub failure: Option<String>,
}

/// What is known of a task.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) period: Option<Duration>,
    pub(super) runs: u64,
    pub(super) failures: u64,
    /// The run in progress.
    pub(super) running_since: Option<Timestamp>,
    pub(super) last_run: Option<TaskRun>,
    /// When the next run begins at the latest.
    pub(super) next_run: Option<Instant>,
    /// It pauses after a panic.
    pub(super) is_restarting: bool,
    /// When it panicked, the latest last.
    panics: VecDeque<Instant>,
}

impl Record {
    /// Notes a run that has ended.
    pub(super) fn note(&mut self, run: TaskRun) {
        self.running_since = None;
        self.runs += 1;
        self.failures += u64::from(run.failure.is_some());
        self.last_run = Some(run);
    }

    /// Notes a panic; how many there were within [`WINDOW`].
    pub(super) fn note_panic(&mut self) -> usize {
        self.panics.retain(|at| at.elapsed() < WINDOW);
        self.panics.push_back(Instant::now());
        self.panics.len()
    }

    /// How many panics there were within [`WINDOW`].
    pub(super) fn recent_panics(&self) -> usize {
        self.panics.iter().filter(|at| at.elapsed() < WINDOW).count()
    }
}
