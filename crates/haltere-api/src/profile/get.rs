//! `GET /api/profile`

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::Profile;
use haltere_core::Role;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, json};
use crate::extract::Context;
use crate::state::ApiState;

/// What somebody sees of themselves.
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
}

impl From<Profile> for WireProfile {
    fn from(profile: Profile) -> Self {
        let Profile { username, roles } = profile;
        Self {
            username: username.as_str().to_owned(),
            roles: roles.iter().map(Role::as_str).collect(),
            is_admin: roles.contains(Role::Admin),
            is_editor: roles.contains(Role::Editor),
            is_viewer: roles.contains(Role::Viewer),
            is_connection_manager: roles.contains(Role::ConnectionManager),
            is_monitoring_viewer: roles.contains(Role::MonitoringViewer),
        }
    }
}

/// Show one's own profile
#[utoipa::path(
    get,
    path = "/api/profile",
    operation_id = "get_profile",
    tag = "Profile",
    responses((status = 200, description = "Who is logged in, and what they may do", body = WireProfile,
        example = json!({
            "username": "admin", "roles": ["admin"], "isAdmin": true, "isEditor": false, "isViewer": false,
            "isConnectionManager": false, "isMonitoringViewer": false,
        }))),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
) -> Result<Response, ApiError> {
    let profile = state.app.profile(&context).map_err(|_| ApiError::role_too_low())?;
    Ok(json(StatusCode::OK, &WireProfile::from(profile)))
}
