//! Waiting for something to become true: never by sleeping and hoping.

use std::time::{Duration, Instant};

/// Long enough for anything that should happen at once on a busy two-core machine, short enough
/// for a person to wait when it doesn't.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// How often [`until`] asks again.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Asks `probe` until it answers `Some`, and returns the answer.
///
/// Panics with `what` once `deadline` has passed.
pub async fn until<T>(
    what: &str,
    deadline: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(start.elapsed() < deadline, "waited {deadline:?} in vain for {what}");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Awaits `future`, and panics with `what` once `deadline` has passed.
pub async fn within<F: Future>(what: &str, deadline: Duration, future: F) -> F::Output {
    tokio::time::timeout(deadline, future)
        .await
        .unwrap_or_else(|_| panic!("waited {deadline:?} in vain for {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn until_returns_the_first_answer() {
        let mut asked = 0;
        let answer = until("the third time", DEADLINE, async || {
            asked += 1;
            (asked == 3).then_some(asked)
        });
        assert_eq!(answer.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for Godot")]
    async fn until_says_what_did_not_come() {
        until("Godot", Duration::from_millis(20), async || None::<()>).await;
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for Godot")]
    async fn within_says_what_did_not_come() {
        within("Godot", Duration::from_millis(1), std::future::pending::<()>()).await;
    }
}
