//! Runs one task, again and again.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::{error_chain, panic_message};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Background, TaskRun};
use crate::error::Internal;

/// The pause after the first panic; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// So many panics within [`WINDOW`](super::record::WINDOW) are too many.
pub(super) const TOO_MANY: usize = 5;
/// The most characters of an error that are kept.
const MAX_FAILURE: usize = 500;

/// When a task runs.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    period: Option<Duration>,
    retry: Option<Duration>,
}

impl Schedule {
    /// At once, and from then on each `period`, or earlier when it is due.
    pub const fn every(period: Duration) -> Self {
        Self { period: Some(period), retry: None }
    }

    /// When it is due.
    pub(super) const fn when_due() -> Self {
        Self { period: None, retry: None }
    }

    /// Again after `retry` if a run has failed.
    pub(super) const fn retried_after(self, retry: Duration) -> Self {
        Self { retry: Some(retry), ..self }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunEnd {
    Well,
    Failed,
    Panicked,
}

impl Background {
    /// Runs the task `name` until haltere stops. `due` waits until it has something to do; `run` does it, and logs its
    /// own errors.
    pub fn spawn<W, F>(
        self: &Arc<Self>,
        name: &'static str,
        schedule: Schedule,
        due: impl Fn() -> W + Send + 'static,
        run: impl Fn() -> F + Send + 'static,
    ) where
        W: Future<Output = ()> + Send + 'static,
        F: Future<Output = Result<(), Internal>> + Send + 'static,
    {
        self.update(name, |record| record.period = schedule.period);
        let this = Arc::clone(self);
        self.tracker.spawn(async move { this.drive(name, schedule, due, run).await });
    }

    async fn drive<W, F>(
        &self,
        name: &'static str,
        Schedule { period, retry }: Schedule,
        due: impl Fn() -> W,
        run: impl Fn() -> F,
    ) where
        W: Future<Output = ()>,
        F: Future<Output = Result<(), Internal>> + Send + 'static,
    {
        let mut next = period.map(|_| Instant::now());
        loop {
            self.update(name, |record| record.next_run = next);
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => return,
                () = until(next) => {}
                () = due() => {}
            }
            let started = Instant::now();
            let pause = match self.run_once(name, run()).await {
                RunEnd::Well => period,
                RunEnd::Failed => retry.or(period),
                RunEnd::Panicked => {
                    if !self.recover(name).await {
                        return;
                    }
                    Some(Duration::ZERO)
                }
            };
            next = pause.map(|pause| started + pause);
        }
    }

    async fn run_once<F>(&self, name: &'static str, run: F) -> RunEnd
    where
        F: Future<Output = Result<(), Internal>> + Send + 'static,
    {
        let (started, started_at) = (Instant::now(), self.clock.now());
        self.update(name, |record| {
            record.next_run = None;
            record.running_since = Some(started_at);
        });
        // A task of its own, so that a panic ends no more than the run.
        let (ended, failure) = match self.tracker.spawn(run).await {
            Ok(Ok(())) => (RunEnd::Well, None),
            Ok(Err(error)) => (RunEnd::Failed, Some(error_chain(&error))),
            Err(error) => {
                // For the log only: it may quote anything.
                tracing::error!(
                    task = name,
                    error = describe_panic(error),
                    "a background task panicked"
                );
                (RunEnd::Panicked, Some("panicked; the log has the message".to_owned()))
            }
        };
        let failure = failure.map(|text| text.chars().take(MAX_FAILURE).collect());
        let run = TaskRun { started_at, duration: started.elapsed(), failure };
        self.update(name, |record| record.note(run));
        ended
    }

    /// Pauses after a panic; whether the task goes on.
    async fn recover(&self, name: &'static str) -> bool {
        let panics = self.update(name, |record| {
            record.is_restarting = true;
            record.note_panic()
        });
        if panics >= TOO_MANY {
            self.give_up(format!(
                "the background task \"{name}\" has panicked {panics} times in a short time"
            ));
            return false;
        }
        let pause = FIRST_PAUSE * (1 << (panics - 1));
        tracing::error!(task = name, panics, again_in = ?pause, "a background task is started again");
        tokio::select! {
            () = self.stopping.cancelled() => return false,
            () = sleep(pause) => {}
        }
        self.update(name, |record| record.is_restarting = false);
        true
    }
}

async fn until(next: Option<Instant>) {
    match next {
        Some(next) => sleep_until(next).await,
        None => std::future::pending().await,
    }
}

fn describe_panic(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panic_message(&*panic).to_owned(),
        Err(error) => error.to_string(),
    }
}
