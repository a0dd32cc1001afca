//! Who may do what: one pure function, read by every operation, every route and `docs/access.md`.

use haltere_core::{AuditAction, Role, Roles};

/// Something a caller may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See connections and their status, without secrets.
    ListConnections,
    /// See passwords and private keys of connections.
    ReadConnectionSecrets,
    /// Create a connection, or mend one.
    CreateConnection,
    /// Replace or patch a connection.
    UpdateConnection,
    /// Delete a connection.
    DeleteConnection,
    /// Ask for a connection to be up.
    ConnectConnection,
    /// Disconnect a connection on purpose.
    DisconnectConnection,
    /// Move connections in out of a file.
    ImportConnections,
    /// Move connections out into a file, without secrets.
    ExportConnections,
    /// Move connections out into a file together with their passwords and private keys.
    ExportConnectionSecrets,
    /// Dial a broker without storing anything.
    TestConnection,
    /// Follow the live events. Which events are in the stream depends on the other rights.
    FollowEvents,
    /// See which plugins are on.
    ListPlugins,
    /// Switch a plugin on or off.
    SwitchPlugin,
    /// See one's own profile and sessions.
    ReadProfile,
    /// End one's own sessions.
    EndOwnSessions,
    /// Change one's own password.
    ChangeOwnPassword,
    /// See users and their roles.
    ListUsers,
    /// Add, change or remove users.
    ManageUsers,
    /// Copy everything into a backup, or begin with one.
    BackUp,
    /// Try the vault's secrets and change its keys.
    ManageVault,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 21] = [
        Self::ListConnections,
        Self::ReadConnectionSecrets,
        Self::CreateConnection,
        Self::UpdateConnection,
        Self::DeleteConnection,
        Self::ConnectConnection,
        Self::DisconnectConnection,
        Self::ImportConnections,
        Self::ExportConnections,
        Self::ExportConnectionSecrets,
        Self::TestConnection,
        Self::FollowEvents,
        Self::ListPlugins,
        Self::SwitchPlugin,
        Self::ReadProfile,
        Self::EndOwnSessions,
        Self::ChangeOwnPassword,
        Self::ListUsers,
        Self::ManageUsers,
        Self::BackUp,
        Self::ManageVault,
    ];

    /// The name in the API description and in `docs/access.md`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListConnections => "connections.list",
            Self::ReadConnectionSecrets => "connections.read-secrets",
            Self::CreateConnection => "connections.create",
            Self::UpdateConnection => "connections.update",
            Self::DeleteConnection => "connections.delete",
            Self::ConnectConnection => "connections.connect",
            Self::DisconnectConnection => "connections.disconnect",
            Self::ImportConnections => "connections.import",
            Self::ExportConnections => "connections.export",
            Self::ExportConnectionSecrets => "connections.export-secrets",
            Self::TestConnection => "connections.test",
            Self::FollowEvents => "events.follow",
            Self::ListPlugins => "plugins.list",
            Self::SwitchPlugin => "plugins.switch",
            Self::ReadProfile => "profile.read",
            Self::EndOwnSessions => "profile.end-sessions",
            Self::ChangeOwnPassword => "profile.change-password",
            Self::ListUsers => "users.list",
            Self::ManageUsers => "users.manage",
            Self::BackUp => "installation.back-up",
            Self::ManageVault => "vault.manage",
        }
    }

    /// What a refusal is called in the audit trail; `None` for what only looks, which is not audited.
    pub const fn audited_as(self) -> Option<AuditAction> {
        Some(match self {
            Self::CreateConnection => AuditAction::ConnectionCreate,
            Self::UpdateConnection => AuditAction::ConnectionUpdate,
            Self::DeleteConnection => AuditAction::ConnectionDelete,
            Self::ConnectConnection => AuditAction::ConnectionConnect,
            Self::DisconnectConnection => AuditAction::ConnectionDisconnect,
            Self::ImportConnections => AuditAction::ConnectionImport,
            Self::ExportConnections | Self::ExportConnectionSecrets => {
                AuditAction::ConnectionExport
            }
            Self::TestConnection => AuditAction::ConnectionTest,
            Self::ReadConnectionSecrets => AuditAction::ConnectionReadSecrets,
            Self::SwitchPlugin => AuditAction::PluginSwitch,
            Self::EndOwnSessions => AuditAction::SessionEnd,
            Self::ChangeOwnPassword => AuditAction::UserPassword,
            Self::ManageUsers => AuditAction::UserUpdate,
            Self::BackUp => AuditAction::BackupCreate,
            Self::ManageVault => AuditAction::SecretsRotate,
            Self::ListConnections
            | Self::FollowEvents
            | Self::ListPlugins
            | Self::ReadProfile
            | Self::ListUsers => return None,
        })
    }
}

impl Action {
    /// Whether a user may do it only so often: it writes an audit entry each time.
    pub const fn has_a_pace(self) -> bool {
        matches!(
            self,
            Self::CreateConnection
                | Self::UpdateConnection
                | Self::DeleteConnection
                | Self::ConnectConnection
                | Self::DisconnectConnection
                | Self::ImportConnections
                | Self::TestConnection
                | Self::SwitchPlugin
        )
    }
}

/// Whether these roles allow `action`. Roles add up: an action is allowed if one of them allows it.
pub fn allows(roles: Roles, action: Action) -> bool {
    roles.iter().any(|role| role_allows(role, action))
}

/// No wildcard, so that each new action has to be decided here.
const fn role_allows(role: Role, action: Action) -> bool {
    use Role::{Admin, ConnectionManager, Editor, MonitoringViewer, Viewer};
    match action {
        Action::ListConnections => {
            matches!(role, Admin | Editor | Viewer | ConnectionManager)
        }
        Action::ReadConnectionSecrets
        | Action::CreateConnection
        | Action::UpdateConnection
        | Action::DeleteConnection
        | Action::ConnectConnection
        | Action::DisconnectConnection
        | Action::ImportConnections
        | Action::ExportConnections
        | Action::TestConnection => matches!(role, Admin | ConnectionManager),
        Action::ExportConnectionSecrets
        | Action::ListPlugins
        | Action::SwitchPlugin
        | Action::ListUsers
        | Action::ManageUsers
        | Action::BackUp
        | Action::ManageVault => matches!(role, Admin),
        Action::FollowEvents
        | Action::ReadProfile
        | Action::EndOwnSessions
        | Action::ChangeOwnPassword => {
            matches!(role, Admin | Editor | Viewer | ConnectionManager | MonitoringViewer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may do what, in the order admin, editor, viewer, connectionManager, monitoringViewer.
    const TABLE: [(Action, &str); 21] = [
        (Action::ListConnections, "xxxx-"),
        (Action::ReadConnectionSecrets, "x--x-"),
        (Action::CreateConnection, "x--x-"),
        (Action::UpdateConnection, "x--x-"),
        (Action::DeleteConnection, "x--x-"),
        (Action::ConnectConnection, "x--x-"),
        (Action::DisconnectConnection, "x--x-"),
        (Action::ImportConnections, "x--x-"),
        (Action::ExportConnections, "x--x-"),
        (Action::ExportConnectionSecrets, "x----"),
        (Action::TestConnection, "x--x-"),
        (Action::FollowEvents, "xxxxx"),
        (Action::ListPlugins, "x----"),
        (Action::SwitchPlugin, "x----"),
        (Action::ReadProfile, "xxxxx"),
        (Action::EndOwnSessions, "xxxxx"),
        (Action::ChangeOwnPassword, "xxxxx"),
        (Action::ListUsers, "x----"),
        (Action::ManageUsers, "x----"),
        (Action::BackUp, "x----"),
        (Action::ManageVault, "x----"),
    ];

    fn row(action: Action) -> String {
        Role::ALL
            .into_iter()
            .map(|role| if allows(role.into(), action) { 'x' } else { '-' })
            .collect()
    }

    #[test]
    fn every_role_matches_the_table() {
        assert_eq!(TABLE.map(|(action, _)| action), Action::ALL, "no action is left out");
        for (action, expected) in TABLE {
            assert_eq!(row(action), expected, "{}", action.as_str());
        }
    }

    #[test]
    fn roles_add_up_and_no_role_may_nothing() {
        for action in Action::ALL {
            for first in Role::ALL {
                for second in Role::ALL {
                    let both: Roles = [first, second].into_iter().collect();
                    let either = allows(first.into(), action) || allows(second.into(), action);
                    assert_eq!(allows(both, action), either, "{first} {second} {action:?}");
                }
            }
            assert!(!allows(Roles::default(), action), "{action:?}");
        }
    }

    /// MMC 2.8's rule: a user with only restricted roles sees only their own data.
    #[test]
    fn restricted_roles_alone_open_nothing_but_their_own_api() {
        let restricted: Roles =
            [Role::ConnectionManager, Role::MonitoringViewer].into_iter().collect();
        for action in Action::ALL {
            let own = allows(Role::ConnectionManager.into(), action);
            assert_eq!(allows(restricted, action), own, "{action:?}");
        }
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<_> =
            Action::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(names.len(), Action::ALL.len());
    }
}
