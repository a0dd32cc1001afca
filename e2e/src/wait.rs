//! Waiting for a condition, never for a time.

use std::time::Duration;

use haltere_testkit::wait;

/// How long a test waits for something that ought to happen soon. Far above what is usual, so that
/// a busy machine fails no test, and far below what a person would wait for.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Asks until the answer is `Some`, at most [`DEADLINE`]; fails naming `what` it waited for.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    wait::until(what, DEADLINE, ask).await
}
