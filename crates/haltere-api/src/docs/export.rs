//! `GET /api/docs/export`

use std::sync::LazyLock;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use crate::error::json_bytes;
use crate::openapi::openapi;

static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| serde_json::to_vec(&openapi()).expect("a description is JSON").into());

/// Export the description of the API
#[utoipa::path(
    get,
    path = "/api/docs/export",
    operation_id = "export_docs",
    tag = "Documentation",
    responses((status = 200, description = "OpenAPI 3.1, in JSON", content_type = "application/json", body = Object)),
)]
pub(crate) async fn handler() -> Response {
    json_bytes(StatusCode::OK, DOCUMENT.clone())
}
