//! Topic names and topic filters of MQTT (MQTT 5, 4.7).

use std::fmt;
use std::sync::Arc;

use crate::sentences;
use crate::text::misleads;

/// The longest topic in bytes: MQTT counts with 16 bits (MQTT 5, 1.5.4).
const MAX_BYTES: usize = 0xffff;

/// A topic filter, for example `plant/+/temperature`. A clone is another handle to the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicFilter(Arc<str>);

/// A topic name, for example `plant/line-3/temperature`. A clone is another handle to the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicName(Arc<str>);

/// A topic to test a broker with, by publishing to it: one that is not reserved for the broker, and short
/// enough to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundtripTopic(TopicName);

sentences! {
    /// Why a text is no such topic.
    #[derive(Copy)]
    pub enum TopicError {
        Empty => "must not be empty",
        TooManyBytes { max: usize } => "must be at most {max} bytes long",
        Null => "must not contain the character U+0000",
        Wildcard => "a wildcard (+, #) must be a level of its own, and # the last one",
        WildcardInName => "must not contain a wildcard (+, #)",
        Reserved => "must not begin with $, which is reserved for the broker",
        Invisible => "must not contain invisible characters",
    }
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

impl TopicName {
    /// Checks the rules of MQTT for topic names.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        check_text(text, MAX_BYTES)?;
        if text.contains(['+', '#']) {
            return Err(TopicError::WildcardInName);
        }
        Ok(Self(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RoundtripTopic {
    /// The longest one in bytes.
    pub const MAX_BYTES: usize = 1_024;

    /// Checks the rules for topic names and the additional ones.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        check_text(text, Self::MAX_BYTES)?;
        if text.starts_with('$') {
            return Err(TopicError::Reserved);
        }
        if text.contains(misleads) {
            return Err(TopicError::Invisible);
        }
        TopicName::parse(text).map(Self)
    }

    /// The topic name.
    pub fn name(&self) -> &TopicName {
        &self.0
    }

    /// The topic filter that matches this topic only.
    pub fn filter(&self) -> TopicFilter {
        TopicFilter(Arc::clone(&self.0.0))
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RoundtripTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The rules for both topic names and topic filters (MQTT 5, 4.7.3).
fn check_text(text: &str, max: usize) -> Result<(), TopicError> {
    if text.is_empty() {
        Err(TopicError::Empty)
    } else if text.len() > max {
        Err(TopicError::TooManyBytes { max })
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
            (&long, TopicError::TooManyBytes { max: MAX_BYTES }),
        ] {
            assert_eq!(TopicFilter::parse(invalid), Err(error), "{invalid:.20}");
        }
    }

    #[test]
    fn names_have_no_wildcards_and_those_of_round_trips_more_rules() {
        for valid in ["a", "/", "plant/line 3/température"] {
            assert_eq!(TopicName::parse(valid).expect(valid).as_str(), valid);
            let topic = RoundtripTopic::parse(valid).expect(valid);
            assert_eq!((topic.name().as_str(), topic.filter().as_str()), (valid, valid));
        }
        assert!(TopicName::parse("$SYS/broker/version").is_ok());
        assert!(TopicName::parse("a\u{202e}b").is_ok());
        let long = "x".repeat(RoundtripTopic::MAX_BYTES + 1);
        for (invalid, error) in [
            ("", TopicError::Empty),
            ("a\0", TopicError::Null),
            ("a/+", TopicError::WildcardInName),
            ("#", TopicError::WildcardInName),
            ("$SYS/broker/version", TopicError::Reserved),
            ("$share/group/a", TopicError::Reserved),
            ("a\u{202e}b", TopicError::Invisible),
            ("a\nb", TopicError::Invisible),
            (&long, TopicError::TooManyBytes { max: RoundtripTopic::MAX_BYTES }),
        ] {
            assert_eq!(RoundtripTopic::parse(invalid), Err(error), "{invalid:.20}");
        }
    }
}
