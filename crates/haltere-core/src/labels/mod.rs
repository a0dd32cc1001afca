//! Labels: what operators sort connections by.
//!
//! Keys and values have the syntax of Kubernetes (Labels and Selectors, "Syntax and character set"), so that one label
//! means the same in both.

mod selector;

use std::collections::BTreeMap;
use std::fmt;

use crate::sentences;

pub use selector::{LabelSelector, SelectorError};

sentences! {
    /// Why a label was refused. Each message completes "`labels.<key>`: …", or of all labels "`labels`: …".
    #[derive(Copy)]
    pub enum LabelError {
        LabelName { max: usize } => "the key must be 1 to {max} letters, digits, \"-\", \"_\" and \".\", and begin and end with a letter or digit; a domain name and \"/\" may precede it",
        LabelPrefix { max: usize } => "what precedes \"/\" in the key must be a domain name in lower case, of at most {max} characters",
        LabelText { max: usize } => "the value must be at most {max} letters, digits, \"-\", \"_\" and \".\", and begin and end with a letter or digit",
        TooManyLabels { max: usize } => "must be at most {max} labels",
    }
}

/// The labels of a connection, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels(BTreeMap<LabelKey, LabelValue>);

/// The key of a label: `[prefix/]name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelKey(String);

/// The value of a label; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelValue(String);

/// Changes to labels. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelChanges {
    /// Labels that are not in `changes` are removed.
    pub replaces_all: bool,
    /// `None` removes the label.
    pub changes: BTreeMap<LabelKey, Option<LabelValue>>,
}

impl LabelKey {
    /// The longest name, in characters.
    pub const MAX_NAME: usize = 63;

    /// The longest prefix, in characters.
    pub const MAX_PREFIX: usize = 253;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let (prefix, name) = match text.split_once('/') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        if prefix.is_some_and(|prefix| !is_subdomain(prefix)) {
            return Err(LabelError::LabelPrefix { max: Self::MAX_PREFIX });
        }
        if !is_name(name, Self::MAX_NAME) {
            return Err(LabelError::LabelName { max: Self::MAX_NAME });
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LabelValue {
    /// The longest value, in characters.
    pub const MAX_CHARS: usize = 63;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        if text.is_empty() || is_name(text, Self::MAX_CHARS) {
            return Ok(Self(text.to_owned()));
        }
        Err(LabelError::LabelText { max: Self::MAX_CHARS })
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Labels {
    /// The most labels of a connection.
    pub const MAX: usize = 16;

    /// Reads what `Display` writes: `line=2,site=graz`. Any number, because the limit may change.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let labels = text.split(',').filter(|label| !label.is_empty()).map(|label| {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            Ok((LabelKey::parse(key)?, LabelValue::parse(value)?))
        });
        labels.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a connection may be given them: there are not too many.
    pub fn check_new(&self) -> Result<(), LabelError> {
        if self.0.len() > Self::MAX {
            return Err(LabelError::TooManyLabels { max: Self::MAX });
        }
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a label.
    pub fn get(&self, key: &LabelKey) -> Option<&LabelValue> {
        self.0.get(key)
    }

    /// All labels, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&LabelKey, &LabelValue)> {
        self.0.iter()
    }

    /// The labels after `changes`.
    #[must_use]
    pub fn changed(self, changes: LabelChanges) -> Self {
        let LabelChanges { replaces_all, changes } = changes;
        let mut labels = if replaces_all { BTreeMap::new() } else { self.0 };
        for (key, value) in changes {
            match value {
                Some(value) => labels.insert(key, value),
                None => labels.remove(&key),
            };
        }
        Self(labels)
    }
}

impl FromIterator<(LabelKey, LabelValue)> for Labels {
    fn from_iter<I: IntoIterator<Item = (LabelKey, LabelValue)>>(labels: I) -> Self {
        Self(labels.into_iter().collect())
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (key, value)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{key}={value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for LabelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LabelValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 1 to `max` of `[A-Za-z0-9._-]`, beginning and ending with a letter or digit.
fn is_name(text: &str, max: usize) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ends = [text.bytes().next(), text.bytes().next_back()];
    text.len() <= max
        && text.bytes().all(is_inner)
        && ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

/// A DNS subdomain (RFC 1123): parts of lower-case letters, digits and inner hyphens, separated by dots.
fn is_subdomain(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(is_inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= LabelKey::MAX_PREFIX && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: LabelError = LabelError::LabelName { max: 63 };
    const PREFIX: LabelError = LabelError::LabelPrefix { max: 253 };
    const TEXT: LabelError = LabelError::LabelText { max: 63 };

    #[test]
    fn keys_have_the_syntax_of_kubernetes() {
        let longest = format!("{}/{}", "a".repeat(253), "B".repeat(63));
        for ok in ["site", "a", "A.b_c-9", "example.com/site", "x-1.y/Z", "in", &longest] {
            assert_eq!(LabelKey::parse(ok).expect(ok).as_str(), ok);
        }
        for (bad, why) in [
            ("", NAME),
            ("-a", NAME),
            ("a.", NAME),
            ("a b", NAME),
            ("ü", NAME),
            ("a=b", NAME),
            ("example.com/", NAME),
            ("a/b/c", NAME),
            ("\u{202e}a", NAME),
            (&"a".repeat(64), NAME),
            ("/a", PREFIX),
            ("Example.com/a", PREFIX),
            ("a..b/c", PREFIX),
            ("-a/c", PREFIX),
            (&format!("{}/a", "a".repeat(254)), PREFIX),
        ] {
            assert_eq!(LabelKey::parse(bad), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn values_may_be_empty() {
        for ok in ["", "graz", "2", "Line_2.a-b", &"v".repeat(63)] {
            assert_eq!(LabelValue::parse(ok).expect(ok).as_str(), ok);
        }
        for bad in ["-", "a-", "_a", " ", "a/b", "a,b", "ä", "<b>", &"v".repeat(64)] {
            assert_eq!(LabelValue::parse(bad), Err(TEXT), "{bad:?}");
        }
    }

    #[test]
    fn changes_set_remove_and_replace() {
        let labels = |text: &str| Labels::parse(text).expect("labels");
        let change = |key: &str, value: Option<&str>| {
            (LabelKey::parse(key).unwrap(), value.map(|value| LabelValue::parse(value).unwrap()))
        };
        let changes = |replaces_all| LabelChanges {
            replaces_all,
            changes: [change("line", Some("3")), change("site", None), change("x", None)].into(),
        };
        let before = labels("line=2,owner=ada,site=graz");
        assert_eq!(before.clone().changed(LabelChanges::default()), before);
        assert_eq!(before.clone().changed(changes(false)), labels("line=3,owner=ada"));
        assert_eq!(before.changed(changes(true)), labels("line=3"));
    }

    #[test]
    fn there_are_at_most_sixteen() {
        let many =
            |count: usize| (0..count).map(|n| format!("k{n}=")).collect::<Vec<_>>().join(",");
        assert_eq!(Labels::parse(&many(16)).unwrap().check_new(), Ok(()));
        let why = LabelError::TooManyLabels { max: 16 };
        assert_eq!(Labels::parse(&many(17)).unwrap().check_new(), Err(why));
    }

    pub(super) const KEY: &str =
        "([a-z0-9]{1,6}(\\.[a-z]{1,4}){0,2}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?";
    pub(super) const VALUE: &str = "([A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?)?";

    proptest! {
        #[test]
        fn labels_are_printed_and_read_back(given in prop::collection::btree_map(KEY, VALUE, 0..20)) {
            let labels: Labels = given
                .iter()
                .map(|(key, value)| (LabelKey::parse(key).unwrap(), LabelValue::parse(value).unwrap()))
                .collect();
            prop_assert_eq!(Labels::parse(&labels.to_string()), Ok(labels));
        }

        #[test]
        fn no_text_makes_reading_labels_panic(text in any::<String>()) {
            let _ = (LabelKey::parse(&text), LabelValue::parse(&text), Labels::parse(&text));
        }
    }
}
