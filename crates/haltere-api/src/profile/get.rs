//! `GET /api/profile`

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::{Profile, ProfileError};
use haltere_core::Role;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, json};
use crate::extract::Context;
use crate::state::ApiState;

/// A user's own profile.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Profile)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "clients of the management center for Mosquitto read these flags"
)]
pub(crate) struct WireProfile {
    username: String,
    roles: Vec<&'static str>,
    is_admin: bool,
    is_editor: bool,
    is_viewer: bool,
    is_connection_manager: bool,
    is_monitoring_viewer: bool,
    /// Whether the password is still the one that the first start made up and printed.
    initial_password: bool,
}

impl From<Profile> for WireProfile {
    fn from(profile: Profile) -> Self {
        let Profile { username, roles, initial_password } = profile;
        Self {
            username: username.as_str().to_owned(),
            roles: roles.iter().map(Role::as_str).collect(),
            is_admin: roles.contains(Role::Admin),
            is_editor: roles.contains(Role::Editor),
            is_viewer: roles.contains(Role::Viewer),
            is_connection_manager: roles.contains(Role::ConnectionManager),
            is_monitoring_viewer: roles.contains(Role::MonitoringViewer),
            initial_password,
        }
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotAllowed(refusal) => refusal.into(),
            ProfileError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// Show your profile
#[utoipa::path(
    get,
    path = "/api/profile",
    operation_id = "get_profile",
    tag = "Profile",
    responses((status = 200, description = "Who is logged in, and what they may do", body = WireProfile,
        example = json!({
            "username": "admin", "roles": ["admin"], "isAdmin": true, "isEditor": false, "isViewer": false,
            "isConnectionManager": false, "isMonitoringViewer": false, "initialPassword": false,
        }))),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
) -> Result<Response, ApiError> {
    answer(&state, &context).await
}

/// The caller's profile, as it is now.
pub(super) async fn answer(state: &ApiState, context: &Context) -> Result<Response, ApiError> {
    let profile = state.app.profile(context).await?;
    Ok(json(StatusCode::OK, &WireProfile::from(profile)))
}
