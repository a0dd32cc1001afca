//! Named background tasks, which are supervised.
//!
//! A task that ends (by a panic, or because it returns) is restarted after a growing pause. If one keeps ending,
//! haltere gives up, and the process exits with the reason, so that the service manager can restart it.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::{Internal, chain};

/// The pause after the first death; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// So many deaths within [`WINDOW`] are too many.
const TOO_MANY: usize = 5;
/// Deaths that are longer ago are forgotten.
const WINDOW: Duration = Duration::from_mins(10);

/// All tasks in the background.
#[derive(Default)]
pub(crate) struct Background {
    tasks: Mutex<BTreeMap<&'static str, State>>,
    reason: Mutex<Option<String>>,
    given_up: CancellationToken,
}

/// How a task is.
#[derive(Debug, Default)]
struct State {
    is_running: bool,
    /// How the last run ended, of a task that runs now and then.
    last_failure: Option<String>,
    /// When it died, the latest last.
    deaths: VecDeque<Instant>,
}

/// How a task in the background is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundTask {
    /// What it does, in a word or two.
    pub name: &'static str,
    /// Whether it runs: it does not while it waits to be begun again.
    pub is_running: bool,
    /// Why its last run failed, if it did.
    pub last_failure: Option<String>,
    /// How often it has died within the last ten minutes.
    pub deaths: usize,
}

impl Background {
    /// Whether all tasks are running.
    pub(crate) fn is_well(&self) -> bool {
        self.tasks().values().all(|state| state.is_running)
    }

    /// How each of them is.
    pub(crate) fn list(&self) -> Vec<BackgroundTask> {
        let tasks = self.tasks();
        let shown = tasks.iter().map(|(name, state)| BackgroundTask {
            name,
            is_running: state.is_running,
            last_failure: state.last_failure.clone(),
            deaths: state.deaths.iter().filter(|at| at.elapsed() < WINDOW).count(),
        });
        shown.collect()
    }

    /// Waits until it has been given up; the reason.
    pub(crate) async fn given_up(&self) -> String {
        self.given_up.cancelled().await;
        let reason = self.reason.lock();
        reason.clone().unwrap_or_default()
    }

    /// Runs `job` until `stopping`, and begins it again when it ends before.
    pub(crate) async fn keep<F>(
        &self,
        name: &'static str,
        tracker: TaskTracker,
        stopping: CancellationToken,
        job: impl Fn() -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut pause = FIRST_PAUSE;
        loop {
            self.change(name, |state| state.is_running = true);
            // A task of its own, so that a panic ends no more than itself.
            let ended = tracker.spawn(job()).await;
            self.change(name, |state| state.is_running = false);
            if stopping.is_cancelled() {
                return;
            }
            let how = if ended.is_err() { "panicked" } else { "ended" };
            let deaths = self.note_death(name);
            if deaths >= TOO_MANY {
                return self.give_up(format!(
                    "the background task \"{name}\" has died {deaths} times in a short time"
                ));
            }
            if deaths == 1 {
                pause = FIRST_PAUSE;
            }
            tracing::error!(task = name, how, deaths, again_in = ?pause, "a background task died");
            tokio::select! {
                () = stopping.cancelled() => return,
                () = sleep(pause) => {}
            }
            pause *= 2;
        }
    }

    /// Runs `job` each `period` and whenever it is `woken`, until `stopping`. Its result is kept for
    /// display; the job itself reports its errors.
    pub(crate) async fn every<W, J>(
        &self,
        name: &'static str,
        period: Duration,
        stopping: &CancellationToken,
        woken: impl Fn() -> W,
        job: impl Fn() -> J,
    ) where
        W: Future<Output = ()>,
        J: Future<Output = Result<(), Internal>>,
    {
        let mut timer = interval(period);
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = timer.tick() => {}
                () = woken() => {}
            }
            let failure = job().await.err().map(|error| chain(&error));
            self.change(name, |state| state.last_failure = failure);
        }
    }

    fn note_death(&self, name: &'static str) -> usize {
        self.change(name, |state| {
            state.deaths.retain(|at| at.elapsed() < WINDOW);
            state.deaths.push_back(Instant::now());
            state.deaths.len()
        })
    }

    fn give_up(&self, reason: String) {
        tracing::error!("{reason}; haltere ends");
        *self.reason.lock() = Some(reason);
        self.given_up.cancel();
    }

    fn change<T>(&self, name: &'static str, change: impl FnOnce(&mut State) -> T) -> T {
        change(self.tasks().entry(name).or_default())
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<&'static str, State>> {
        self.tasks.lock()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::timeout;

    use super::*;

    struct Bench {
        background: Arc<Background>,
        stopping: CancellationToken,
        begun: Arc<AtomicUsize>,
    }

    impl Bench {
        /// A task that dies `times` times and then keeps running.
        fn with_deaths(deaths: usize, apart: Duration) -> Self {
            let this = Self {
                background: Arc::default(),
                stopping: CancellationToken::new(),
                begun: Arc::default(),
            };
            let (background, stopping) = (Arc::clone(&this.background), this.stopping.clone());
            let begun = Arc::clone(&this.begun);
            tokio::spawn(async move {
                let until = stopping.clone();
                let job = move || {
                    let (until, begun) = (until.clone(), Arc::clone(&begun));
                    async move {
                        if begun.fetch_add(1, Ordering::Relaxed) < deaths {
                            sleep(apart).await;
                            panic!("a test ordered this");
                        }
                        until.cancelled().await;
                    }
                };
                background.keep("test", TaskTracker::new(), stopping, job).await;
            });
            this
        }

        async fn until_begun(&self, times: usize) {
            while self.begun.load(Ordering::Relaxed) < times {
                sleep(Duration::from_millis(10)).await;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_dies_is_begun_again() {
        let bench = Bench::with_deaths(4, Duration::ZERO);
        let start = Instant::now();
        bench.until_begun(2).await;
        bench.until_begun(5).await;
        // 0.5 + 1 + 2 + 4 s.
        assert!(start.elapsed() >= Duration::from_millis(7_500), "{:?}", start.elapsed());
        assert!(bench.background.is_well());
        let list = bench.background.list();
        assert_eq!((list.len(), list[0].name, list[0].deaths), (1, "test", 4));
        let given_up = timeout(Duration::from_hours(1), bench.background.given_up());
        given_up.await.expect_err("it lives");
        bench.stopping.cancel();
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_given_up_when_it_keeps_dying() {
        let bench = Bench::with_deaths(usize::MAX, Duration::ZERO);
        let reason = bench.background.given_up().await;
        assert!(reason.contains("\"test\"") && reason.contains("5 times"), "{reason}");
        assert_eq!(bench.begun.load(Ordering::Relaxed), TOO_MANY);
        assert!(!bench.background.is_well());
    }

    #[tokio::test(start_paused = true)]
    async fn deaths_that_are_long_ago_are_forgotten() {
        let bench = Bench::with_deaths(50, Duration::from_mins(4));
        bench.until_begun(51).await;
        assert!(!bench.background.given_up.is_cancelled());
        bench.stopping.cancel();
    }

    #[tokio::test(start_paused = true)]
    async fn a_periodic_task_shows_how_its_last_run_ended() {
        let background = Arc::new(Background::default());
        let (stopping, runs) = (CancellationToken::new(), AtomicUsize::new(0));
        let (runs, stop) = (&runs, &stopping);
        let job = || async move {
            let run = runs.fetch_add(1, Ordering::Relaxed);
            if run == 2 {
                stop.cancel();
            }
            if run == 0 { Ok(()) } else { Err(Internal::new("run", "no luck")) }
        };
        let never = || std::future::pending();
        background.every("test", Duration::from_secs(1), &stopping, never, job).await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);
        let shown = background.list().remove(0).last_failure;
        assert_eq!(shown.as_deref(), Some("failed to run: no luck"));
    }
}
