//! `DELETE /api/view-as`

use axum::extract::State;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::profile::get::{self, WireProfile};
use crate::state::ApiState;

/// Stop seeing haltere as another user
///
/// Changes nothing if the session does not.
#[utoipa::path(
    delete,
    path = "/api/view-as",
    operation_id = "stop_viewing_as",
    tag = "Users",
    responses((status = 200, description = "The caller's own profile", body = WireProfile)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    let session = state.app.sessions().stop_viewing(&context).await?;
    get::response(&state, &state.app.context(session, context.origin.clone())).await
}
