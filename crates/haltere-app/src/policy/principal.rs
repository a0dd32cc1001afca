//! Who wants something.

use std::sync::LazyLock;

use haltere_core::{Caller, Roles, SessionId, UserName};

use super::visibility::Visibility;

/// Who wants something done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A user who has logged in.
    Session {
        caller: Caller,
        /// The connections that the user may see, if a role allows to see any.
        visibility: Visibility,
        /// Whether the user may do nothing but change the password.
        must_change_password: bool,
    },
    /// The user of the command line, who has access to the database anyway.
    CommandLine,
    System,
}

static SYSTEM_USER: LazyLock<UserName> =
    LazyLock::new(|| UserName::parse(Principal::SYSTEM_NAME).expect("a valid name"));

impl Principal {
    /// How haltere itself and its command line appear in the audit trail. No user can have this name.
    pub const SYSTEM_NAME: &str = "system";

    /// A user who has logged in. Every user sees all connections.
    pub fn of(caller: Caller) -> Self {
        Self::Session { caller, visibility: Visibility::All, must_change_password: false }
    }

    /// The name in the audit trail.
    pub fn user(&self) -> &UserName {
        match self {
            Self::Session { caller, .. } => &caller.user,
            Self::CommandLine | Self::System => &SYSTEM_USER,
        }
    }

    /// The roles of a user; the others need none.
    pub fn roles(&self) -> Roles {
        match self {
            Self::Session { caller, .. } => caller.roles,
            Self::CommandLine | Self::System => Roles::default(),
        }
    }

    /// The connections that it may see, if it may see any.
    pub fn visibility(&self) -> &Visibility {
        static ALL: Visibility = Visibility::All;
        match self {
            Self::Session { visibility, .. } => visibility,
            Self::CommandLine | Self::System => &ALL,
        }
    }

    /// Whether it may do nothing but change the password.
    pub fn must_change_password(&self) -> bool {
        matches!(self, Self::Session { must_change_password: true, .. })
    }

    /// The session of a user.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Session { caller, .. } => caller.session.as_ref(),
            Self::CommandLine | Self::System => None,
        }
    }
}
