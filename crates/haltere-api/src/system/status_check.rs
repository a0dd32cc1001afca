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

/// Ask whether the API answers
///
/// For probes written for the management center for Mosquitto. Needs no login.
#[utoipa::path(
    get,
    path = "/api/status-check",
    operation_id = "get_status_check",
    tag = "System",
    responses((status = 200, description = "It does", body = StatusCheck, example = json!({"status": "OK"}))),
)]
pub(crate) async fn handler() -> Response {
    json(StatusCode::OK, &StatusCheck { status: "OK" })
}
