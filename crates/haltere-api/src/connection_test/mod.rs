//! `POST /api/connection-test`

mod report;
mod stream;
#[cfg(test)]
mod tests;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::TestError;
use haltere_app::sessions::Session;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

pub(crate) use report::WireEvent;
use report::WireReport;
pub use report::connection_test_json;

use crate::error::{ApiError, ErrorBody, ErrorCode, json};
use crate::extract::{Context, JsonBody};
use crate::state::ApiState;
use crate::wire::connection_input::{ConnectionInput, TestInput};

const TOO_MANY: &str = "Too many connection tests are running; try again in a few seconds";

impl From<TestError> for ApiError {
    fn from(error: TestError) -> Self {
        match error {
            TestError::NotAllowed(_) => Self::role_too_low(),
            TestError::Invalid(invalid) => invalid.into(),
            // A test takes a few seconds at the most.
            TestError::TooMany => {
                unavailable(TOO_MANY).with_header(RETRY_AFTER, HeaderValue::from_static("5"))
            }
            TestError::Internal(cause) => Self::internal(cause),
        }
    }
}

fn unavailable(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
}

/// Try a connection
///
/// Dials the broker once, on the way the links go, and says how far it got, and what to try when it
/// failed. Stores nothing. The chain the broker presented comes back, so that a person can look at its
/// CA and decide to trust it.
///
/// With `Accept: text/event-stream` each stage is told as it happens: events `stage`, whose data is a
/// `ConnectionTestEvent`, and at the end one event `result`, whose data is the whole `ConnectionTest`.
/// A stage may come twice: a broker that speaks no MQTT 5 is dialled once more with 3.1.1; and under TLS
/// 1.3 a broker says only after the handshake what it thinks of our certificate. The later one counts.
/// Hanging up ends the test.
#[utoipa::path(
    post,
    path = "/api/connection-test",
    operation_id = "test_connection",
    tag = "Connections",
    request_body(content = TestInput, content_type = "application/json"),
    responses(
        (status = 200, description = "How far it got, whether it worked or not", content(
            (WireReport = "application/json", example = json!({
                "connected": false,
                "stages": [
                    {"stage": "dns", "ok": true, "elapsedMs": 0.4, "detail": "10.0.0.7"},
                    {"stage": "tcp", "ok": false, "elapsedMs": 1.2, "detail": "10.0.0.7:1883 refused the connection: no broker listens there, or a firewall rejects us"},
                ],
                "error": {"code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                    "message": "10.0.0.7:1883 refused the connection: no broker listens there, or a firewall rejects us", "stage": "tcp"},
                "advice": ["See on the broker's machine whether anything listens on the port: ss -ltn 'sport = :1883'"],
                "certificates": [],
            })),
            (String = "text/event-stream", example = "event: stage\ndata: {\"state\":\"started\",\"stage\":\"dns\"}\n\nevent: stage\ndata: {\"state\":\"ended\",\"stage\":\"dns\",\"ok\":true,\"elapsedMs\":0.4,\"detail\":\"10.0.0.7\"}\n\nevent: result\ndata: {\"connected\":true,\"stages\":[],\"advice\":[],\"certificates\":[]}\n\n"),
        )),
        (status = 400, description = "The body makes no sense; nothing was dialled", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "ca.data: must be base64"})),
        (status = 503, description = "As many tests as there may be are running (16), or haltere is shutting down", body = ErrorBody,
            example = json!({"code": "UNAVAILABLE", "message": "Too many connection tests are running; try again in a few seconds"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let candidate = ConnectionInput::read(body)?.into_candidate();
    let test = state.app.test_connection(&context, candidate).await?;
    if stream::is_wanted(&headers) {
        return Ok(stream::answer(test, session));
    }
    let report = test.run(|_| {}).await.ok_or_else(|| unavailable("haltere is shutting down"))?;
    Ok(json(StatusCode::OK, &WireReport::new(&report.probe, &report.advice)))
}
