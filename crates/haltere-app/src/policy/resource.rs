//! What something is done to.

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// No single thing, or one that has no name yet.
    Instance,
    /// The connection with this id.
    Connection(&'a str),
    /// A connection that does not exist yet, with this id or, if it is empty, a generated one.
    NewConnection(&'a str),
    /// The broker with this URL.
    Broker(&'a str),
    /// The plugin with this id.
    Plugin(&'a str),
    /// The user with this name.
    User(&'a str),
    /// The session with this handle.
    Session(&'a str),
}

impl<'a> Resource<'a> {
    /// The resource that a parameter of a route's path names.
    pub fn of_path_parameter(name: &str, value: &'a str) -> Option<Self> {
        Some(match name {
            "connectionId" => Self::Connection(value),
            "pluginId" => Self::Plugin(value),
            "userName" => Self::User(value),
            "sessionId" => Self::Session(value),
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
            | Self::Session(name) => name,
        }
    }
}
