//! `GET /api/profile`

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::{ConnectionRole, OwnSecondFactor, Profile, ProfileError};
use haltere_app::{Action, Ctx};
use haltere_core::Role;
use http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::preferences::{self, WirePreferences};
use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::state::ApiState;
use crate::user_management::groups::WireMembership;
use crate::wire::time;

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
    /// The administrator who sees haltere as this user does, and may change nothing; absent for users who see it as themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    viewed_by: Option<String>,
    roles: Vec<&'static str>,
    is_admin: bool,
    is_editor: bool,
    is_viewer: bool,
    is_connection_manager: bool,
    is_monitoring_viewer: bool,
    /// The actions that the roles allow; those on connections, if a group allows them on one. A request may be refused all the same: while a plugin is off, say.
    permissions: Vec<Permission>,
    /// What the user's groups give on each connection, by order of creation; absent for a user who sees all connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<WireConnectionRole>>,
    /// The user's groups, by name; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    groups: Vec<WireMembership>,
    /// Whether the password is still the one that the first start generated and printed.
    initial_password: bool,
    /// Whether the user may do nothing but change the password.
    must_change_password: bool,
    /// Absent for a user without a password, of whom no code is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<WireSecondFactor>,
    /// How the user wants to see the console; absent if they never said that. `PATCH` changes it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<WirePreferences>, nullable = false)]
    preferences: Map<String, Value>,
}

impl From<Profile> for WireProfile {
    fn from(profile: Profile) -> Self {
        let Profile {
            username,
            viewed_by,
            roles,
            permissions,
            connections,
            groups,
            initial_password,
            must_change_password,
            second_factor,
            preferences,
        } = profile;
        let connections = connections
            .map(|connections| connections.into_iter().map(WireConnectionRole::from).collect());
        Self {
            username: username.as_str().to_owned(),
            viewed_by: viewed_by.map(|name| name.as_str().to_owned()),
            roles: roles.iter().map(Role::as_str).collect(),
            is_admin: roles.contains(Role::Admin),
            is_editor: roles.contains(Role::Editor),
            is_viewer: roles.contains(Role::Viewer),
            is_connection_manager: roles.contains(Role::ConnectionManager),
            is_monitoring_viewer: roles.contains(Role::MonitoringViewer),
            permissions: permissions.into_iter().map(Permission).collect(),
            connections,
            groups: groups.into_iter().map(WireMembership::from).collect(),
            initial_password,
            must_change_password,
            preferences: preferences::shown(&preferences),
            second_factor: second_factor.map(WireSecondFactor::from),
        }
    }
}

/// The second factor of a user with a password.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SecondFactor)]
pub(crate) struct WireSecondFactor {
    /// Whether a code is asked for at a login.
    enabled: bool,
    /// How many recovery codes were not used yet.
    recovery_codes_left: u64,
    /// Whether the user has to have one. Without one, they may do nothing but set one up.
    required: bool,
    /// When an administrator removed it; absent if that was not, or the user has dismissed it.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_at: Option<String>,
    /// The administrator who did, as in the audit trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_by: Option<String>,
}

impl From<OwnSecondFactor> for WireSecondFactor {
    fn from(factor: OwnSecondFactor) -> Self {
        let OwnSecondFactor { enabled, recovery_codes_left, required, reset } = factor;
        Self {
            enabled,
            recovery_codes_left,
            required,
            reset_at: reset.as_ref().map(|reset| time::rfc3339(reset.at)),
            reset_by: reset.map(|reset| reset.by),
        }
    }
}

/// What a user may do with a connection as a member of groups.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionRole)]
pub(crate) struct WireConnectionRole {
    id: String,
    name: String,
    /// The highest role of the groups with this connection.
    role: &'static str,
    /// The roles of all groups with this connection. What any of them allows is allowed.
    roles: Vec<&'static str>,
    is_admin: bool,
    is_editor: bool,
    is_viewer: bool,
}

impl From<ConnectionRole> for WireConnectionRole {
    fn from(connection: ConnectionRole) -> Self {
        let ConnectionRole { id, name, role, roles } = connection;
        Self {
            id,
            name,
            role: role.as_str(),
            roles: roles.iter().map(Role::as_str).collect(),
            is_admin: roles.contains(Role::Admin),
            is_editor: roles.contains(Role::Editor),
            is_viewer: roles.contains(Role::Viewer),
        }
    }
}

/// The name of an action.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permission(pub(crate) Action);

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl utoipa::PartialSchema for Permission {
    fn schema() -> RefOr<Schema> {
        let names = Action::ALL.map(Action::as_str);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "The name of an action, as `x-haltere-access` of each operation has it",
            ))
            .enum_values(Some(names))
            .into()
    }
}

impl ToSchema for Permission {}

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
            "isConnectionManager": false, "isMonitoringViewer": false,
            "permissions": ["connections.list", "connections.create", "events.follow", "profile.read"], "initialPassword": false,
            "mustChangePassword": false, "secondFactor": {"enabled": true, "recoveryCodesLeft": 10, "required": true},
        }))),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    response(&state, &context).await
}

/// The caller's profile, as it is now.
pub(crate) async fn response(state: &ApiState, context: &Ctx) -> Result<Response, ApiError> {
    let profile = state.app.profiles().read(context).await?;
    Ok(json(StatusCode::OK, &WireProfile::from(profile)))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn permissions_are_what_the_roles_allow() {
        let api = TestApi::start().await;
        let of = async |role| api.role(role).await.get("/api/profile").await.json();
        let viewer = of(Role::Viewer).await;
        let own = [
            "profile.read",
            "profile.list-sessions",
            "profile.end-sessions",
            "profile.list-tokens",
            "profile.revoke-tokens",
            "profile.change-password",
            "profile.change-preferences",
            "profile.stop-viewing-as",
            "profile.second-factor",
        ];
        let expected = ["connections.list", "activity.list", "events.follow"].iter().chain(&own);
        assert_eq!(viewer["permissions"], json!(expected.collect::<Vec<_>>()));
        let monitoring = of(Role::MonitoringViewer).await;
        assert_eq!(monitoring["permissions"].as_array().map(Vec::len), Some(1 + own.len()));
        for (role, name, is_allowed) in [
            (Role::Admin, "connections.export-secrets", true),
            (Role::Admin, "plugins.switch", true),
            (Role::ConnectionManager, "connections.update", true),
            (Role::ConnectionManager, "connections.export-secrets", false),
            (Role::ConnectionManager, "plugins.list", false),
        ] {
            let permissions = of(role).await["permissions"].take();
            let is_listed = permissions.as_array().expect("a list").contains(&json!(name));
            assert_eq!(is_listed, is_allowed, "{role} {name}");
        }
    }
}
