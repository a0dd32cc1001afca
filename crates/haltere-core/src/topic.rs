//! Topic filters of MQTT (MQTT 5, 4.7).

use std::fmt;
use std::sync::Arc;

/// The longest topic filter in bytes: MQTT counts with 16 bits (MQTT 5, 1.5.4).
const MAX_BYTES: usize = 0xffff;

/// A topic filter, for example `plant/+/temperature`. A clone is another handle to the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicFilter(Arc<str>);

/// Why a text is no topic filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// It is empty.
    #[error("must not be empty")]
    Empty,
    /// It is longer than `max` bytes.
    #[error("must be at most {max} bytes long")]
    TooLong {
        /// The longest length in bytes.
        max: usize,
    },
    /// It contains U+0000.
    #[error("must not contain the character U+0000")]
    Null,
    /// A wildcard shares its level with other characters, or `#` is not at the end.
    #[error("a wildcard (+, #) must be a level of its own, and # the last one")]
    Wildcard,
}

impl TopicFilter {
    /// Checks the rules of MQTT for topic filters.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        check_text(text, MAX_BYTES)?;
        let mut levels = text.split('/').peekable();
        while let Some(level) = levels.next() {
            let is_last = levels.peek().is_none();
            let is_valid = match level {
                "+" => true,
                "#" => is_last,
                _ => !level.contains(['+', '#']),
            };
            if !is_valid {
                return Err(TopicError::Wildcard);
            }
        }
        Ok(Self(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rules for both topic names and topic filters (MQTT 5, 4.7.3).
fn check_text(text: &str, max: usize) -> Result<(), TopicError> {
    if text.is_empty() {
        Err(TopicError::Empty)
    } else if text.len() > max {
        Err(TopicError::TooLong { max })
    } else if text.contains('\0') {
        Err(TopicError::Null)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_follow_the_rules_of_mqtt() {
        for valid in ["a", "/", "a/b", "+", "#", "a/+/b", "+/a/#", "$SYS/broker/version", "a//b"] {
            assert_eq!(TopicFilter::parse(valid).expect(valid).as_str(), valid);
        }
        let long = "x".repeat(MAX_BYTES + 1);
        for (invalid, error) in [
            ("", TopicError::Empty),
            ("a\0", TopicError::Null),
            ("a+", TopicError::Wildcard),
            ("a/#/b", TopicError::Wildcard),
            ("a/b#", TopicError::Wildcard),
            ("++", TopicError::Wildcard),
            (&long, TopicError::TooLong { max: MAX_BYTES }),
        ] {
            assert_eq!(TopicFilter::parse(invalid), Err(error), "{invalid:.20}");
        }
    }
}
