//! `DELETE /api/profile/second-factor/reset`

use axum::extract::State;
use axum::response::Response;

use super::profile;
use crate::error::ApiError;
use crate::extract::RequestContext;
use crate::profile::get::WireProfile;
use crate::state::ApiState;

/// Dismiss the notice of a reset
///
/// The profile no longer says that an administrator removed the second factor.
#[utoipa::path(
    delete,
    path = "/api/profile/second-factor/reset",
    operation_id = "dismiss_second_factor_reset",
    tag = "Profile",
    responses((status = 200, description = "The profile", body = WireProfile)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    state.app.profiles().dismiss_second_factor_reset(&context).await?;
    profile(&state, &context).await
}
