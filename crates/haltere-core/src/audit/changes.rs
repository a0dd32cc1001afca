//! What a change has changed: the fields, with their values before and after it. Never a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use crate::labels::Labels;

/// The most bytes of a value that are kept.
const MAX_VALUE: usize = 256;
/// The most bytes of all values of an entry. Of changes beyond it, only the field's name is kept.
const MAX_VALUES: usize = 4096;
/// The most changes of an entry.
const MAX_CHANGES: usize = 64;
const ELLIPSIS: &str = "…";

/// The change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChange {
    /// The field's name on the wire: `url`, `credentials.password`, `labels.site`.
    pub field: String,
    /// What happened to it.
    pub values: ChangedValues,
}

/// What happened to the value of a field. A value is cut to 256 bytes, and ends with `…` then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedValues {
    /// `None` is a field that was not set.
    Shown {
        /// The value before the change.
        before: Option<String>,
        /// The value after it.
        after: Option<String>,
    },
    /// The value is a secret, a certificate, or too much.
    Withheld(Withheld),
}

/// What happened to a value that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// There was none.
    Set,
    /// There is another one.
    Changed,
    /// There is none any more.
    Removed,
}

impl Withheld {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Set, Self::Changed, Self::Removed];

    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }

    /// What happened to a value of which there was one before and is one after, or not.
    fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, _) => Self::Set,
            (true, true) => Self::Changed,
            (true, false) => Self::Removed,
        }
    }
}

/// The changes of an entry, of a bounded size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditChanges(Vec<AuditChange>);

impl AuditChanges {
    /// No changes.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The changes, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &AuditChange> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a field if its values differ.
    pub fn add(&mut self, field: &str, before: Option<&str>, after: Option<&str>) {
        if before == after {
            return;
        }
        let cut_to_fit = |value: Option<&str>| value.map(cut);
        let (shown_before, shown_after) = (cut_to_fit(before), cut_to_fit(after));
        let bytes =
            [&shown_before, &shown_after].into_iter().flatten().map(String::len).sum::<usize>();
        let values = if self.bytes() + bytes > MAX_VALUES {
            ChangedValues::Withheld(Withheld::of(before.is_some(), after.is_some()))
        } else {
            ChangedValues::Shown { before: shown_before, after: shown_after }
        };
        self.push(field, values);
    }

    /// Adds the labels that differ, each as a field.
    pub fn add_labels(&mut self, before: &Labels, after: &Labels) {
        let [before, after] = [before, after].map(|labels| {
            labels
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect::<BTreeMap<_, _>>()
        });
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let field = format!("labels.{key}");
            self.add(&field, before.get(key).copied(), after.get(key).copied());
        }
    }

    /// Adds a field whose values differ and are not shown.
    pub fn add_withheld(&mut self, field: &str, before: bool, after: bool) {
        self.push(field, ChangedValues::Withheld(Withheld::of(before, after)));
    }

    fn push(&mut self, field: &str, values: ChangedValues) {
        if self.0.len() < MAX_CHANGES {
            self.0.push(AuditChange { field: cut(field), values });
        }
    }

    fn bytes(&self) -> usize {
        let values = self.0.iter().map(|change| match &change.values {
            ChangedValues::Shown { before, after } => {
                [before, after].into_iter().flatten().map(String::len).sum()
            }
            ChangedValues::Withheld(_) => 0,
        });
        values.sum()
    }

    /// Reads what `Display` wrote, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let changes = text.strip_suffix('\n').map_or(Some(Vec::new()), |lines| {
            lines.split('\n').map(parse_line).collect::<Option<Vec<_>>>()
        })?;
        let changes = Self(changes);
        (changes.to_string() == text).then_some(changes)
    }
}

impl FromIterator<AuditChange> for AuditChanges {
    /// Takes changes that were read, as they are.
    fn from_iter<T: IntoIterator<Item = AuditChange>>(changes: T) -> Self {
        Self(changes.into_iter().collect())
    }
}

/// A line per change: the field, a tab, and `!set`, `!changed` or `!removed`, or the value before, a tab and the value
/// after. A value begins with `=`, so that an empty one differs from none. Tabs, line feeds and backslashes are escaped.
impl fmt::Display for AuditChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for AuditChange { field, values } in &self.0 {
            escape(f, field)?;
            f.write_char('\t')?;
            match values {
                ChangedValues::Withheld(withheld) => write!(f, "!{}", withheld.as_str())?,
                ChangedValues::Shown { before, after } => {
                    value(f, before.as_deref())?;
                    f.write_char('\t')?;
                    value(f, after.as_deref())?;
                }
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}

fn value(f: &mut fmt::Formatter<'_>, value: Option<&str>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    f.write_char('=')?;
    escape(f, value)
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character {
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\\' => f.write_str("\\\\")?,
            other => f.write_char(other)?,
        }
    }
    Ok(())
}

fn parse_line(line: &str) -> Option<AuditChange> {
    let mut cells = line.split('\t');
    let (field, first, second) = (unescape(cells.next()?)?, cells.next()?, cells.next());
    if cells.next().is_some() {
        return None;
    }
    let values = match (first.strip_prefix('!'), second) {
        (Some(name), None) => {
            ChangedValues::Withheld(Withheld::ALL.into_iter().find(|it| it.as_str() == name)?)
        }
        (None, Some(second)) => {
            ChangedValues::Shown { before: parse_value(first)?, after: parse_value(second)? }
        }
        _ => return None,
    };
    Some(AuditChange { field, values })
}

#[expect(clippy::option_option, reason = "an invalid cell, an absent value, or a value")]
fn parse_value(cell: &str) -> Option<Option<String>> {
    if cell.is_empty() { Some(None) } else { unescape(cell.strip_prefix('=')?).map(Some) }
}

fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                't' => '\t',
                'n' => '\n',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

fn cut(text: &str) -> String {
    if text.len() <= MAX_VALUE {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_VALUE - ELLIPSIS.len());
    format!("{}{ELLIPSIS}", &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = ChangedValues> {
        let text = || proptest::option::of("[a=\\\\\t\n!tné]{0,6}");
        prop_oneof![
            (text(), text()).prop_map(|(before, after)| ChangedValues::Shown { before, after }),
            (0..3_usize).prop_map(|index| ChangedValues::Withheld(Withheld::ALL[index])),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(changes in proptest::collection::vec(("[a.\\\\\t\n]{0,5}", values()), 0..6)) {
            let changes: AuditChanges = changes
                .into_iter()
                .map(|(field, values)| AuditChange { field, values })
                .collect();
            prop_assert_eq!(AuditChanges::parse(&changes.to_string()), Some(changes));
        }

        #[test]
        fn a_text_has_one_reading(text in "[ab=!\\\\\tset\n]{0,20}") {
            if let Some(changes) = AuditChanges::parse(&text) {
                prop_assert_eq!(changes.to_string(), text);
            }
        }
    }

    #[test]
    fn values_that_are_equal_are_no_change_and_long_ones_are_cut() {
        let mut changes = AuditChanges::default();
        changes.add("same", Some("a"), Some("a"));
        assert!(changes.is_empty());
        changes.add("long", None, Some(&"ü".repeat(1_000)));
        let [
            AuditChange {
                values: ChangedValues::Shown { before: None, after: Some(after) }, ..
            },
        ] = &*changes.0
        else {
            panic!("{changes:?}")
        };
        assert!(after.len() <= MAX_VALUE && after.ends_with("ü…"), "{after}");
        for n in 0..100 {
            changes.add(&format!("f{n}"), Some(&"x".repeat(300)), None);
        }
        assert_eq!(changes.iter().count(), MAX_CHANGES);
        assert!(changes.bytes() <= MAX_VALUES);
        let last = changes.iter().last().expect("many");
        assert_eq!(last.values, ChangedValues::Withheld(Withheld::Removed));
    }
}
