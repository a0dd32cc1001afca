//! The table of all actions: who may do them, by which routes, and what a refusal is called.

use haltere_core::{AuditAction, PluginId, Role};

use super::action::Action;

/// A row of [`TABLE`].
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub action: Action,
    /// The name in the API and in `docs/access.md`.
    pub name: &'static str,
    /// The routes that do it, as `METHOD /path`. Those of other actions may do it as well: a list shows secrets.
    pub routes: &'static [&'static str],
    /// The plugin that has to be on.
    pub plugin: Option<PluginId>,
    /// Each of them allows it.
    pub roles: &'static [Role],
    /// What a refusal is called in the audit trail; `None` if it is not audited.
    pub audited_as: Option<AuditAction>,
    /// Whether a user may do it only so often, because it writes an audit entry each time.
    pub is_rate_limited: bool,
}

/// Routes for every client, without a login.
pub const PUBLIC_ROUTES: &[&str] = &[
    "GET /api/status-check",
    "GET /api/docs",
    "GET /api/docs/export",
    "GET /healthz",
    "GET /readyz",
    "POST /api/invitation",
    "POST /auth",
    "GET /logout",
    "GET /validate-session",
    "GET /api/sign-on",
    "GET /api/sign-on/oidc/start",
    "GET /api/sign-on/oidc/callback",
    "POST /api/sign-on/oidc/back-channel-logout",
    "POST /api/sign-on/header",
    "GET /haltere.css",
    "GET /",
    "GET /assets/{fileName}",
];

/// Routes for every user who has logged in, whatever their roles.
pub const LOGIN_ROUTES: &[&str] = &["GET /api/version"];

const ADMIN: &[Role] = &[Role::Admin];
const MANAGERS: &[Role] = &[Role::Admin, Role::ConnectionManager];
const READERS: &[Role] = &[Role::Admin, Role::Editor, Role::Viewer, Role::ConnectionManager];
const ALL: &[Role] = &Role::ALL;

/// A row per action.
pub const TABLE: &[Rule; 45] = &[
    Rule::new(Action::ListConnections, "connections.list", READERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&[
            "GET /api/connections",
            "GET /api/connections/{connectionId}",
            "GET /api/connections/{connectionId}/history",
            "GET /api/connections/{connectionId}/certificates",
            "GET /api/connections/{connectionId}/advice",
        ]),
    Rule::new(Action::ReadConnectionSecrets, "connections.read-secrets", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .audited_as(AuditAction::ConnectionReadSecrets),
    Rule::new(Action::CreateConnection, "connections.create", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["POST /api/connections"])
        .audited_as(AuditAction::ConnectionCreate)
        .rate_limited(),
    Rule::new(Action::UpdateConnection, "connections.update", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&[
            "PUT /api/connections/{connectionId}",
            "PATCH /api/connections/{connectionId}",
            "POST /api/connection-labels",
        ])
        .audited_as(AuditAction::ConnectionUpdate)
        .rate_limited(),
    Rule::new(Action::DeleteConnection, "connections.delete", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["DELETE /api/connections/{connectionId}"])
        .audited_as(AuditAction::ConnectionDelete)
        .rate_limited(),
    Rule::new(Action::ConnectConnection, "connections.connect", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["POST /api/connections/{connectionId}/connect"])
        .audited_as(AuditAction::ConnectionConnect)
        .rate_limited(),
    Rule::new(Action::DisconnectConnection, "connections.disconnect", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["POST /api/connections/{connectionId}/disconnect"])
        .audited_as(AuditAction::ConnectionDisconnect)
        .rate_limited(),
    Rule::new(Action::ImportConnections, "connections.import", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["POST /api/connection-import"])
        .audited_as(AuditAction::ConnectionImport)
        .rate_limited(),
    Rule::new(Action::ExportConnections, "connections.export", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["GET /api/connection-export"])
        .audited_as(AuditAction::ConnectionExport),
    Rule::new(Action::ExportConnectionSecrets, "connections.export-secrets", ADMIN)
        .plugin(PluginId::ConnectionsRestApi)
        .audited_as(AuditAction::ConnectionExport),
    Rule::new(Action::TestConnection, "connections.test", MANAGERS)
        .plugin(PluginId::ConnectionsRestApi)
        .routes(&["POST /api/connection-test"])
        .audited_as(AuditAction::ConnectionTest)
        .rate_limited(),
    Rule::new(Action::ListActivity, "activity.list", READERS).routes(&["GET /api/activity"]),
    Rule::new(Action::ListAuditEntries, "audit.list", ADMIN)
        .routes(&["GET /api/audit", "GET /api/audit/{sequence}"]),
    Rule::new(Action::FollowEvents, "events.follow", ALL).routes(&["GET /api/events"]),
    Rule::new(Action::ListPlugins, "plugins.list", ADMIN).routes(&["GET /api/plugins"]),
    Rule::new(Action::SwitchPlugin, "plugins.switch", ADMIN)
        .routes(&["PUT /api/plugins/{pluginId}"])
        .audited_as(AuditAction::PluginSwitch)
        .rate_limited(),
    Rule::new(Action::ReadProfile, "profile.read", ALL).routes(&["GET /api/profile"]),
    Rule::new(Action::ListOwnSessions, "profile.list-sessions", ALL)
        .routes(&["GET /api/profile/sessions"]),
    Rule::new(Action::EndOwnSessions, "profile.end-sessions", ALL)
        .routes(&["DELETE /api/profile/sessions", "DELETE /api/profile/sessions/{sessionId}"])
        .audited_as(AuditAction::SessionEnd),
    Rule::new(Action::ListOwnTokens, "profile.list-tokens", ALL)
        .plugin(PluginId::ApplicationTokens)
        .routes(&["GET /api/profile/tokens"]),
    Rule::new(Action::RevokeOwnToken, "profile.revoke-tokens", ALL)
        .plugin(PluginId::ApplicationTokens)
        .routes(&["DELETE /api/profile/tokens/{tokenHash}"])
        .audited_as(AuditAction::TokenRevoke)
        .rate_limited(),
    Rule::new(Action::ChangeOwnPassword, "profile.change-password", ALL)
        .plugin(PluginId::UserProfileEdit)
        .routes(&["PUT /api/profile", "PUT /api/profile/{userName}"])
        .audited_as(AuditAction::UserPassword),
    Rule::new(Action::ChangeOwnPreferences, "profile.change-preferences", ALL)
        .routes(&["PATCH /api/profile"])
        .audited_as(AuditAction::UserUpdate),
    Rule::new(Action::StopViewingAs, "profile.stop-viewing-as", ALL)
        .routes(&["DELETE /api/view-as"])
        .audited_as(AuditAction::UserViewAs),
    Rule::new(Action::ChangeOwnSecondFactor, "profile.second-factor", ALL)
        .routes(&[
            "POST /api/profile/second-factor",
            "PUT /api/profile/second-factor",
            "DELETE /api/profile/second-factor",
            "POST /api/profile/second-factor/recovery-codes",
            "DELETE /api/profile/second-factor/reset",
        ])
        .audited_as(AuditAction::UserSecondFactor),
    Rule::new(Action::ListBackgroundTasks, "tasks.list", ADMIN).routes(&["GET /api/system/tasks"]),
    Rule::new(Action::ListUsers, "users.list", ADMIN).plugin(PluginId::UserManagement).routes(&[
        "GET /api/user-management/roles",
        "GET /api/user-management/users",
        "GET /api/user-management/users/{userName}",
        "GET /api/user-management/users/{userName}/sessions",
    ]),
    Rule::new(Action::CreateUser, "users.create", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["POST /api/user-management/users"])
        .audited_as(AuditAction::UserCreate)
        .rate_limited(),
    Rule::new(Action::UpdateUser, "users.update", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["PUT /api/user-management/users/{userName}"])
        .audited_as(AuditAction::UserUpdate)
        .rate_limited(),
    Rule::new(Action::DeleteUser, "users.delete", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["DELETE /api/user-management/users/{userName}"])
        .audited_as(AuditAction::UserDelete)
        .rate_limited(),
    Rule::new(Action::InviteUser, "users.invite", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["POST /api/user-management/users/{userName}/invitation"])
        .audited_as(AuditAction::UserInvite)
        .rate_limited(),
    Rule::new(Action::EndUserSessions, "users.end-sessions", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&[
            "DELETE /api/user-management/users/{userName}/sessions",
            "DELETE /api/user-management/users/{userName}/sessions/{sessionId}",
        ])
        .audited_as(AuditAction::UserEndSessions)
        .rate_limited(),
    Rule::new(Action::ViewAs, "users.view-as", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["POST /api/view-as"])
        .audited_as(AuditAction::UserViewAs)
        .rate_limited(),
    Rule::new(Action::ResetSecondFactor, "users.reset-second-factor", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["DELETE /api/user-management/users/{userName}/second-factor"])
        .audited_as(AuditAction::UserResetSecondFactor)
        .rate_limited(),
    Rule::new(Action::ListGroups, "groups.list", ADMIN).plugin(PluginId::UserManagement).routes(&[
        "GET /api/user-management/groups",
        "GET /api/user-management/groups/{groupName}",
        "GET /api/user-management/groups/user/{userName}",
    ]),
    Rule::new(Action::CreateGroup, "groups.create", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["POST /api/user-management/groups"])
        .audited_as(AuditAction::GroupCreate)
        .rate_limited(),
    Rule::new(Action::UpdateGroup, "groups.update", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["PUT /api/user-management/groups/{groupName}"])
        .audited_as(AuditAction::GroupUpdate)
        .rate_limited(),
    Rule::new(Action::DeleteGroup, "groups.delete", ADMIN)
        .plugin(PluginId::UserManagement)
        .routes(&["DELETE /api/user-management/groups/{groupName}"])
        .audited_as(AuditAction::GroupDelete)
        .rate_limited(),
    Rule::new(Action::ListTokens, "tokens.list", ADMIN)
        .plugin(PluginId::ApplicationTokens)
        .routes(&["GET /api/tokens", "GET /api/tokens/{tokenHash}"]),
    Rule::new(Action::CreateToken, "tokens.create", ADMIN)
        .plugin(PluginId::ApplicationTokens)
        .routes(&["POST /api/tokens"])
        .audited_as(AuditAction::TokenCreate)
        .rate_limited(),
    Rule::new(Action::RevokeToken, "tokens.revoke", ADMIN)
        .plugin(PluginId::ApplicationTokens)
        .routes(&["DELETE /api/tokens/{tokenHash}"])
        .audited_as(AuditAction::TokenRevoke)
        .rate_limited(),
    Rule::new(Action::ReadSignOn, "sign-on.read", ADMIN).routes(&["GET /api/sign-on/settings"]),
    Rule::new(Action::TestSignOn, "sign-on.test", ADMIN)
        .routes(&["POST /api/sign-on/test"])
        .audited_as(AuditAction::SignOnTest)
        .rate_limited(),
    Rule::new(Action::BackUp, "installation.back-up", ADMIN).audited_as(AuditAction::BackupCreate),
    Rule::new(Action::ManageVault, "vault.manage", ADMIN).audited_as(AuditAction::SecretsRotate),
];

impl Rule {
    const fn new(action: Action, name: &'static str, roles: &'static [Role]) -> Self {
        Self {
            action,
            name,
            routes: &[],
            plugin: None,
            roles,
            audited_as: None,
            is_rate_limited: false,
        }
    }

    const fn plugin(self, plugin: PluginId) -> Self {
        Self { plugin: Some(plugin), ..self }
    }

    const fn routes(self, routes: &'static [&'static str]) -> Self {
        Self { routes, ..self }
    }

    const fn audited_as(self, action: AuditAction) -> Self {
        Self { audited_as: Some(action), ..self }
    }

    const fn rate_limited(self) -> Self {
        Self { is_rate_limited: true, ..self }
    }
}
