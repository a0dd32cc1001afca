//! The five roles, as the management center for Mosquitto names them.

use std::fmt;
use std::str::FromStr;

/// What a user may do. Who may do what is decided by one function: `haltere_app::policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Everything.
    Admin,
    /// Viewer, and dynamic security on connected brokers.
    Editor,
    /// Sees connections (without secrets), system status and topics.
    Viewer,
    /// The Connections API, and nothing else.
    ConnectionManager,
    /// The Monitoring API, and nothing else.
    MonitoringViewer,
}

impl Role {
    /// All roles, in the order they are listed to people.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Editor, Self::Viewer, Self::ConnectionManager, Self::MonitoringViewer];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
            Self::ConnectionManager => "connectionManager",
            Self::MonitoringViewer => "monitoringViewer",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not one of the five role names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of admin, editor, viewer, connectionManager, monitoringViewer")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// A set of roles. An action is allowed if one of them allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// Whether `role` is in the set.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is no role at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all roles of `other` are in the set.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The roles of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The first role in the order of [`Role::ALL`], which is that of the management center for Mosquitto.
    pub fn highest(self) -> Option<Role> {
        self.iter().next()
    }

    /// The roles in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self(role.bit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_nothing_else_parses() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Admin".parse::<Role>(), Err(UnknownRole));
    }

    #[test]
    fn a_set_contains_its_roles() {
        let roles: Roles = [Role::Viewer, Role::Admin, Role::Viewer].into_iter().collect();
        assert_eq!(roles.iter().collect::<Vec<_>>(), [Role::Admin, Role::Viewer]);
        assert!(!roles.contains(Role::Editor));
        assert_eq!(roles.highest(), Some(Role::Admin));
        assert!(roles.includes(Role::Viewer.into()) && !roles.includes(Role::Editor.into()));
        assert_eq!(Roles::from(Role::Viewer).and(Role::Admin.into()), roles);
        assert!(Roles::default().is_empty());
    }
}
