//! The caller of an operation, and the origin of its request.

use std::fmt;
use std::net::IpAddr;

use data_encoding::HEXLOWER;

use crate::role::Roles;
use crate::text::{self, TextError};

/// A user's name: 1 to 128 characters, no control characters, case-sensitive.
/// A new one obeys [`UserName::check_new`] as well.
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

    /// Whether a user may be given it now: it holds nothing that hides or turns text, nor white space at
    /// its ends.
    ///
    /// Stricter than for connections, because it is used to log in: of two names that look alike, one
    /// could be taken for the other in the audit trail.
    pub fn check_new(&self) -> Result<(), TextError> {
        if let Some(hidden) = self.0.chars().find(|it| text::misleads(*it) || blurs(*it)) {
            return Err(TextError::hidden(hidden));
        }
        if self.0.trim() != self.0 {
            return Err(TextError::NotTrimmed);
        }
        text::check_visible(&self.0)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character shapes the one before it or leaves a gap, so that two names look alike. Emoji do without
/// their selectors.
fn blurs(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{2800}')
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a session without being its token: safe to log. The SHA-256 of the token, as the store keys it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub [u8; 32]);

/// Identifies a session for its owner, who lists and ends sessions by it. Random, not secret, and
/// unrelated to the token and the [`SessionId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHandle(pub [u8; 16]);

impl SessionHandle {
    /// Reads what [`fmt::Display`] writes: 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(f)
    }
}

/// An authenticated user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub user: UserName,
    pub roles: Roles,
    pub session: Option<SessionId>,
}

/// Where a request came from and what it is called in every log line and audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address; `None` for the command line and haltere itself.
    pub address: Option<IpAddr>,
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_user_name_has_no_misleading_characters() {
        let new = |text: &str| UserName::parse(text).expect("an old one").check_new();
        for name in ["ann", "Ann Ö.", "a\u{a0}b", "می\u{200c}خواهم", "👩\u{200d}🔧"] {
            assert_eq!(new(name), Ok(()), "{name}");
        }
        for hidden in [
            '\u{202e}',
            '\u{200b}',
            '\u{ad}',
            '\u{2060}',
            '\u{3164}',
            '\u{180e}',
            '\u{200d}',
            '\u{fe0f}',
            '\u{fe00}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{2800}',
        ] {
            assert_eq!(new(&format!("ann{hidden}")), Err(TextError::hidden(hidden)));
        }
        for name in [" ann", "ann ", "ann\u{3000}"] {
            assert_eq!(new(name), Err(TextError::NotTrimmed), "{name:?}");
        }
    }

    #[test]
    fn a_handle_is_read_as_it_is_written() {
        let handle = SessionHandle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        let text = handle.to_string();
        assert_eq!(text, "000102030405060708090a0b0c0d0eff");
        assert_eq!(SessionHandle::parse(&text), Some(handle));
        let signed = format!("+{}", &text[1..]);
        for wrong in ["", &text[1..], &text.to_uppercase(), &signed, &format!("{text}0")] {
            assert_eq!(SessionHandle::parse(wrong), None, "{wrong}");
        }
    }
}
