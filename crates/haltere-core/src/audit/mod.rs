//! Who did what, when, to what, and how it ended.

mod changes;

use std::net::IpAddr;

use jiff::Timestamp;

pub use changes::{AuditChange, AuditChanges, ChangedValues, Withheld};

/// What was done. Names follow the pattern object.verb and are what people filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    ConnectionCreate,
    /// A connection whose last attempt had failed was overwritten by a create.
    ConnectionOverwrite,
    ConnectionUpdate,
    ConnectionDelete,
    /// An operator asked for a connection to be up.
    ConnectionConnect,
    /// An operator disconnected a connection on purpose.
    ConnectionDisconnect,
    /// Connections were moved in out of a file; each of them has an entry of its own, too.
    ConnectionImport,
    /// Connections were moved out into a file; the detail says whether with their secrets.
    ConnectionExport,
    /// A broker was dialled for a test, nothing was stored.
    ConnectionTest,
    /// Passwords or private keys of connections were read.
    ConnectionReadSecrets,
    /// A login, or an attempt.
    SessionLogin,
    SessionLogout,
    /// A user ended one of their own sessions, by its handle, or, without an object, all others.
    SessionEnd,
    UserCreate,
    UserUpdate,
    UserPassword,
    /// A user set up or removed their second factor, or made recovery codes for it; the detail says which.
    UserSecondFactor,
    /// A link was made by which a user can set a password.
    UserInvite,
    /// An administrator ended sessions of a user.
    UserEndSessions,
    /// An administrator began, or stopped, to see haltere as a user does.
    UserViewAs,
    /// An administrator removed the second factor of a user.
    UserResetSecondFactor,
    UserDelete,
    GroupCreate,
    /// A group was changed, also because a user or a connection in it was removed.
    GroupUpdate,
    GroupDelete,
    /// An application token was made; the detail says what it may do.
    TokenCreate,
    /// A token was revoked.
    TokenRevoke,
    PluginSwitch,
    /// The provider of single sign-on was asked for a test.
    SignOnTest,
    /// Everything was copied into a backup.
    BackupCreate,
    /// This database came out of a backup.
    BackupRestore,
    /// Retention removed the oldest entries of the audit trail.
    AuditRemove,
    /// A signed checkpoint of the audit trail was made.
    AuditCheckpoint,
    /// The vault's master key or data key was changed.
    SecretsRotate,
}

impl AuditAction {
    /// All actions.
    pub const ALL: [Self; 34] = [
        Self::ConnectionCreate,
        Self::ConnectionOverwrite,
        Self::ConnectionUpdate,
        Self::ConnectionDelete,
        Self::ConnectionConnect,
        Self::ConnectionDisconnect,
        Self::ConnectionImport,
        Self::ConnectionExport,
        Self::ConnectionTest,
        Self::ConnectionReadSecrets,
        Self::SessionLogin,
        Self::SessionLogout,
        Self::SessionEnd,
        Self::UserCreate,
        Self::UserUpdate,
        Self::UserPassword,
        Self::UserSecondFactor,
        Self::UserInvite,
        Self::UserEndSessions,
        Self::UserViewAs,
        Self::UserResetSecondFactor,
        Self::UserDelete,
        Self::GroupCreate,
        Self::GroupUpdate,
        Self::GroupDelete,
        Self::TokenCreate,
        Self::TokenRevoke,
        Self::PluginSwitch,
        Self::SignOnTest,
        Self::BackupCreate,
        Self::BackupRestore,
        Self::AuditRemove,
        Self::AuditCheckpoint,
        Self::SecretsRotate,
    ];

    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionCreate => "connection.create",
            Self::ConnectionOverwrite => "connection.overwrite",
            Self::ConnectionUpdate => "connection.update",
            Self::ConnectionDelete => "connection.delete",
            Self::ConnectionConnect => "connection.connect",
            Self::ConnectionDisconnect => "connection.disconnect",
            Self::ConnectionImport => "connection.import",
            Self::ConnectionExport => "connection.export",
            Self::ConnectionTest => "connection.test",
            Self::ConnectionReadSecrets => "connection.read_secrets",
            Self::SessionLogin => "session.login",
            Self::SessionLogout => "session.logout",
            Self::SessionEnd => "session.end",
            Self::UserCreate => "user.create",
            Self::UserUpdate => "user.update",
            Self::UserPassword => "user.password",
            Self::UserSecondFactor => "user.second_factor",
            Self::UserInvite => "user.invite",
            Self::UserEndSessions => "user.end_sessions",
            Self::UserViewAs => "user.view_as",
            Self::UserResetSecondFactor => "user.reset_second_factor",
            Self::UserDelete => "user.delete",
            Self::GroupCreate => "group.create",
            Self::GroupUpdate => "group.update",
            Self::GroupDelete => "group.delete",
            Self::TokenCreate => "token.create",
            Self::TokenRevoke => "token.revoke",
            Self::PluginSwitch => "plugin.switch",
            Self::SignOnTest => "sign_on.test",
            Self::BackupCreate => "backup.create",
            Self::BackupRestore => "backup.restore",
            Self::AuditRemove => "audit.remove",
            Self::AuditCheckpoint => "audit.checkpoint",
            Self::SecretsRotate => "secrets.rotate",
        }
    }

    /// The action with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// What the object of its entries is. The same text may be the id of a connection and the name of a user.
    pub const fn object_kind(self) -> AuditObjectKind {
        match self {
            Self::ConnectionCreate
            | Self::ConnectionOverwrite
            | Self::ConnectionUpdate
            | Self::ConnectionDelete
            | Self::ConnectionConnect
            | Self::ConnectionDisconnect
            | Self::ConnectionImport
            | Self::ConnectionExport
            | Self::ConnectionTest
            | Self::ConnectionReadSecrets => AuditObjectKind::Connection,
            Self::SessionLogin | Self::SessionLogout | Self::SessionEnd => AuditObjectKind::Session,
            Self::UserCreate
            | Self::UserUpdate
            | Self::UserPassword
            | Self::UserSecondFactor
            | Self::UserInvite
            | Self::UserEndSessions
            | Self::UserViewAs
            | Self::UserResetSecondFactor
            | Self::UserDelete => AuditObjectKind::User,
            Self::GroupCreate | Self::GroupUpdate | Self::GroupDelete => AuditObjectKind::Group,
            Self::TokenCreate | Self::TokenRevoke => AuditObjectKind::Token,
            Self::PluginSwitch => AuditObjectKind::Plugin,
            Self::SignOnTest
            | Self::BackupCreate
            | Self::BackupRestore
            | Self::AuditRemove
            | Self::AuditCheckpoint
            | Self::SecretsRotate => AuditObjectKind::Installation,
        }
    }
}

/// What the object of an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditObjectKind {
    /// A connection, by its id; without one, several.
    Connection,
    /// A session, by its handle; without one, the user's own ones.
    Session,
    /// A user, by name.
    User,
    /// A group of users, by name.
    Group,
    /// An application token, by name.
    Token,
    /// A plugin, by its id.
    Plugin,
    /// The installation as a whole.
    Installation,
}

impl AuditObjectKind {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Session => "session",
            Self::User => "user",
            Self::Group => "group",
            Self::Token => "token",
            Self::Plugin => "plugin",
            Self::Installation => "installation",
        }
    }

    /// The actions whose entries have such an object.
    pub fn actions(self) -> impl Iterator<Item = AuditAction> {
        AuditAction::ALL.into_iter().filter(move |action| action.object_kind() == self)
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditOutcome {
    Success,
    /// It was refused: wrong password, insufficient role, throttled.
    Denied,
}

impl AuditOutcome {
    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
        }
    }

    /// The outcome with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Success, Self::Denied].into_iter().find(|outcome| outcome.as_str() == name)
    }
}

/// One line of the audit trail. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Who: a user name, as typed for a failed login, with the name of the token if the request came with one
    /// (`ann (token ci)`), or `system` for haltere itself.
    pub actor: String,
    /// The address the request came from; `None` for the command line and haltere itself.
    pub address: Option<IpAddr>,
    /// The request's id, the same as in the log.
    pub request_id: String,
    pub action: AuditAction,
    /// To what: a connection id, a user name, a plugin id; empty when it was no single thing.
    pub object: String,
    pub outcome: AuditOutcome,
    /// What changed, in a few words (`url, credentials.password`); names of fields, never secrets.
    pub detail: String,
    /// The fields that changed, with their values before and after it; never secrets.
    pub changes: AuditChanges,
    /// For an entry that sums up repeats of an earlier one: how many. The earlier one is not among them.
    pub repeats: Option<AuditRepeats>,
}

/// Repeats that share one entry: its time is that of the last, its request's id as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRepeats {
    /// How many; at least one.
    pub times: u64,
    /// When the first of them came.
    pub since: Timestamp,
}
