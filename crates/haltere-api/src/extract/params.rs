//! `name=value&…`, the format of a query and of a posted form.

use haltere_core::text;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// Decoded parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded` text; `None` when it is not UTF-8 once decoded.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        decoded.collect::<Option<_>>().map(Self)
    }

    /// The value of `name`; 400 when it is given twice.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(ApiError::invalid(format!("{name}: is given twice"))),
            (value, None) => Ok(value.map(|(_, value)| value.as_str())),
        }
    }

    /// Takes a parameter out, however often it was given.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(given, _)| given != name);
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether `name` is there at all.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A name from a request as a message shows it: cut, and without characters that mislead.
pub(crate) fn printable(name: &str) -> String {
    const LONGEST: usize = 64;
    let mut shown: String = name
        .chars()
        .take(LONGEST)
        .map(|c| if text::misleads(c) { '\u{fffd}' } else { c })
        .collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let params = Params::parse("q=a+b%26c&empty=&flag&%6eame=%C3%BC").expect("UTF-8");
        assert_eq!(params.get("q").ok().flatten(), Some("a b&c"));
        assert_eq!(params.get("empty").ok().flatten(), Some(""));
        assert_eq!(params.get("flag").ok().flatten(), Some(""));
        assert_eq!(params.get("name").ok().flatten(), Some("ü"));
        assert_eq!(params.get("other").ok().flatten(), None);
        assert_eq!(Params::parse("a=%ff"), None);
        let twice = Params::parse("limit=1&limit=2").expect("UTF-8");
        assert_eq!(twice.get("limit").unwrap_err().to_string(), "limit: is given twice");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,64}") {
            let _ = Params::parse(&text);
            prop_assert!(printable(&text).chars().count() <= 65);
        }
    }
}
