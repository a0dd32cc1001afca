//! Selecting connections by their labels.

use std::fmt;

use super::{LabelKey, LabelValue, Labels};
use crate::sentences;

sentences! {
    /// Why a selector was refused. Each message completes "`label`: …"; a position counts characters from 1.
    #[derive(Copy)]
    pub enum SelectorError {
        SelectorTooLong { max: usize } => "must be at most {max} characters long",
        TooManyTerms { max: usize } => "must have at most {max} terms",
        NoLabelKey { at: usize } => "character {at}: expected the key of a label",
        NoLabelValue { at: usize } => "character {at}: expected the value of a label",
        NoOperator { at: usize } => "character {at}: expected =, !=, in, notin or a comma",
        NoList { at: usize } => "character {at}: expected a list of values in parentheses",
        UnclosedList { at: usize } => "character {at}: expected a comma or a closing parenthesis",
    }
}

/// Which labels a connection has to have, in the syntax of Kubernetes: terms separated by commas, of which all have to
/// hold. The default has no term and selects every connection.
///
/// | term | holds for connections |
/// |---|---|
/// | `key=value`, `key==value` | with this label |
/// | `key!=value` | without this label: the value is another one, or there is none |
/// | `key`, `!key` | with, and without a label of this key |
/// | `key in (a,b)` | with one of these values |
/// | `key notin (a,b)` | with none of these values |
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LabelSelector(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Term {
    key: LabelKey,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Rule {
    Exists,
    Missing,
    Is(LabelValue),
    IsNot(LabelValue),
    In(Vec<LabelValue>),
    NotIn(Vec<LabelValue>),
}

impl LabelSelector {
    /// The longest text, in characters. Any text that is too long by one still fits into the head of a request, so that
    /// what is wrong can be said.
    pub const MAX_CHARS: usize = 1_024;

    /// The most terms.
    pub const MAX_TERMS: usize = 32;

    /// Reads the text of a selector.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        if text.chars().count() > Self::MAX_CHARS {
            return Err(SelectorError::SelectorTooLong { max: Self::MAX_CHARS });
        }
        let mut parser = Parser { text, rest: text };
        let mut terms = Vec::new();
        if parser.is_at_end() {
            return Ok(Self(terms));
        }
        loop {
            terms.push(parser.term()?);
            if terms.len() > Self::MAX_TERMS {
                return Err(SelectorError::TooManyTerms { max: Self::MAX_TERMS });
            }
            if parser.is_at_end() {
                return Ok(Self(terms));
            }
            if !parser.take(",") {
                return Err(SelectorError::NoOperator { at: parser.position() });
            }
        }
    }

    /// Selects what both select.
    pub fn and(mut self, other: Self) -> Result<Self, SelectorError> {
        self.0.extend(other.0);
        if self.0.len() > Self::MAX_TERMS {
            return Err(SelectorError::TooManyTerms { max: Self::MAX_TERMS });
        }
        Ok(self)
    }

    /// Whether it has no term, and so selects every connection.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all terms hold for a connection with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|term| term.holds(labels))
    }
}

impl Term {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match &self.rule {
            Rule::Exists => value.is_some(),
            Rule::Missing => value.is_none(),
            Rule::Is(wanted) => value == Some(wanted),
            Rule::IsNot(unwanted) => value != Some(unwanted),
            Rule::In(wanted) => value.is_some_and(|value| wanted.contains(value)),
            Rule::NotIn(unwanted) => value.is_none_or(|value| !unwanted.contains(value)),
        }
    }
}

impl fmt::Display for LabelSelector {
    /// What [`LabelSelector::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, term) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, rule } = self;
        let list = |values: &[LabelValue]| {
            values.iter().map(LabelValue::as_str).collect::<Vec<_>>().join(",")
        };
        match rule {
            Rule::Exists => write!(f, "{key}"),
            Rule::Missing => write!(f, "!{key}"),
            Rule::Is(value) => write!(f, "{key}={value}"),
            Rule::IsNot(value) => write!(f, "{key}!={value}"),
            Rule::In(values) => write!(f, "{key} in ({})", list(values)),
            Rule::NotIn(values) => write!(f, "{key} notin ({})", list(values)),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn term(&mut self) -> Result<Term, SelectorError> {
        if self.take("!") {
            return Ok(Term { key: self.key()?, rule: Rule::Missing });
        }
        let key = self.key()?;
        let rule = if self.take("!=") {
            Rule::IsNot(self.value()?)
        } else if self.take("==") || self.take("=") {
            Rule::Is(self.value()?)
        } else if self.is_at_end() || self.rest.starts_with(',') {
            Rule::Exists
        } else {
            let at = self.position();
            match self.word() {
                "in" => Rule::In(self.list()?),
                "notin" => Rule::NotIn(self.list()?),
                _ => return Err(SelectorError::NoOperator { at }),
            }
        };
        Ok(Term { key, rule })
    }

    fn key(&mut self) -> Result<LabelKey, SelectorError> {
        self.skip_space();
        let at = self.position();
        LabelKey::parse(self.word()).map_err(|_| SelectorError::NoLabelKey { at })
    }

    fn value(&mut self) -> Result<LabelValue, SelectorError> {
        self.skip_space();
        let at = self.position();
        LabelValue::parse(self.word()).map_err(|_| SelectorError::NoLabelValue { at })
    }

    /// Values in parentheses, separated by commas.
    fn list(&mut self) -> Result<Vec<LabelValue>, SelectorError> {
        if !self.take("(") {
            return Err(SelectorError::NoList { at: self.position() });
        }
        let mut values = Vec::new();
        loop {
            let value = self.value()?;
            if !values.contains(&value) {
                values.push(value);
            }
            if self.take(")") {
                return Ok(values);
            }
            if !self.take(",") {
                return Err(SelectorError::UnclosedList { at: self.position() });
            }
        }
    }

    /// Everything up to white space or a character with a meaning; may be empty.
    fn word(&mut self) -> &'a str {
        let ends = |character: char| character.is_whitespace() || ",=!()".contains(character);
        let (word, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Takes `token`, if it is next; whether it was.
    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest.is_empty()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// The number of the next character, from 1.
    fn position(&self) -> usize {
        self.text[..self.text.len() - self.rest.len()].chars().count() + 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{KEY, VALUE};
    use super::*;

    fn selector(text: &str) -> LabelSelector {
        LabelSelector::parse(text).expect(text)
    }

    #[test]
    fn terms_select_by_key_and_value() {
        let graz = Labels::parse("line=2,site=graz").expect("labels");
        let empty = Labels::parse("line=,site=wien").expect("labels");
        let bare = Labels::default();
        for (text, selected) in [
            ("", [true, true, true]),
            ("site=graz", [true, false, false]),
            ("site==graz", [true, false, false]),
            ("site!=graz", [false, true, true]),
            ("site", [true, true, false]),
            ("!site", [false, false, true]),
            ("site in (wien,graz)", [true, true, false]),
            ("site notin (wien)", [true, false, true]),
            ("line=", [false, true, false]),
            ("line in (,3)", [false, true, false]),
            ("site=graz,line!=2", [false, false, false]),
            ("site,line=2", [true, false, false]),
            ("Site=graz", [false, false, false]),
        ] {
            let selector = selector(text);
            let found = [&graz, &empty, &bare].map(|labels| selector.matches(labels));
            assert_eq!(found, selected, "{text}");
        }
    }

    #[test]
    fn white_space_and_spellings_make_no_difference() {
        for (text, printed) in [
            (" site = graz , line != 2 ", "site=graz,line!=2"),
            ("site==graz", "site=graz"),
            ("! line", "!line"),
            ("in in(a)", "in in (a)"),
            ("notin notin ( a , b,a )", "notin notin (a,b)"),
            ("example.com/site", "example.com/site"),
            ("  ", ""),
        ] {
            assert_eq!(selector(text).to_string(), printed, "{text:?}");
        }
    }

    #[test]
    fn an_error_says_where() {
        use SelectorError::*;
        for (text, why) in [
            (",", NoLabelKey { at: 1 }),
            ("a,", NoLabelKey { at: 3 }),
            ("a,,b", NoLabelKey { at: 3 }),
            ("=b", NoLabelKey { at: 1 }),
            ("ü=b", NoLabelKey { at: 1 }),
            ("a=b, -c", NoLabelKey { at: 6 }),
            ("a=ü,b=c", NoLabelValue { at: 3 }),
            ("a = -b", NoLabelValue { at: 5 }),
            ("a b", NoOperator { at: 3 }),
            ("a=b c=d", NoOperator { at: 5 }),
            ("a=b=c", NoOperator { at: 4 }),
            ("!a=b", NoOperator { at: 3 }),
            ("a > b", NoOperator { at: 3 }),
            ("a in", NoList { at: 5 }),
            ("a in b", NoList { at: 6 }),
            ("a in (b", UnclosedList { at: 8 }),
            ("a in (b c)", UnclosedList { at: 9 }),
            ("a in (b))", NoOperator { at: 9 }),
        ] {
            assert_eq!(LabelSelector::parse(text), Err(why), "{text}");
        }
        let long = "x".repeat(LabelSelector::MAX_CHARS + 1);
        assert_eq!(LabelSelector::parse(&long), Err(SelectorTooLong { max: 1_024 }));
        let many = vec!["a"; LabelSelector::MAX_TERMS + 1].join(",");
        assert_eq!(LabelSelector::parse(&many), Err(TooManyTerms { max: 32 }));
        let most = selector(&vec!["a"; LabelSelector::MAX_TERMS].join(","));
        assert_eq!(most.and(selector("b")), Err(TooManyTerms { max: 32 }));
    }

    fn any_term() -> impl Strategy<Value = Term> {
        let value = || VALUE.prop_map(|value| LabelValue::parse(&value).expect("a value"));
        let values =
            || prop::collection::btree_set(value(), 1..4).prop_map(|it| it.into_iter().collect());
        let rule = prop_oneof![
            Just(Rule::Exists),
            Just(Rule::Missing),
            value().prop_map(Rule::Is),
            value().prop_map(Rule::IsNot),
            values().prop_map(Rule::In),
            values().prop_map(Rule::NotIn),
        ];
        (KEY, rule)
            .prop_map(|(key, rule)| Term { key: LabelKey::parse(&key).expect("a key"), rule })
    }

    proptest! {
        #[test]
        fn selectors_are_printed_and_read_back(terms in prop::collection::vec(any_term(), 0..8)) {
            let selector = LabelSelector(terms);
            prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
        }

        #[test]
        fn what_is_read_is_printed_and_read_back(text in "[a1!=,() inot./é-]{0,30}") {
            if let Ok(selector) = LabelSelector::parse(&text) {
                prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
            }
        }

        #[test]
        fn no_text_makes_it_panic_and_a_position_is_in_the_text(text in any::<String>()) {
            use SelectorError::*;
            if let Err(
                NoLabelKey { at } | NoLabelValue { at } | NoOperator { at } | NoList { at } | UnclosedList { at }
            ) = LabelSelector::parse(&text) {
                prop_assert!((1..=text.chars().count() + 1).contains(&at), "{at} in {text:?}");
            }
        }
    }
}
