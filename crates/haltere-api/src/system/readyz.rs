//! `GET /readyz`

use axum::extract::State;
use axum::response::Response;
use haltere_app::Readiness;
use haltere_core::StorageTrouble;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ErrorCode, json};
use crate::state::ApiState;

/// haltere is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Always `ready`.
    status: &'static str,
}

/// Why haltere is not ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotReady {
    code: ErrorCode,
    message: &'static str,
    /// The reasons.
    reasons: Vec<&'static str>,
}

/// Check whether haltere is ready
///
/// For a load balancer. Requires no login.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "get_readiness",
    tag = "System",
    responses(
        (status = 200, description = "Ready: the store is open, migrated and accepts changes, and links are running", body = Ready, example = json!({"status": "ready"})),
        (status = 503, description = "Not ready", body = NotReady,
            example = json!({"code": "UNAVAILABLE", "message": "Not ready", "reasons": ["links are not being kept"]})),
    ),
)]
pub(crate) async fn handler(State(state): State<ApiState>) -> Response {
    let Readiness { store, trouble, master_key, supervisor } = state.app.ready();
    let checks = [
        (!store).then_some("the store does not answer"),
        trouble.map(StorageTrouble::as_str),
        (!master_key).then_some("the master key was removed or replaced"),
        (!supervisor).then_some("links are not being kept"),
    ];
    let reasons: Vec<_> = checks.into_iter().flatten().collect();
    if reasons.is_empty() {
        return json(StatusCode::OK, &Ready { status: "ready" });
    }
    let not_ready = NotReady { code: ErrorCode::Unavailable, message: "Not ready", reasons };
    json(StatusCode::SERVICE_UNAVAILABLE, &not_ready)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn ready_until_it_shuts_down_and_alive_all_along() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        assert_eq!(anonymous.get("/readyz").await.json(), json!({"status": "ready"}));
        assert_eq!(anonymous.get("/healthz").await.json(), json!({"status": "alive"}));
        assert_eq!(anonymous.get("/api/status-check").await.json(), json!({"status": "OK"}));
        api.app.app.set_master_key_in_place(false);
        let response = anonymous.get("/readyz").await;
        assert_eq!(response.status, 503);
        assert_eq!(response.json()["reasons"], json!(["the master key was removed or replaced"]));
        api.app.app.set_master_key_in_place(true);
        assert_eq!(anonymous.get("/readyz").await.status, 200);
        api.app.app.begin_shutdown();
        let response = anonymous.get("/readyz").await;
        assert_eq!(response.status, 503);
        assert_eq!(response.json()["reasons"], json!(["links are not being kept"]));
        assert_eq!(anonymous.get("/healthz").await.status, 200);
    }
}
