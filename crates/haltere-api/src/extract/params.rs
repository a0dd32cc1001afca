//! `name=value&…`, as it stands in a query and in a posted form.

use std::ops::RangeInclusive;

use axum::extract::FromRequestParts;
use haltere_core::text;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// Decoded parameters. One asked for must not be given twice; one nobody asks for is ignored, because
/// clients put all kinds of things into a query.
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

    /// The value of `name` as a whole number; 400 when it is none, or not within `allowed`.
    pub(crate) fn number(
        &self,
        name: &str,
        allowed: RangeInclusive<u32>,
    ) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.get(name)? else { return Ok(None) };
        // Digits only: `parse` would take a sign, too.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && allowed.contains(number));
        let (least, most) = allowed.into_inner();
        let refusal = || format!("{name}: must be a whole number from {least} to {most}");
        number.map(Some).ok_or_else(|| ApiError::invalid(refusal()))
    }

    /// Whether `name` is `true`; 400 when it is neither that nor `false`. Left out means `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::invalid(format!("{name}: must be true or false"))),
        }
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

/// The parameters of the request's query.
pub(crate) struct Query(pub(crate) Params);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Params::parse(parts.uri.query().unwrap_or_default())
            .map(Self)
            .ok_or_else(|| ApiError::invalid("the query is not UTF-8"))
    }
}

/// A name somebody sent, fit for a message: without what misleads, and not endless.
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
