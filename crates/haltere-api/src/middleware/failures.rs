//! The one place where a 500 gets its message and its log line, whether an operation failed
//! unexpectedly or a handler panicked.

use std::error::Error;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use haltere_app::Internal;
use haltere_core::{StorageTrouble, error_chain, panic_message};
use http::StatusCode;
use http::header::RETRY_AFTER;

use crate::error::{ErrorBody, ErrorCode, InternalCause, json, messages};

/// The log's line.
const FAILED: &str = "failed to answer a request";
/// When to try again, in seconds. A change has waited for the database for some time already.
const BUSY_RETRY: u32 = 5;

/// Catches panics, logs internal causes, and writes the body.
pub(crate) async fn handle(request: Request, next: Next) -> Response {
    let code = code_of_500(request.uri().path());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(mut response) => match response.extensions_mut().remove::<InternalCause>() {
            Some(InternalCause(cause)) => {
                let body = log_internal(cause.as_ref(), code);
                if is_busy(cause.as_ref()) { busy(&body) } else { internal(&body) }
            }
            None => response,
        },
        Err(panic) => {
            tracing::error!(panic = panic_message(panic.as_ref()), "a request handler panicked");
            internal(&error_body(code, None))
        }
    }
}

/// Logs why a request failed, and returns the part that the client may know. For responses that have begun
/// already; all others pass [`handle`].
pub(crate) fn log_internal(
    cause: &(dyn Error + Send + Sync + 'static),
    code: ErrorCode,
) -> ErrorBody {
    let trouble = cause.downcast_ref::<Internal>().and_then(Internal::trouble);
    if is_busy(cause) {
        tracing::warn!(error = error_chain(cause), "{FAILED}: another program holds the database");
        return busy_in_words();
    }
    log(cause, trouble);
    error_body(code, trouble)
}

/// A disk in trouble fails request after request, and the log knows about it already.
fn log(cause: &(dyn Error + Send + Sync + 'static), trouble: Option<StorageTrouble>) {
    if trouble.is_some() {
        tracing::debug!(error = error_chain(cause), "{FAILED}");
    } else {
        tracing::error!(error = error_chain(cause), "{FAILED}");
    }
}

/// The Connections API of the management center for Mosquitto sends `NOT_ALLOWED` with a 500, and
/// clients generated from its description expect that.
pub(crate) fn code_of_500(path: &str) -> ErrorCode {
    let in_connections_api = path == "/api/connections"
        || path.starts_with("/api/connections/")
        || path.starts_with("/api/connection-");
    if in_connections_api { ErrorCode::NotAllowed } else { ErrorCode::InternalError }
}

fn error_body(code: ErrorCode, trouble: Option<StorageTrouble>) -> ErrorBody {
    let reason = trouble.map(StorageTrouble::as_str);
    ErrorBody {
        code,
        message: messages::INTERNAL.into(),
        reason,
        limit: None,
        fault: None,
        long_error: None,
        last_change: None,
        data: None,
    }
}

/// Another program holds the database's write lock: a matter of time.
fn is_busy(cause: &(dyn Error + Send + Sync + 'static)) -> bool {
    cause.downcast_ref::<Internal>().is_some_and(Internal::is_busy)
}

fn busy_in_words() -> ErrorBody {
    ErrorBody {
        code: ErrorCode::Unavailable,
        message: messages::BUSY.into(),
        reason: Some(messages::BUSY_REASON),
        limit: None,
        fault: None,
        long_error: None,
        last_change: None,
        data: None,
    }
}

fn busy(body: &ErrorBody) -> Response {
    let mut response = json(StatusCode::SERVICE_UNAVAILABLE, body);
    response.headers_mut().insert(RETRY_AFTER, BUSY_RETRY.into());
    response
}

fn internal(body: &ErrorBody) -> Response {
    json(StatusCode::INTERNAL_SERVER_ERROR, body)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::error::ApiError;

    async fn panicking() -> StatusCode {
        panic!("secret detail")
    }

    async fn body_of(path: &str) -> (StatusCode, serde_json::Value) {
        let failing = || async { ApiError::internal(std::io::Error::other("secret detail")) };
        let router: Router = Router::new()
            .route("/api/profile", get(failing))
            .route("/api/connections", get(panicking))
            .layer(axum::middleware::from_fn(handle));
        let request = Request::get(path).body(axum::body::Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("infallible");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    #[tokio::test]
    async fn neither_a_failure_nor_a_panic_reveals_its_cause() {
        for (path, code) in
            [("/api/profile", "INTERNAL_ERROR"), ("/api/connections", "NOT_ALLOWED")]
        {
            let (status, body) = body_of(path).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            let expected = serde_json::json!({"code": code, "message": messages::INTERNAL});
            assert_eq!(body, expected, "{path}");
        }
    }
}
