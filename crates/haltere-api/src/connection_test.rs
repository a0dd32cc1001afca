//! `POST /api/connection-test`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{ProbeReport, ProbeStage, TestError};
use haltere_link::tls::CertificateFacts;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{Context, JsonBody};
use crate::state::ApiState;
use crate::wire::broker::BrokerView;
use crate::wire::connection_input::{ConnectionInput, TestInput};
use crate::wire::status::{FailureView, StageName};
use crate::wire::time;

impl From<TestError> for ApiError {
    fn from(error: TestError) -> Self {
        match error {
            TestError::NotAllowed(_) => Self::role_too_low(),
            TestError::Invalid(invalid) => invalid.into(),
            TestError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// What came of dialling a broker once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub(crate) struct WireReport<'a> {
    /// Whether the broker accepted us.
    connected: bool,
    /// The stages gone through, in order; the last one may be the one that failed.
    stages: Vec<WireStage<'a>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
    /// What the broker told.
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<BrokerView<'a>>,
    /// The certificates the broker presented, leaf first; also when they were refused.
    certificates: Vec<WireCertificate<'a>>,
}

/// One stage of a test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionTestStage)]
pub(crate) struct WireStage<'a> {
    stage: StageName,
    /// Whether it was passed.
    ok: bool,
    /// How long it took, in milliseconds.
    elapsed_ms: f64,
    /// What was found, or what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// A certificate somebody presented. They say these things: nothing of it is trusted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Certificate)]
pub(crate) struct WireCertificate<'a> {
    subject: &'a str,
    issuer: &'a str,
    /// The host names and addresses it is good for.
    names: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_after: Option<String>,
    /// SHA-256, as `openssl x509 -fingerprint -sha256` prints it.
    fingerprint: &'a str,
    pem: &'a str,
}

impl<'a> From<&'a ProbeReport> for WireReport<'a> {
    fn from(report: &'a ProbeReport) -> Self {
        let ProbeReport { stages, failure, broker, peer_chain } = report;
        Self {
            connected: failure.is_none(),
            stages: stages.iter().map(WireStage::from).collect(),
            error: failure.as_ref().map(FailureView::from),
            broker: broker.as_ref().map(BrokerView::from),
            certificates: peer_chain.iter().map(WireCertificate::from).collect(),
        }
    }
}

impl<'a> From<&'a ProbeStage> for WireStage<'a> {
    fn from(probed: &'a ProbeStage) -> Self {
        let ProbeStage { stage, ok, elapsed, detail } = probed;
        Self {
            stage: (*stage).into(),
            ok: *ok,
            elapsed_ms: elapsed.as_secs_f64() * 1_000.0,
            detail: detail.as_deref(),
        }
    }
}

impl<'a> From<&'a CertificateFacts> for WireCertificate<'a> {
    fn from(facts: &'a CertificateFacts) -> Self {
        let CertificateFacts {
            subject,
            issuer,
            names,
            not_before,
            not_after,
            sha256_fingerprint,
            pem,
        } = facts;
        Self {
            subject,
            issuer,
            names,
            not_before: not_before.map(time::rfc3339),
            not_after: not_after.map(time::rfc3339),
            fingerprint: sha256_fingerprint,
            pem,
        }
    }
}

/// Try a connection
///
/// Dials the broker once, on the way the links go, and says how far it got. Stores nothing. The chain
/// the broker presented comes back, so that a person can look at its CA and decide to trust it.
#[utoipa::path(
    post,
    path = "/api/connection-test",
    operation_id = "test_connection",
    tag = "Connections",
    request_body(content = TestInput, content_type = "application/json"),
    responses(
        (status = 200, description = "How far it got, whether it worked or not", body = WireReport,
            example = json!({
                "connected": false,
                "stages": [
                    {"stage": "dns", "ok": true, "elapsedMs": 0.4, "detail": "10.0.0.7"},
                    {"stage": "tcp", "ok": false, "elapsedMs": 1.2, "detail": "10.0.0.7 port 1883 refused the connection"},
                ],
                "error": {"code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                    "message": "10.0.0.7 port 1883 refused the connection", "stage": "tcp"},
                "certificates": [],
            })),
        (status = 400, description = "The body makes no sense; nothing was dialled", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "ca.data: must be base64"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let candidate = ConnectionInput::read(body)?.into_candidate();
    let report = state.app.test_connection(&context, candidate).await?;
    Ok(json(StatusCode::OK, &WireReport::from(&report)))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::{Ca, Listener, Mosquitto};
    use serde_json::json;

    use crate::test_support::{TestApi, encoded, nobody};

    const PATH: &str = "/api/connection-test";

    #[tokio::test]
    async fn a_test_says_how_far_it_got_and_stores_nothing() {
        let ca = Ca::new("factory");
        let listener = Listener::tls(&ca.server(&["localhost", "127.0.0.1"]));
        let broker = Mosquitto::builder().listener(listener).start().await;
        let api = TestApi::start().await;
        let admin = api.admin().await;

        let stranger = admin.post(PATH, json!({ "url": broker.url() })).await;
        assert_eq!(stranger.status, 200, "{}", stranger.text);
        let report = stranger.json();
        assert_eq!(
            (&report["connected"], &report["error"]["stage"]),
            (&json!(false), &json!("tls"))
        );
        let presented = report["certificates"][0]["pem"].as_str().expect("a certificate");
        assert!(presented.contains("BEGIN CERTIFICATE"));

        let trusted =
            admin.post(PATH, json!({"url": broker.url(), "ca": encoded(&ca.pem())})).await;
        let report = trusted.json();
        assert_eq!((&report["connected"], report.get("error")), (&json!(true), None), "{report}");

        let (url, _port) = nobody();
        let refused = admin.post(PATH, json!({"id": "x", "name": "y", "url": url})).await.json();
        assert_eq!(refused["error"]["code"], "ECONNREFUSED");
        assert_eq!(admin.get("/api/connections").await.ids(), [""; 0]);
    }

    #[tokio::test]
    async fn not_everybody_may_and_not_everything_is_dialled() {
        let api = TestApi::start().await;
        let viewer = api.role(Role::Viewer).await;
        viewer.post(PATH, json!({})).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let admin = api.admin().await;
        admin.post(PATH, json!({})).await.is_refusal(400, "INVALID", "url: is missing");
    }
}
