//! `POST /api/sign-on/test`

use std::error::Error as _;

use axum::extract::State;
use axum::response::Response;
use haltere_app::sign_on::{SignOnFinding, SignOnStep, SignOnTestError, StepOutcome, StepReport};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::connections::test::TESTS;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::RequestContext;
use crate::state::ApiState;
use crate::wire::status::FailureView;

impl From<SignOnTestError> for ApiError {
    fn from(error: SignOnTestError) -> Self {
        match error {
            SignOnTestError::NotAllowed(refusal) => refusal.into(),
            SignOnTestError::Off => Self::no_such_resource(),
            SignOnTestError::TooMany(reached) => TESTS.refusal(reached),
            SignOnTestError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// What a test of the provider has shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignOnTest, example = json!({"works": false, "steps": [
    {"step": "reach", "outcome": "passed", "elapsedMs": 12.5},
    {"step": "discovery", "outcome": "failed", "finding": "status", "detail": "404",
        "message": "https://id.example.org/.well-known/openid-configuration was answered with status 404"},
    {"step": "issuer", "outcome": "skipped"},
]}))]
pub(crate) struct WireTest<'a> {
    /// Whether no step failed.
    works: bool,
    /// All steps, in their order.
    steps: Vec<WireStep<'a>>,
}

/// A step of a test.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnTestStep)]
pub(crate) struct WireStep<'a> {
    step: StepName,
    outcome: OutcomeName,
    /// How long it took; of steps in which the provider was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<f64>,
    /// What was found in a step that did not simply pass.
    #[schema(value_type = Option<FindingName>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<FindingName>,
    /// A value that belongs to the finding or to what passed: an address, a status, names of algorithms.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// For people: the finding in a sentence.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Why the provider was not reached, as for connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnStep)]
pub(crate) enum StepName {
    /// Name resolution, TCP, TLS and HTTP.
    Reach,
    /// The discovery document.
    Discovery,
    /// Whose document it is.
    Issuer,
    /// The authorization code flow with PKCE.
    Flow,
    /// The algorithms of signatures.
    Algorithms,
    /// The key set.
    Keys,
    /// The client id and the secret.
    Client,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnOutcome)]
pub(crate) enum OutcomeName {
    Passed,
    /// Logins may work, and may not.
    Unclear,
    Failed,
    /// An earlier step failed.
    Skipped,
}

/// What was found.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnFinding)]
pub(crate) enum FindingName {
    /// `error` says why, or `message`.
    Unreachable,
    /// Answered with the status in `detail`.
    Status,
    Unreadable,
    /// An address that can't be used; `detail` says which, and why.
    Address,
    OtherIssuer,
    NoCodeFlow,
    NoPkce,
    NoAlgorithm,
    NoKeys,
    /// `detail` is the provider's code.
    ClientRefused,
    /// `detail` is the provider's code.
    ClientUnclear,
}

impl From<SignOnStep> for StepName {
    fn from(step: SignOnStep) -> Self {
        match step {
            SignOnStep::Reach => Self::Reach,
            SignOnStep::Discovery => Self::Discovery,
            SignOnStep::Issuer => Self::Issuer,
            SignOnStep::Flow => Self::Flow,
            SignOnStep::Algorithms => Self::Algorithms,
            SignOnStep::Keys => Self::Keys,
            SignOnStep::Client => Self::Client,
        }
    }
}

impl From<StepOutcome> for OutcomeName {
    fn from(outcome: StepOutcome) -> Self {
        match outcome {
            StepOutcome::Passed => Self::Passed,
            StepOutcome::Unclear => Self::Unclear,
            StepOutcome::Failed => Self::Failed,
            StepOutcome::Skipped => Self::Skipped,
        }
    }
}

/// A finding with its value and its sentence.
fn described(finding: &SignOnFinding) -> (FindingName, Option<String>, String) {
    let text = str::to_owned;
    match finding {
        SignOnFinding::Unreachable(failure) => {
            let cause = failure.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            (FindingName::Unreachable, None, format!("{failure}{cause}"))
        }
        SignOnFinding::Status { url, status } => {
            let message = format!("{url} was answered with status {status}");
            (FindingName::Status, Some(status.to_string()), message)
        }
        SignOnFinding::Unreadable => {
            (FindingName::Unreadable, None, text("the provider's answer can't be read"))
        }
        SignOnFinding::Address(which) => {
            let message =
                format!("the discovery document has an address that can't be used: {which}");
            (FindingName::Address, Some(which.clone()), message)
        }
        SignOnFinding::OtherIssuer => (
            FindingName::OtherIssuer,
            None,
            text(
                "the discovery document is that of another issuer: sign_on.oidc.issuer has to be exactly what it says",
            ),
        ),
        SignOnFinding::NoCodeFlow => (
            FindingName::NoCodeFlow,
            None,
            text("the provider does not support the authorization code flow"),
        ),
        SignOnFinding::NoPkce => (
            FindingName::NoPkce,
            None,
            text("the provider does not say that it supports PKCE with SHA-256"),
        ),
        SignOnFinding::NoAlgorithm => (
            FindingName::NoAlgorithm,
            None,
            text("the provider signs with none of the algorithms that are accepted"),
        ),
        SignOnFinding::NoKeys => {
            (FindingName::NoKeys, None, text("the provider's key set has no key for signatures"))
        }
        SignOnFinding::ClientRefused(code) => (
            FindingName::ClientRefused,
            Some(code.clone()),
            format!("the provider does not accept the client id or the secret ({code})"),
        ),
        SignOnFinding::ClientUnclear(code) => (
            FindingName::ClientUnclear,
            Some(code.clone()),
            format!(
                "the provider's answer does not show whether the client id and the secret are right ({code})"
            ),
        ),
    }
}

impl<'a> WireTest<'a> {
    fn of(steps: &'a [StepReport]) -> Self {
        let works = steps.iter().all(|step| step.outcome != StepOutcome::Failed);
        Self { works, steps: steps.iter().map(WireStep::of).collect() }
    }
}

impl<'a> WireStep<'a> {
    fn of(report: &'a StepReport) -> Self {
        let StepReport { step, outcome, elapsed, finding, detail } = report;
        let described = finding.as_ref().map(described);
        let (name, value, message) = match described {
            Some((name, value, message)) => (Some(name), value, Some(message)),
            None => (None, None, None),
        };
        Self {
            step: (*step).into(),
            outcome: (*outcome).into(),
            elapsed_ms: elapsed.map(|elapsed| elapsed.as_secs_f64() * 1_000.0),
            finding: name,
            detail: value.or_else(|| detail.clone()),
            message,
            error: finding.as_ref().and_then(SignOnFinding::link_failure).map(FailureView::from),
        }
    }
}

/// Test single sign-on
///
/// Asks the provider what a login asks it, as far as that goes without a user: whether it is reached, its discovery document, its
/// keys, and whether it accepts the client id and the secret. Takes half a minute at most, and is audited.
#[utoipa::path(
    post,
    path = "/api/sign-on/test",
    operation_id = "test_sign_on",
    tag = "Login",
    responses(
        (status = 200, description = "What was found", body = WireTest),
        (status = 404, description = "No provider is configured", body = ErrorBody,
            example = json!({"code": "NOT_FOUND", "message": "Resource not found"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    let steps = state.app.sign_on().test(&context).await?;
    Ok(json(StatusCode::OK, &WireTest::of(&steps)))
}
