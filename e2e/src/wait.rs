//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// How long a test waits for something that ought to happen soon. Far above what is usual, so that
/// a busy machine fails no test, and far below what a person would wait for.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Asks until the answer is `Some`, at most [`DEADLINE`]; fails naming `what` it waited for.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < DEADLINE {
        if let Some(answer) = ask().await {
            return answer;
        }
        // The pause between two questions; the wait itself ends with the condition.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("waited {DEADLINE:?} for this and it did not happen: {what}");
}
