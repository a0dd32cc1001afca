//! What haltere does by itself, in named tasks that one driver runs.
//!
//! A task has a period, or runs when there is something to do ([`Schedule`]). The driver notes how each run ended and how
//! long it took, for administrators ([`list`]). A run that fails, panics or takes long doesn't
//! affect other tasks.
//!
//! After a panic a task pauses, longer each time; meanwhile haltere is not ready. If one keeps panicking, haltere gives
//! up, and the process exits with the reason, so that the service manager can restart it.
//!
//! [`tasks`] lists the tasks of the application; the binary adds its own. They end when haltere begins to shut down; a
//! run in progress has the time that [`ShutdownPlan::links`](crate::ShutdownPlan) gives it.

mod driver;
mod list;
mod record;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use haltere_core::Clock;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use driver::Schedule;
pub use list::{BackgroundTask, TaskState};
pub use record::TaskRun;

use self::record::Record;
pub(crate) use self::tasks::start;

/// All tasks in the background.
pub struct Background {
    clock: Arc<dyn Clock>,
    tracker: TaskTracker,
    stopping: CancellationToken,
    records: Mutex<BTreeMap<&'static str, Record>>,
    reason: Mutex<Option<String>>,
    given_up: CancellationToken,
}

impl Background {
    /// No task yet. They run on `tracker` until `stopping`.
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        tracker: TaskTracker,
        stopping: CancellationToken,
    ) -> Self {
        let (records, reason) = (Mutex::default(), Mutex::default());
        Self { clock, tracker, stopping, records, reason, given_up: CancellationToken::new() }
    }

    /// Whether no task pauses after a panic.
    pub(crate) fn is_well(&self) -> bool {
        self.records.lock().values().all(|record| !record.is_restarting)
    }

    /// Waits until haltere gives up; the reason.
    pub(crate) async fn given_up(&self) -> String {
        self.given_up.cancelled().await;
        self.reason.lock().clone().unwrap_or_default()
    }

    fn give_up(&self, reason: String) {
        tracing::error!("{reason}; haltere ends");
        *self.reason.lock() = Some(reason);
        self.given_up.cancel();
    }

    fn update<T>(&self, name: &'static str, change: impl FnOnce(&mut Record) -> T) -> T {
        change(self.records.lock().entry(name).or_default())
    }
}

#[cfg(test)]
mod tests;
