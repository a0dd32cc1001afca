//! `GET /api/version`

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;

/// The version of haltere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    /// Always `haltere`.
    name: &'static str,
    /// A semantic version.
    version: &'static str,
}

/// Get the version
#[utoipa::path(
    get,
    path = "/api/version",
    operation_id = "get_version",
    tag = "System",
    responses((status = 200, description = "Its version", body = Version, example = json!({"name": "haltere", "version": "0.1.0"}))),
)]
pub(crate) async fn handler() -> Response {
    json(StatusCode::OK, &Version { name: "haltere", version: env!("CARGO_PKG_VERSION") })
}
