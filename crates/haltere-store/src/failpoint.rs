//! Fail points: named steps of a change at which tests make haltere fail, before or after the step.
//!
//! A test starts haltere with the name of a file in the environment variable `FAILPOINT_FILE`. Once the file
//! contains `commit.before abort`, the next task that reaches that fail point removes the file and aborts. So one
//! command causes one failure, and the state after it can be examined.
//!
//! | command | does |
//! |---|---|
//! | `abort` | ends the process on the spot, like `kill -9` |
//! | `error` | the step fails with a [`StoreError`]; where no error can be returned, it panics |
//! | `panic` | panics |
//!
//! Only builds with debug assertions have fail points. An optimised build has none, whatever its features and its
//! environment.

use crate::StoreError;

/// The environment variable that names the file with the command.
#[cfg(debug_assertions)]
const FILE: &str = "FAILPOINT_FILE";

/// A step of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Seal,
    Begin,
    /// Something is written in it.
    Write,
    /// The audit entry is written in it.
    Audit,
    Commit,
    /// Memory follows, and subscribers are notified.
    Notify,
    /// A background task runs.
    Background,
}

impl Step {
    /// The fail point before the step.
    pub fn before(self) -> Result<(), StoreError> {
        pass(self, "before")
    }

    /// The fail point after the step.
    pub fn after(self) -> Result<(), StoreError> {
        pass(self, "after")
    }

    /// Does a step that can't fail, between its two fail points.
    pub fn around<T>(self, step: impl FnOnce() -> T) -> T {
        const ORDERED: &str = "a test ordered this failure";
        self.before().expect(ORDERED);
        let done = step();
        self.after().expect(ORDERED);
        done
    }
}

/// Runs `work` without fail points: for background work, so that a command hits the change it is meant for.
#[cfg(debug_assertions)]
pub async fn spared<T>(work: impl Future<Output = T>) -> T {
    EXEMPT.scope((), work).await
}

/// Runs `work`.
#[cfg(not(debug_assertions))]
pub async fn spared<T>(work: impl Future<Output = T>) -> T {
    work.await
}

#[cfg(debug_assertions)]
tokio::task_local! {
    static EXEMPT: ();
}

#[cfg(not(debug_assertions))]
#[inline(always)]
#[expect(clippy::unnecessary_wraps, reason = "it can fail where there are debug assertions")]
fn pass(_step: Step, _side: &str) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "that is what was ordered")]
fn pass(step: Step, side: &str) -> Result<(), StoreError> {
    match order(step, side).as_deref() {
        None => Ok(()),
        Some("abort") => std::process::abort(),
        Some("error") => Err(StoreError::Backend(Box::new(Ordered))),
        Some(_) => panic!("{Ordered} at {step:?} {side}"),
    }
}

/// What to do here, if this is the named fail point and no other task was faster.
#[cfg(debug_assertions)]
fn order(step: Step, side: &str) -> Option<String> {
    use std::path::PathBuf;
    use std::sync::LazyLock;
    use std::{env, fs};

    static PATH: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::var_os(FILE).map(PathBuf::from));
    let path = PATH.as_ref()?;
    if EXEMPT.try_with(|()| ()).is_ok() {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let (place, order) = text.trim().split_once(' ')?;
    if place != format!("{step:?}.{side}").to_lowercase() {
        return None;
    }
    fs::remove_file(path).ok()?;
    Some(order.to_owned())
}

#[cfg(debug_assertions)]
#[derive(Debug, thiserror::Error)]
#[error("a test ordered a failure")]
struct Ordered;
