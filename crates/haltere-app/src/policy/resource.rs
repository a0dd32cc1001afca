//! The objects of actions.

/// The object of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// No single thing, or one that has no name yet.
    Instance,
    Connection(&'a str),
    /// A connection that does not exist yet, with this id or, if it is empty, a generated one.
    NewConnection(&'a str),
    Broker(&'a str),
    Plugin(&'a str),
    User(&'a str),
    Group(&'a str),
    Session(&'a str),
    /// An application token, by the SHA-256 of its secret.
    Token(&'a str),
}

impl<'a> Resource<'a> {
    /// The resource that a parameter of a route's path names.
    pub fn of_path_parameter(name: &str, value: &'a str) -> Option<Self> {
        Some(match name {
            "connectionId" => Self::Connection(value),
            "pluginId" => Self::Plugin(value),
            "userName" => Self::User(value),
            "groupName" => Self::Group(value),
            "sessionId" => Self::Session(value),
            "tokenHash" => Self::Token(value),
            _ => return None,
        })
    }

    /// The object in the audit trail.
    pub fn name(self) -> &'a str {
        match self {
            Self::Instance => "",
            Self::Connection(name)
            | Self::NewConnection(name)
            | Self::Broker(name)
            | Self::Plugin(name)
            | Self::User(name)
            | Self::Group(name)
            | Self::Session(name)
            | Self::Token(name) => name,
        }
    }
}
