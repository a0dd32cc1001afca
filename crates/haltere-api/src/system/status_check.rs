//! `GET /api/status-check`

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;

/// The API answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusCheck {
    /// Always `OK`.
    status: &'static str,
}

/// Check the API
///
/// For probes written for the management center for Mosquitto. Requires no login.
#[utoipa::path(
    get,
    path = "/api/status-check",
    operation_id = "get_status_check",
    tag = "System",
    responses((status = 200, description = "The API answers", body = StatusCheck, example = json!({"status": "OK"}))),
)]
pub(crate) async fn handler() -> Response {
    json(StatusCode::OK, &StatusCheck { status: "OK" })
}
