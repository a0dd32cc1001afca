//! `GET /api/docs`

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use crate::state::ApiState;

/// Read the description of the API
#[utoipa::path(
    get,
    path = "/api/docs",
    operation_id = "get_docs_page",
    tag = "Documentation",
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn handler(State(state): State<ApiState>) -> Response {
    Html(state.docs.page()).into_response()
}
