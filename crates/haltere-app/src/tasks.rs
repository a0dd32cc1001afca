//! Operations that must not stop half-way.

use tokio_util::task::TaskTracker;

/// Runs `job` to completion even if the caller's future is dropped. A shutdown waits for `tasks`.
pub(crate) async fn to_completion<T: Send + 'static>(
    tasks: &TaskTracker,
    job: impl Future<Output = T> + Send + 'static,
) -> T {
    match tasks.spawn(job).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // These tasks are never aborted, except by the end of the runtime.
            Err(_) => std::future::pending().await,
        },
    }
}
