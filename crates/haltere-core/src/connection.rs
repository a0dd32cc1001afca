//! A connection: our link to one broker, as an operator wants it to be.

use std::fmt;

use jiff::Timestamp;

use crate::connection_settings::ConnectionSettings;
use crate::text::{self, TextError};

/// A stored connection: what is *wanted*. [`crate::ConnectionStatus`] is what *is*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Chosen when it is created; unique.
    pub id: ConnectionId,
    pub settings: ConnectionSettings,
    pub intent: Intent,
    /// Grows with every change of this connection.
    pub revision: Revision,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A connection's id: 1 to 128 characters, no control characters, not `.` or `..`; case-sensitive, as given.
/// [`ConnectionId::check_new`] has further rules for a new one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARS)?;
        if matches!(text, "." | "..") {
            return Err(TextError::DotSegment);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it may be given to a connection now: it can be seen, and nothing in it hides or turns text.
    pub fn check_new(&self) -> Result<(), TextError> {
        text::check_visible(&self.0)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection's name: trimmed, 1 to 128 characters, no control characters; case-sensitive.
/// [`ConnectionName::check_new`] has further rules for a new one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionName(String);

impl ConnectionName {
    /// The longest name, in characters, after trimming.
    pub const MAX_CHARS: usize = 128;

    /// Trims the text and takes it, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let trimmed = text.trim();
        text::check(trimmed, Self::MAX_CHARS)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// Whether it may be given to a connection now: it can be seen, and nothing in it hides or turns text.
    pub fn check_new(&self) -> Result<(), TextError> {
        text::check_visible(&self.0)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a link should be up. Stored, and restored by a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Keep it up.
    Connected,
    /// An operator disconnected it on purpose.
    Disconnected,
}

/// Counts the changes of one connection, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision of a connection just created.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_as_given() {
        for ok in ["a", " a ", "mosquitto-dev", "a/b", "ü", "test", "..."] {
            assert_eq!(ConnectionId::parse(ok).expect(ok).as_str(), ok);
        }
        for (bad, why) in [
            ("", TextError::Empty),
            (".", TextError::DotSegment),
            ("..", TextError::DotSegment),
            ("a\nb", TextError::ControlCharacter),
            ("\u{7f}", TextError::ControlCharacter),
        ] {
            assert_eq!(ConnectionId::parse(bad), Err(why), "{bad:?}");
        }
        assert!(ConnectionId::parse(&"ü".repeat(128)).is_ok());
        assert_eq!(ConnectionId::parse(&"x".repeat(129)), Err(TextError::TooLong { max: 128 }));
    }

    #[test]
    fn hidden_characters_are_kept_but_not_accepted_in_new_names() {
        let (id, name) = ("a\u{200b}", "\u{202e}4 sserP");
        let hidden = ConnectionId::parse(id).expect("an old one").check_new();
        assert_eq!(hidden, Err(TextError::hidden('\u{200b}')));
        let hidden = ConnectionName::parse(name).expect("an old one").check_new();
        assert_eq!(hidden, Err(TextError::hidden('\u{202e}')));
    }

    #[test]
    fn names_are_trimmed() {
        assert_eq!(ConnectionName::parse("  Dev Server ").expect("valid").as_str(), "Dev Server");
        assert_eq!(ConnectionName::parse("   "), Err(TextError::Empty));
    }
}
