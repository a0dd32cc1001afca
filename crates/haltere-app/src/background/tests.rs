use std::time::Duration;

use haltere_testkit::MockClock;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use super::driver::{Schedule, TOO_MANY};
use super::*;
use crate::error::Internal;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    background: Arc<Background>,
    tracker: TaskTracker,
    stopping: CancellationToken,
    clock: MockClock,
    runs: watch::Sender<usize>,
}

impl Bench {
    fn new() -> Self {
        let (tracker, stopping) = (TaskTracker::new(), CancellationToken::new());
        let clock = MockClock::default();
        let shared = Arc::new(clock.clone());
        let background = Arc::new(Background::new(shared, tracker.clone(), stopping.clone()));
        Self { background, tracker, stopping, clock, runs: watch::Sender::default() }
    }

    /// A task whose run is given its number, from 0.
    fn spawn<F>(
        &self,
        name: &'static str,
        schedule: Schedule,
        run: impl Fn(usize) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<(), Internal>> + Send + 'static,
    {
        self.spawn_due(name, schedule, std::future::pending, run);
    }

    fn spawn_due<W, F>(
        &self,
        name: &'static str,
        schedule: Schedule,
        due: impl Fn() -> W + Send + 'static,
        run: impl Fn(usize) -> F + Send + 'static,
    ) where
        W: Future<Output = ()> + Send + 'static,
        F: Future<Output = Result<(), Internal>> + Send + 'static,
    {
        let runs = self.runs.clone();
        self.background.spawn(name, schedule, due, move || {
            let number = *runs.borrow();
            runs.send_replace(number + 1);
            run(number)
        });
    }

    /// Waits for the beginning of so many runs, and for what the last one does at once: a paused clock moves on only
    /// when every task waits.
    async fn until_runs(&self, runs: usize) {
        self.runs
            .subscribe()
            .wait_for(|begun| *begun >= runs)
            .await
            .expect("bench keeps the sender");
        sleep(Duration::from_millis(1)).await;
    }

    fn shown(&self, name: &str) -> BackgroundTask {
        self.background.tasks().into_iter().find(|task| task.name == name).expect("a task")
    }
}

async fn ordered_panic() -> Result<(), Internal> {
    tokio::task::yield_now().await;
    panic!("a test ordered this")
}

fn failure() -> Internal {
    Internal::new("run", "no luck")
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_at_once_and_each_period() {
    let bench = Bench::new();
    let start = Instant::now();
    bench.spawn("test", Schedule::every(10 * SECOND), |_| async {
        sleep(3 * SECOND).await;
        Ok(())
    });
    assert_eq!(bench.shown("test").last_run, None);
    bench.until_runs(1).await;
    let (shown, now) = (bench.shown("test"), bench.clock.now());
    assert_eq!(shown.state, TaskState::Running { since: now });
    assert_eq!((shown.period, shown.runs, shown.next_run), (Some(10 * SECOND), 0, None));
    sleep(4 * SECOND).await;
    let shown = bench.shown("test");
    let run = TaskRun { started_at: now, duration: 3 * SECOND, failure: None };
    assert_eq!((shown.runs, shown.failures, shown.last_run), (1, 0, Some(run)));
    assert_eq!(shown.state, TaskState::Waiting);
    let wait = shown.next_run.expect("known").duration_since(now).as_secs_f64();
    assert!((5.9..6.1).contains(&wait), "{wait}: from start to start");
    bench.until_runs(4).await;
    let passed = start.elapsed();
    assert!((30 * SECOND..31 * SECOND).contains(&passed), "{passed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_due_does_not_wait_for_its_period() {
    let bench = Bench::new();
    let start = Instant::now();
    let woken = Arc::new(Notify::new());
    let due = {
        let woken = Arc::clone(&woken);
        move || {
            let woken = Arc::clone(&woken);
            async move { woken.notified().await }
        }
    };
    let other = Bench::new();
    bench.spawn_due("both", Schedule::every(100 * SECOND), due.clone(), |_| async { Ok(()) });
    other.spawn_due("due", Schedule::when_due(), due, |_| async { Ok(()) });
    bench.until_runs(1).await;
    woken.notify_waiters();
    bench.until_runs(2).await;
    other.until_runs(1).await;
    assert!(start.elapsed() < SECOND);
    let shown = other.shown("due");
    assert_eq!((shown.period, shown.next_run), (None, None));
    bench.until_runs(3).await;
    assert!(start.elapsed() >= 100 * SECOND, "from the last run on");
    assert_eq!(*other.runs.borrow(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shown_and_retried_and_stops_nothing_else() {
    let bench = Bench::new();
    let start = Instant::now();
    let schedule = Schedule::every(100 * SECOND).retried_after(SECOND);
    bench.spawn("failing", schedule, |run| async move {
        if run == 2 { Ok(()) } else { Err(failure()) }
    });
    let other = Bench {
        runs: watch::Sender::default(),
        background: Arc::clone(&bench.background),
        ..Bench::new()
    };
    other.spawn("other", Schedule::every(10 * SECOND), |_| async { Ok(()) });
    bench.until_runs(2).await;
    sleep(Duration::from_millis(1)).await;
    let shown = bench.shown("failing");
    let last = shown.last_run.expect("it ran");
    assert_eq!(last.failure.as_deref(), Some("failed to run: no luck"));
    assert_eq!((shown.runs, shown.failures), (2, 2));
    assert!(bench.background.is_well(), "a run that fails is no death");
    bench.until_runs(4).await;
    let passed = start.elapsed();
    assert!((102 * SECOND..103 * SECOND).contains(&passed), "{passed:?}");
    sleep(Duration::from_millis(1)).await;
    let shown = bench.shown("failing");
    assert_eq!((shown.runs, shown.failures, shown.recent_panics), (4, 3, 0));
    assert_eq!(other.shown("other").failures, 0);
    assert_eq!(*other.runs.borrow(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_is_begun_again() {
    let bench = Bench::new();
    let start = Instant::now();
    bench.spawn("test", Schedule::every(1_000 * SECOND), |run| async move {
        assert!(run >= 4, "run {run} was to fail");
        Ok(())
    });
    bench.until_runs(1).await;
    sleep(Duration::from_millis(1)).await;
    let shown = bench.shown("test");
    assert_eq!((shown.state, shown.recent_panics), (TaskState::Restarting, 1));
    let last = shown.last_run.expect("it ran").failure;
    assert_eq!(last.as_deref(), Some("panicked; the log has the message"));
    assert!(!bench.background.is_well());
    bench.until_runs(5).await;
    // 0.5 + 1 + 2 + 4 s.
    let passed = start.elapsed();
    assert!((7_500..8_000).contains(&passed.as_millis()), "{passed:?}");
    sleep(SECOND).await;
    let shown = bench.shown("test");
    assert_eq!((shown.state, shown.recent_panics), (TaskState::Waiting, 4));
    assert_eq!(shown.last_run.expect("it ran").failure, None);
    assert!(bench.background.is_well());
    let given_up = timeout(Duration::from_hours(1), bench.background.given_up());
    given_up.await.expect_err("it lives");
}

#[tokio::test(start_paused = true)]
async fn haltere_gives_up_when_a_task_keeps_panicking() {
    let bench = Bench::new();
    bench.spawn("test", Schedule::every(SECOND), |_| ordered_panic());
    let reason = bench.background.given_up().await;
    assert!(reason.contains("\"test\"") && reason.contains("5 times"), "{reason}");
    assert_eq!(*bench.runs.borrow(), TOO_MANY);
    assert!(!bench.background.is_well());
}

#[tokio::test(start_paused = true)]
async fn panics_that_are_long_ago_are_forgotten() {
    let bench = Bench::new();
    let start = Instant::now();
    bench.spawn("test", Schedule::every(SECOND), |run| async move {
        sleep(Duration::from_mins(4)).await;
        assert!(run >= 50, "a test ordered this");
        Ok(())
    });
    bench.until_runs(51).await;
    assert!(!bench.background.given_up.is_cancelled());
    // Three within ten minutes: each pause takes two seconds at most.
    let passed = start.elapsed();
    assert!(passed < 50 * (Duration::from_mins(4) + 2 * SECOND) + SECOND, "{passed:?}");
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_a_run_and_begins_no_other() {
    let bench = Bench::new();
    bench.spawn("test", Schedule::every(10 * SECOND), |_| async {
        sleep(5 * SECOND).await;
        Ok(())
    });
    let panicking = Bench {
        runs: watch::Sender::default(),
        background: Arc::clone(&bench.background),
        ..Bench::new()
    };
    panicking.spawn("panicking", Schedule::every(SECOND), |_| ordered_panic());
    bench.until_runs(1).await;
    let start = Instant::now();
    bench.stopping.cancel();
    bench.tracker.close();
    bench.tracker.wait().await;
    let passed = start.elapsed();
    assert!((4 * SECOND..6 * SECOND).contains(&passed), "{passed:?}");
    assert_eq!(bench.shown("test").runs, 1);
    assert_eq!(*panicking.runs.borrow(), 1, "not in its pause either");
}

#[tokio::test(start_paused = true)]
async fn the_text_of_a_failure_is_bounded() {
    let bench = Bench::new();
    bench.spawn("test", Schedule::every(SECOND), |_| async {
        Err(Internal::new("run", "ü".repeat(10_000)))
    });
    bench.until_runs(2).await;
    let text = bench.shown("test").last_run.expect("it ran").failure.expect("it failed");
    assert_eq!(text.chars().count(), 500);
}
