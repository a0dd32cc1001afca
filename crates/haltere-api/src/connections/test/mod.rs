//! `POST /api/connection-test`

mod body;
mod report;
mod stream;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::TestError;
use haltere_core::ConnectionId;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use body::{TestBody, TestPatch};
pub(crate) use report::WireEvent;
use report::WireReport;
pub use report::connection_test_json;

use crate::connections::openapi_parts::UnknownConnection;
use crate::error::{ApiError, ErrorBody, ErrorCode, json, messages};
use crate::extract::accept::wants_stream;
use crate::extract::{JsonBody, RequestContext, StrictQuery};
use crate::limits::exceeded::QuotaLimits;
use crate::state::ApiState;
use crate::wire::connection_input::ConnectionInput;
use crate::wire::connection_patch;

impl From<TestError> for ApiError {
    fn from(error: TestError) -> Self {
        match error {
            TestError::NotAllowed(refusal) => refusal.into(),
            TestError::Invalid(invalid) => invalid.into(),
            TestError::NotFound => Self::not_found(messages::CONNECTION_NOT_FOUND),
            TestError::Unreadable { reason } => Self::unreadable(&reason),
            TestError::TooMany(reached) => TESTS.refusal(reached),
            TestError::Internal(cause) => Self::internal(cause),
        }
    }
}

pub(crate) const TESTS: QuotaLimits = QuotaLimits {
    user: (
        "limits.tests_per_user",
        "Too many of your connection tests are running; try again in a few seconds",
    ),
    network: (
        "limits.tests_per_address",
        "Too many connection tests from your address are running; try again in a few seconds",
    ),
    all: ("limits.tests", "Too many connection tests are running; try again in a few seconds"),
    // A test takes a few seconds at most.
    retry_after: 5,
};

fn unavailable(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
}

/// The query of a test.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TestParams {
    /// The id of a stored connection: the body is a merge patch of it
    #[param(example = "mosquitto-dev")]
    connection: Option<String>,
}

/// Test a connection
///
/// Dials the broker once, as a link would, and returns each stage and, after a failure, what to try. Stores nothing.
/// The result contains the chain that the broker presented, so that a person can check its CA and decide to trust
/// it.
///
/// With `Accept: text/event-stream` each stage is sent as it happens: events `stage`, whose data is a
/// `ConnectionTestEvent`, and at the end one event `result`, whose data is the whole `ConnectionTest`.
/// A stage may appear twice: a broker without MQTT 5 is tried again with 3.1.1, and under TLS 1.3 a broker
/// refuses our certificate only after the handshake. The later one counts. Closing the connection ends the test.
///
/// With `?connection={id}` the body is a merge patch, as for `PATCH /api/connections/{connectionId}`, and the
/// stored connection is tested as it would be after that change; `{}` tests what is stored. Stored secrets
/// take part, just as they would after the change; where secrets are write-only, a patch that leads elsewhere
/// has to bring them.
///
/// With `roundtrip`, the test has a last stage: it publishes a message to that topic, and waits until the broker sends
/// it back. If it fails, `error` has the stage `roundtrip`, `broker` is there, and `connected` is `false`.
///
/// While the link is up and its client id is one set by hand, the test takes another one that begins with it.
#[utoipa::path(
    post,
    path = "/api/connection-test",
    operation_id = "test_connection",
    tag = "Connections",
    params(TestParams),
    request_body(content(
        (TestBody = "application/json"),
        (TestPatch = "application/merge-patch+json"),
    )),
    responses(
        (status = 200, description = "How far it got, whether it worked or not", content(
            (WireReport = "application/json", example = json!({
                "connected": false,
                "stages": [
                    {"stage": "dns", "ok": true, "elapsedMs": 0.4, "detail": "10.0.0.7"},
                    {"stage": "tcp", "ok": false, "elapsedMs": 1.2, "detail": "10.0.0.7:1883 refused the connection: nothing is listening there, or a firewall rejected the connection"},
                ],
                "error": {"code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                    "message": "10.0.0.7:1883 refused the connection: nothing is listening there, or a firewall rejected the connection",
                    "reason": {"key": "connectionRefused", "params": {"peer": "10.0.0.7:1883"}}, "stage": "tcp"},
                "advice": ["See on the broker's machine whether anything listens on the port: ss -ltn 'sport = :1883'"],
                "adviceKeys": [{"key": "checkListening", "params": {"port": 1883}}],
                "certificates": [],
            })),
            (String = "text/event-stream", example = "event: stage\ndata: {\"state\":\"started\",\"stage\":\"dns\"}\n\nevent: stage\ndata: {\"state\":\"ended\",\"stage\":\"dns\",\"ok\":true,\"elapsedMs\":0.4,\"detail\":\"10.0.0.7\"}\n\nevent: result\ndata: {\"connected\":true,\"stages\":[],\"advice\":[],\"adviceKeys\":[],\"certificates\":[]}\n\n"),
        )),
        (status = 400, description = "Invalid body; nothing was tested", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "ca.data: must be base64"})),
        UnknownConnection,
        (status = 409, description = "The stored connection can't be read, so it can't be tested; replace it", body = ErrorBody,
            example = json!({"code": "CONFLICT", "message": "the stored connection can't be read: credentials.password: was sealed with another key"})),
        (status = 429, description = "Too many tests of this user (4), or from this address (8), are running", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds to wait before a retry")),
            example = json!({"code": "TOO_MANY_REQUESTS", "message": "Too many of your connection tests are running; try again in a few seconds", "limit": "limits.tests_per_user"})),
        (status = 503, description = "Too many tests are running (16), or haltere is shutting down", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds to wait before a retry")),
            example = json!({"code": "UNAVAILABLE", "message": "Too many connection tests are running; try again in a few seconds", "limit": "limits.tests"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    headers: HeaderMap,
    StrictQuery(params): StrictQuery<TestParams>,
    JsonBody(mut body): JsonBody,
) -> Result<Response, ApiError> {
    let roundtrip = body::take_roundtrip(&mut body)?;
    let test = if let Some(id) = params.connection {
        let id = ConnectionId::parse(&id).map_err(|_| TestError::NotFound)?;
        let patch = connection_patch::read(body, &id)?;
        state.app.connections().prepare_stored_test(&context, &id, patch, roundtrip).await?
    } else {
        let candidate = ConnectionInput::read(body)?.into_candidate();
        state.app.connections().prepare_test(&context, candidate, roundtrip).await?
    };
    if wants_stream(&headers) {
        return Ok(stream::response(test, context.0.credential));
    }
    let report = test.run(|_| {}).await.ok_or_else(|| unavailable("haltere is shutting down"))?;
    Ok(json(StatusCode::OK, &WireReport::new(&report.probe, &report.advice)))
}
