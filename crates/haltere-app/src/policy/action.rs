//! What can be done.

use haltere_core::{AuditAction, PluginId, Role, Roles};

use super::table::{Rule, TABLE};

/// Something a principal may want to do. [`TABLE`] has a row for each, in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See connections and their status, without secrets.
    ListConnections,
    /// See passwords and private keys of connections.
    ReadConnectionSecrets,
    /// Create a connection, or overwrite one.
    CreateConnection,
    /// Replace or patch a connection.
    UpdateConnection,
    DeleteConnection,
    /// Ask for a connection to be up.
    ConnectConnection,
    DisconnectConnection,
    ImportConnections,
    /// Export connections to a file, without secrets.
    ExportConnections,
    /// Export connections to a file, with their passwords and private keys.
    ExportConnectionSecrets,
    /// Dial a broker without storing anything.
    TestConnection,
    /// See the latest changes of connections and of what users did; the latter only with [`Self::ListAuditEntries`].
    ListActivity,
    /// See entries of the audit trail.
    ListAuditEntries,
    /// Follow the live events. Which events are in the stream depends on the other actions.
    FollowEvents,
    ListPlugins,
    SwitchPlugin,
    /// See one's own profile and sessions.
    ReadProfile,
    EndOwnSessions,
    ChangeOwnPassword,
    /// See what haltere does in the background, and how that goes.
    ListBackgroundTasks,
    /// See users and their roles.
    ListUsers,
    CreateUser,
    /// Change roles or password of any user.
    UpdateUser,
    DeleteUser,
    /// Make a link by which a user can set a password.
    InviteUser,
    /// End sessions of any user.
    EndUserSessions,
    /// Make a backup, or start from one.
    BackUp,
    /// Check the vault's secrets and change its keys.
    ManageVault,
}

impl Action {
    /// All actions, in the order of [`TABLE`].
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::ListConnections; TABLE.len()];
        let mut n = 0;
        while n < TABLE.len() {
            assert!(TABLE[n].action as usize == n, "the rows are in the order of the actions");
            all[n] = TABLE[n].action;
            n += 1;
        }
        all
    };

    /// Its row.
    pub const fn rule(self) -> &'static Rule {
        &TABLE[self as usize]
    }

    /// The name in the API and in `docs/access.md`.
    pub const fn as_str(self) -> &'static str {
        self.rule().name
    }

    /// The plugin that has to be on.
    pub const fn plugin(self) -> Option<PluginId> {
        self.rule().plugin
    }

    /// What a refusal is called in the audit trail; `None` if it is not audited.
    pub const fn audited_as(self) -> Option<AuditAction> {
        self.rule().audited_as
    }

    /// Whether a user may do it only so often, because it writes an audit entry each time.
    pub const fn is_rate_limited(self) -> bool {
        self.rule().is_rate_limited
    }

    /// Whether it is about the caller's own account, and goes on while the password has to be changed.
    pub const fn is_of_own_account(self) -> bool {
        matches!(self, Self::ReadProfile | Self::EndOwnSessions | Self::ChangeOwnPassword)
    }

    /// Whether one of these roles allows it. Roles add up.
    pub fn is_allowed_to(self, roles: impl Into<Roles>) -> bool {
        let roles = roles.into();
        self.rule().roles.iter().any(|role: &Role| roles.contains(*role))
    }
}
