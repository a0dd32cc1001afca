//! `GET /api/user-management/roles`

use axum::response::Response;
use haltere_core::Role;
use http::StatusCode;

use crate::error::json;

/// List roles
///
/// The roles that users can have.
#[utoipa::path(
    get,
    path = "/api/user-management/roles",
    operation_id = "list_roles",
    tag = "Users",
    responses((status = 200, description = "All roles", body = [String],
        example = json!(["admin", "editor", "viewer", "connectionManager", "monitoringViewer"]))),
)]
pub(crate) async fn handler() -> Response {
    json(StatusCode::OK, &Role::ALL.map(Role::as_str))
}
