//! `GET /healthz`

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;

/// haltere runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `alive`.
    status: &'static str,
}

/// Check whether haltere runs
///
/// For a supervisor that restarts a process that does not answer. Requires no login and checks nothing else.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "get_health",
    tag = "System",
    responses((status = 200, description = "It runs", body = Health, example = json!({"status": "alive"}))),
)]
pub(crate) async fn handler() -> Response {
    json(StatusCode::OK, &Health { status: "alive" })
}
