//! Gives each request its id and remembers where it came from.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use haltere_core::{Origin, Timestamp};
use http::{HeaderName, HeaderValue};
use tracing::Instrument;
use uuid::Uuid;

use crate::cookie::SessionCookie;
use crate::limits::counters::LimitReached;
use crate::request_source::RequestSource;
use crate::state::ApiState;

/// The response's header that carries the request's id: the same id as in the log and in the audit trail.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts on the request how it came ([`RequestSource`], [`Origin`], [`SessionCookie`]) and the state (for the gates, see
/// [`crate::gate`]), a span around its handling, and its id on the response.
///
/// The id is always ours: one taken from the client could be chosen to look like another's.
pub(crate) async fn assign(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id = new_id(state.app.clock().now()).to_string();
    let source = RequestSource::of(&request, &state.options);
    let origin = Origin { address: source.address, request_id: request_id.clone() };
    let span = tracing::info_span!(
        "request",
        id = request_id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let header = HeaderValue::from_str(&request_id).expect("a UUID is visible ASCII");
    let header_user = state.options.trusted_headers.user_of(&request);
    let extensions = request.extensions_mut();
    extensions.insert(SessionCookie::of(&state.options, &source));
    extensions.insert(source);
    if let Some(user) = header_user {
        extensions.insert(user);
    }
    extensions.insert(origin);
    extensions.insert(state.clone());
    let answered = async move {
        let start = Instant::now();
        let mut response = next.run(request).await;
        if let Some(reached) = response.extensions_mut().remove::<LimitReached>() {
            state.limit_counters.count(reached);
        }
        let (status, elapsed) = (response.status().as_u16(), start.elapsed());
        tracing::debug!(status, ?elapsed, "answered");
        response
    };
    let mut response = answered.instrument(span).await;
    response.headers_mut().insert(X_REQUEST_ID, header);
    response
}

/// A UUID of version 7: ids sort by time. `Uuid::now_v7` panics when it is before 1970.
fn new_id(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::CapturedLog;
    use serde_json::json;
    use tracing::Level;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn response_log_and_audit_trail_name_a_request_by_the_same_id() {
        let log = CapturedLog::start(Level::DEBUG);
        let api = TestApi::start().await;
        let response = api.admin().await.put("/api/plugins/tls", json!({"enabled": false})).await;
        let id = response.header("x-request-id").expect("an id");
        assert_eq!(api.app.audit_of(id).await, ["admin plugin.switch tls success"]);

        let log = log.text();
        let mut lines = log.lines().filter(|line| line.contains(id));
        assert!(lines.any(|line| line.contains("answered")), "{id} is missing in {log}");
    }
}
