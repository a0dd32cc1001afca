//! Feature switches, under the plugin ids of the management center for Mosquitto.

use std::fmt;
use std::str::FromStr;

/// A feature of haltere that can be switched off, except for one that is always on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PluginId {
    /// The Connections API: off means its paths answer 404.
    ConnectionsRestApi,
    /// TLS settings of connections: off means they are stored but not used for dialling.
    Tls,
    /// More than one connection. Always on.
    MultipleConnections,
    /// Users may change their own profile.
    UserProfileEdit,
    /// Administrators may manage users over HTTP: off means the paths answer 404.
    UserManagement,
    /// Programs may authenticate with application tokens: off means that no token is valid, and the paths answer 404.
    ApplicationTokens,
}

impl PluginId {
    /// All plugins, in the order they are listed to people.
    pub const ALL: [Self; 6] = [
        Self::ConnectionsRestApi,
        Self::Tls,
        Self::MultipleConnections,
        Self::UserProfileEdit,
        Self::UserManagement,
        Self::ApplicationTokens,
    ];

    /// Ids that earlier versions accepted, of plugins that did nothing.
    pub const FORMER: [&str; 5] = [
        "monitoring-rest-api",
        "system-status-rest-api",
        "topictree-rest-api",
        "dynamic-security-rest-api",
        "audit-trail",
    ];

    /// The id on the wire, in the configuration and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionsRestApi => "connections-rest-api",
            Self::Tls => "tls",
            Self::MultipleConnections => "multiple-connections",
            Self::UserProfileEdit => "user-profile-edit",
            Self::UserManagement => "user-management",
            Self::ApplicationTokens => "application-tokens",
        }
    }

    /// Whether the switch can be moved at all.
    pub const fn is_switchable(self) -> bool {
        !matches!(self, Self::MultipleConnections)
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No plugin has this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of a plugin")]
pub struct UnknownPlugin;

impl FromStr for PluginId {
    type Err = UnknownPlugin;

    fn from_str(text: &str) -> Result<Self, UnknownPlugin> {
        Self::ALL.into_iter().find(|plugin| plugin.as_str() == text).ok_or(UnknownPlugin)
    }
}
