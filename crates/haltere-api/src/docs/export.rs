//! `GET /api/docs/export`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::error::json_bytes;
use crate::state::ApiState;

/// Export the description of the API
#[utoipa::path(
    get,
    path = "/api/docs/export",
    operation_id = "export_docs",
    tag = "Documentation",
    responses((status = 200, description = "OpenAPI 3.1, in JSON", content_type = "application/json", body = Object)),
)]
pub(crate) async fn handler(State(state): State<ApiState>) -> Response {
    json_bytes(StatusCode::OK, state.docs.json())
}
