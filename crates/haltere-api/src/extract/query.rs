//! The parameters of a query, read into a type of the operation.

use std::fmt;
use std::slice;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::params::{Params, printable};
use crate::error::ApiError;

/// The parameter of [`LabelFilter`](super::label_filter::LabelFilter).
pub(super) const LABEL: &str = "label";

/// The query as a `T`, whose fields are the parameters. Unknown parameters are ignored, because clients of the management
/// center for Mosquitto add all kinds of things. A malformed one, or one that is given twice, is a 400 that names it.
pub(crate) struct Query<T>(pub(crate) T);

/// The same for routes that are ours alone: an unknown parameter is a 400 as well, because a filter or a `dryRun` with a slip
/// of the pen would go unnoticed. `T` denies unknown fields. `LABELS`: the route also has a
/// [`LabelFilter`](super::label_filter::LabelFilter), which reads its parameter itself.
pub(crate) struct StrictQuery<T, const LABELS: bool = false>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let params = query(parts)?;
        parse(&params).map(Self).map_err(|Malformed(why)| ApiError::invalid(why))
    }
}

impl<S: Sync, T: DeserializeOwned, const LABELS: bool> FromRequestParts<S>
    for StrictQuery<T, LABELS>
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut params = query(parts)?;
        if LABELS {
            params.remove(LABEL);
        }
        parse(&params).map(Self).map_err(|Malformed(why)| ApiError::invalid(why))
    }
}

/// The query as it was sent, decoded.
pub(crate) struct RawQuery(pub(crate) Params);

impl<S: Sync> FromRequestParts<S> for RawQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        query(parts).map(Self)
    }
}

fn query(parts: &Parts) -> Result<Params, ApiError> {
    Params::parse(parts.uri.query().unwrap_or_default())
        .ok_or_else(|| ApiError::invalid("the query is not UTF-8"))
}

fn parse<T: DeserializeOwned>(params: &Params) -> Result<T, Malformed> {
    T::deserialize(Pairs { pairs: params.pairs().iter(), next: None })
}

/// Why a query is malformed.
#[derive(Debug, PartialEq, Eq)]
struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl serde::de::Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let (last, others) = expected.split_last().unwrap_or((&"", &[]));
        Self(match others {
            [] => format!("must be {last}"),
            others => format!("must be {} or {last}", others.join(", ")),
        })
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self(format!("{}: is no parameter of this request", printable(name)))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self(format!("{name}: is given twice"))
    }
}

/// The parameters as a map.
struct Pairs<'de> {
    pairs: slice::Iter<'de, (String, String)>,
    /// The parameter whose name was read.
    next: Option<&'de (String, String)>,
}

impl<'de> Deserializer<'de> for Pairs<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Malformed> {
        self.next = self.pairs.next();
        let Some((name, _)) = self.next else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        let Some((name, value)) = self.next.take() else {
            return Err(Malformed("the query has no value".to_owned()));
        };
        seed.deserialize(Value(value)).map_err(|Malformed(why)| Malformed(format!("{name}: {why}")))
    }
}

/// The value of one parameter.
struct Value<'de>(&'de str);

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Malformed("must be true or false".to_owned())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        StrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::query_values::{Text, WholeNumber};
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Example {
        color: Option<Color>,
        limit: Option<WholeNumber<1, 100>>,
        text: Option<Text<4>>,
        #[serde(default)]
        dry_run: bool,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        Red,
        Green,
        Blue,
    }

    fn example(query: &str) -> Result<Example, String> {
        let params = Params::parse(query).expect("UTF-8");
        parse(&params).map_err(|error| error.to_string())
    }

    #[test]
    fn parameters_are_read_by_name_and_unknown_ones_are_ignored() {
        assert_eq!(example(""), Ok(Example::default()));
        let all = example("x=1&text=%C3%BC&limit=007&dryRun=true&color=green&x=2").expect("valid");
        assert_eq!(all.limit.map(WholeNumber::get), Some(7));
        assert_eq!(all.text.map(Text::into_string).as_deref(), Some("ü"));
        assert_eq!((all.color, all.dry_run), (Some(Color::Green), true));
    }

    #[test]
    fn an_unknown_parameter_is_named_where_it_is_refused() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Strict {
            limit: Option<WholeNumber<1, 100>>,
        }
        let strict = |query: &str| {
            let params = Params::parse(query).expect("UTF-8");
            parse::<Strict>(&params).map_err(|error| error.to_string())
        };
        assert!(strict("limit=7").is_ok());
        for (query, name) in
            [("limti=7", "limti"), ("limit=7&Limit=8", "Limit"), ("a%0ab=", "a\u{fffd}b")]
        {
            let why = format!("{name}: is no parameter of this request");
            assert_eq!(strict(query), Err(why), "{query}");
        }
    }

    #[test]
    fn an_error_names_its_parameter() {
        for (query, why) in [
            ("color=pink", "color: must be red, green or blue"),
            ("color=", "color: must be red, green or blue"),
            ("limit=0", "limit: must be a whole number from 1 to 100"),
            ("limit=101", "limit: must be a whole number from 1 to 100"),
            ("limit=%2B1", "limit: must be a whole number from 1 to 100"),
            ("limit=99999999999", "limit: must be a whole number from 1 to 100"),
            ("limit=", "limit: must be a whole number from 1 to 100"),
            ("text=abcde", "text: must be at most 4 characters long"),
            ("dryRun=1", "dryRun: must be true or false"),
            ("dryRun=true&dryRun=true", "dryRun: is given twice"),
            ("limit=1&limit=2", "limit: is given twice"),
        ] {
            assert_eq!(example(query), Err(why.to_owned()), "{query}");
        }
    }
}
