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
    ListOwnSessions,
    EndOwnSessions,
    /// See the application tokens that act for oneself.
    ListOwnTokens,
    RevokeOwnToken,
    ChangeOwnPassword,
    /// Change how oneself sees the console.
    ChangeOwnPreferences,
    /// Stop seeing haltere as another user does.
    StopViewingAs,
    /// Set up or remove one's own second factor, and make recovery codes for it.
    ChangeOwnSecondFactor,
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
    /// See haltere as another user does.
    ViewAs,
    /// Remove the second factor of any user.
    ResetSecondFactor,
    /// See groups, their members and connections.
    ListGroups,
    CreateGroup,
    UpdateGroup,
    DeleteGroup,
    /// See application tokens, without their secrets.
    ListTokens,
    CreateToken,
    RevokeToken,
    /// See how single sign-on is set up, without the secret.
    ReadSignOn,
    /// Ask the provider of single sign-on what a login would ask it.
    TestSignOn,
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

    /// The action with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
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

    /// Whether it is about the caller's own account, and goes on while something else is due.
    pub const fn is_of_own_account(self) -> bool {
        matches!(
            self,
            Self::ReadProfile
                | Self::ListOwnSessions
                | Self::EndOwnSessions
                | Self::ListOwnTokens
                | Self::RevokeOwnToken
                | Self::ChangeOwnPassword
                | Self::StopViewingAs
                | Self::ChangeOwnSecondFactor
        )
    }

    /// Whether an application token may do it at all. What is about the credentials of its owner it may not,
    /// nor take away what protects others from a leaked one.
    pub const fn is_open_to_tokens(self) -> bool {
        !matches!(
            self,
            Self::ListOwnSessions
                | Self::EndOwnSessions
                | Self::ListOwnTokens
                | Self::RevokeOwnToken
                | Self::ChangeOwnPassword
                | Self::ChangeOwnSecondFactor
                | Self::ResetSecondFactor
                | Self::ChangeOwnPreferences
                | Self::CreateToken
                | Self::ViewAs
                | Self::StopViewingAs
        )
    }

    /// Whether an administrator may do it while they see haltere as another user does: what changes nothing, and is not about
    /// the credentials of that user.
    pub const fn is_open_to_views(self) -> bool {
        match self {
            Self::StopViewingAs => true,
            Self::ListOwnSessions | Self::ListOwnTokens => false,
            _ => self.only_reads(),
        }
    }

    /// Whether it changes nothing, and dials nothing.
    pub const fn only_reads(self) -> bool {
        match self {
            Self::ListConnections
            | Self::ReadConnectionSecrets
            | Self::ExportConnections
            | Self::ExportConnectionSecrets
            | Self::ListActivity
            | Self::ListAuditEntries
            | Self::FollowEvents
            | Self::ListPlugins
            | Self::ReadProfile
            | Self::ListOwnSessions
            | Self::ListOwnTokens
            | Self::ListBackgroundTasks
            | Self::ListUsers
            | Self::ListGroups
            | Self::ListTokens
            | Self::ReadSignOn => true,
            Self::CreateConnection
            | Self::UpdateConnection
            | Self::DeleteConnection
            | Self::ConnectConnection
            | Self::DisconnectConnection
            | Self::ImportConnections
            | Self::TestConnection
            | Self::SwitchPlugin
            | Self::EndOwnSessions
            | Self::RevokeOwnToken
            | Self::ChangeOwnPassword
            | Self::ChangeOwnPreferences
            | Self::StopViewingAs
            | Self::ChangeOwnSecondFactor
            | Self::CreateUser
            | Self::UpdateUser
            | Self::DeleteUser
            | Self::InviteUser
            | Self::EndUserSessions
            | Self::ViewAs
            | Self::ResetSecondFactor
            | Self::CreateGroup
            | Self::UpdateGroup
            | Self::DeleteGroup
            | Self::CreateToken
            | Self::RevokeToken
            | Self::TestSignOn
            | Self::BackUp
            | Self::ManageVault => false,
        }
    }

    /// Whether it is refused while it could not be audited everywhere it has to be, if the audit trail is strict. Sessions
    /// can always be ended, as can views as another user, and tokens revoked: that only takes access away, which can't wait
    /// in an incident.
    pub const fn is_refused_without_audit(self) -> bool {
        !self.only_reads()
            && !matches!(
                self,
                Self::EndOwnSessions
                    | Self::EndUserSessions
                    | Self::RevokeOwnToken
                    | Self::RevokeToken
                    | Self::StopViewingAs
            )
    }

    /// Whether it concerns nothing but the connections that the principal may see, and the principal itself.
    pub const fn keeps_to_visibility(self) -> bool {
        self.is_about_connections()
            || self.is_of_own_account()
            || matches!(self, Self::ListAuditEntries)
    }

    /// Whether it is about connections, so that groups say which roles count for it. Without a wildcard, so that a new
    /// action has to be one or the other.
    pub const fn is_about_connections(self) -> bool {
        match self {
            Self::ListConnections
            | Self::ReadConnectionSecrets
            | Self::CreateConnection
            | Self::UpdateConnection
            | Self::DeleteConnection
            | Self::ConnectConnection
            | Self::DisconnectConnection
            | Self::ImportConnections
            | Self::ExportConnections
            | Self::ExportConnectionSecrets
            | Self::TestConnection
            | Self::ListActivity
            | Self::FollowEvents => true,
            Self::ListAuditEntries
            | Self::ListPlugins
            | Self::SwitchPlugin
            | Self::ReadProfile
            | Self::ListOwnSessions
            | Self::EndOwnSessions
            | Self::ListOwnTokens
            | Self::RevokeOwnToken
            | Self::ChangeOwnPassword
            | Self::ChangeOwnPreferences
            | Self::StopViewingAs
            | Self::ChangeOwnSecondFactor
            | Self::ListBackgroundTasks
            | Self::ListUsers
            | Self::CreateUser
            | Self::UpdateUser
            | Self::DeleteUser
            | Self::InviteUser
            | Self::EndUserSessions
            | Self::ViewAs
            | Self::ResetSecondFactor
            | Self::ListGroups
            | Self::CreateGroup
            | Self::UpdateGroup
            | Self::DeleteGroup
            | Self::ListTokens
            | Self::CreateToken
            | Self::RevokeToken
            | Self::ReadSignOn
            | Self::TestSignOn
            | Self::BackUp
            | Self::ManageVault => false,
        }
    }

    /// Whether one of these roles allows it. Roles add up.
    pub fn is_allowed_to(self, roles: impl Into<Roles>) -> bool {
        let roles = roles.into();
        self.rule().roles.iter().any(|role: &Role| roles.contains(*role))
    }
}
