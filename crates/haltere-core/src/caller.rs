//! Who is asking, and from where.

use std::fmt;
use std::net::IpAddr;

use crate::role::Roles;
use crate::text::{self, TextError};

/// A user's name: 1 to 128 characters, no control characters, case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserName(String);

impl UserName {
    /// The longest user name, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARS)?;
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a session without being its token: safe to log. The SHA-256 of the token, as the store keys it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub [u8; 32]);

/// Somebody who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their name.
    pub user: UserName,
    /// What they may do.
    pub roles: Roles,
    /// The session they came with; `None` for the command line.
    pub session: Option<SessionId>,
}

/// Where a request came from and what it is called in every log line and audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address; `None` for the command line and haltere itself.
    pub address: Option<IpAddr>,
    /// The request's id.
    pub request_id: String,
}
