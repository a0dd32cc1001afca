//! Groups of users.

use std::fmt;

use crate::text::{self, TextError};

/// A group's name: 1 to 30 characters, no control characters, case-sensitive. A new one obeys [`GroupName::check_new`] as
/// well.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName(String);

impl GroupName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 30;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARS)?;
        Ok(Self(text.to_owned()))
    }

    /// Whether a group may be given it now: it has no white space at its ends and looks like what it is.
    pub fn check_new(&self) -> Result<(), TextError> {
        if self.0.trim() != self.0 {
            return Err(TextError::NotTrimmed);
        }
        // Clients resolve them in a path.
        if matches!(self.0.as_str(), "." | "..") {
            return Err(TextError::DotSegment);
        }
        text::check_visible(&self.0)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_at_most_thirty_characters_and_hides_nothing() {
        assert!(GroupName::parse(&"ü".repeat(30)).is_ok());
        assert_eq!(GroupName::parse(&"a".repeat(31)), Err(TextError::TooLong { max: 30 }));
        assert_eq!(GroupName::parse(""), Err(TextError::Empty));
        let new = |text: &str| GroupName::parse(text).expect("an old one").check_new();
        assert_eq!(new("Night shift"), Ok(()));
        assert_eq!(new(" a"), Err(TextError::NotTrimmed));
        assert_eq!(new(".."), Err(TextError::DotSegment));
        assert_eq!(new("a\u{202e}b"), Err(TextError::hidden('\u{202e}')));
    }
}
